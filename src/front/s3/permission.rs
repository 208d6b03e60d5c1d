//! What a request must be allowed to do: its action, what its headers do beside it, and the facts by which policies decide.

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use time::OffsetDateTime;

use super::facts::S3Facts;
use super::routes::{Kind, Route, Verb};
use super::stated::{Stated, TagsOf};
use super::{Door, Query, S3Error, public_acl};
use crate::bucket::Access;
use crate::identity::{self, Audience, BucketPolicy, Caller, Denied, Origin, Permit, Question, Target};
use crate::names::headers;
use crate::object::Tagging;
use crate::sigv4::Verified;
use crate::upstream::{self, Failure, Request};

/// Headers that do something of their own, and the action that each is.
const OBJECT_HEADERS: [(&str, &str); 10] = [
    ("x-amz-acl", "s3:PutObjectAcl"),
    ("x-amz-grant-read", "s3:PutObjectAcl"),
    ("x-amz-grant-read-acp", "s3:PutObjectAcl"),
    ("x-amz-grant-write-acp", "s3:PutObjectAcl"),
    ("x-amz-grant-full-control", "s3:PutObjectAcl"),
    ("x-amz-tagging", "s3:PutObjectTagging"),
    ("x-amz-object-lock-mode", "s3:PutObjectRetention"),
    ("x-amz-object-lock-retain-until-date", "s3:PutObjectRetention"),
    ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    // The gateway's credentials could do it at the backend; whether the client may is decided here.
    ("x-amz-bypass-governance-retention", "s3:BypassGovernanceRetention"),
];

const BUCKET_HEADERS: [(&str, &str); 8] = [
    ("x-amz-acl", "s3:PutBucketAcl"),
    ("x-amz-grant-read", "s3:PutBucketAcl"),
    ("x-amz-grant-read-acp", "s3:PutBucketAcl"),
    ("x-amz-grant-write", "s3:PutBucketAcl"),
    ("x-amz-grant-write-acp", "s3:PutBucketAcl"),
    ("x-amz-grant-full-control", "s3:PutBucketAcl"),
    ("x-amz-object-ownership", "s3:PutBucketOwnershipControls"),
    ("x-amz-bucket-object-lock-enabled", "s3:PutBucketObjectLockConfiguration"),
];

/// How a request is signed, and when that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    Not,
    InHeader(OffsetDateTime),
    InQuery(OffsetDateTime),
    InForm(OffsetDateTime),
}

impl Signed {
    pub fn of(verified: Option<&Verified>) -> Self {
        match verified {
            None => Self::Not,
            Some(verified) if verified.is_presigned() => Self::InQuery(verified.date),
            Some(verified) => Self::InHeader(verified.date),
        }
    }

    pub fn date(self) -> Option<OffsetDateTime> {
        match self {
            Self::Not => None,
            Self::InHeader(date) | Self::InQuery(date) | Self::InForm(date) => Some(date),
        }
    }

    /// The value of `s3:authType`.
    pub fn auth_type(self) -> Option<&'static str> {
        match self {
            Self::Not => None,
            Self::InHeader(_) => Some("REST-HEADER"),
            Self::InQuery(_) => Some("REST-QUERY-STRING"),
            Self::InForm(_) => Some("POST"),
        }
    }
}

/// Who asks, by which request.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub door: &'a Door,
    pub caller: &'a Caller,
    pub origin: &'a Origin,
    /// The request's own headers.
    pub headers: &'a HeaderMap,
    pub signed: Signed,
}

/// What is asked for, beside action and target.
#[derive(Clone, Copy, Default)]
pub struct About<'a> {
    /// The headers that describe what is written, if anything is.
    pub written: Option<&'a HeaderMap>,
    pub query: Option<&'a Query>,
    pub version_id: Option<&'a str>,
    /// Whether the request makes an object. `None`: it writes none.
    pub creates: Option<bool>,
    /// What its document states, where that was read.
    pub document: Option<&'a Stated>,
}

impl Asker<'_> {
    /// The permit for `route`, if the caller may do all that the request asks.
    pub async fn ask(&self, route: &Route, target: &Target, about: About<'_>) -> Result<Permit, S3Error> {
        let action = about.query.map_or(route.action, |query| route.action_for(query));
        let permit = self.permit(action, target, about).await?;
        self.implied_by(implied(route), target, about).await?;
        if route.kind == Kind::Typed(Verb::GetObjectAttributes) {
            // Size and checksum tell what the object holds: who asks for them must be allowed to read it.
            let read = if about.version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
            self.permit(read, target, about).await?;
        }
        if writes_acl(route) {
            self.refuse_public_acl(route, target)?;
        }
        Ok(permit)
    }

    /// What the headers of a new object do beside writing it.
    pub async fn implied_by_headers(&self, target: &Target, about: About<'_>) -> Result<(), S3Error> {
        self.implied_by(&OBJECT_HEADERS, target, about).await?;
        let headers = about.written.unwrap_or(self.headers);
        match self.blocks_public_acls(target) && public_acl::in_headers(headers) {
            true => Err(S3Error::access_denied()),
            false => Ok(()),
        }
    }

    async fn implied_by(
        &self,
        implied: &[(&str, &'static str)],
        target: &Target,
        about: About<'_>,
    ) -> Result<(), S3Error> {
        let headers = about.written.unwrap_or(self.headers);
        for (_, action) in implied.iter().filter(|(name, _)| asks(headers, name)) {
            self.permit(action, target, about).await?;
        }
        Ok(())
    }

    /// The permit for one action on one target.
    pub async fn permit(&self, action: &'static str, target: &Target, about: About<'_>) -> Result<Permit, S3Error> {
        self.permit_under(&self.access(action, target), action, target, about).await
    }

    /// The same, were this the word of the target's bucket.
    pub async fn permit_under(
        &self,
        access: &Access,
        action: &'static str,
        target: &Target,
        about: About<'_>,
    ) -> Result<Permit, S3Error> {
        let empty = HeaderMap::new();
        let written = about.written.unwrap_or(&empty);
        let existing_tags = match target {
            Target::Object(..) if self.depends_on(access, "s3:existingobjecttag/") => {
                Box::pin(self.existing_tags(target, about.version_id)).await?
            }
            _ => Vec::new(),
        };
        let in_headers;
        let stated = match about.document {
            Some(stated) => stated,
            None => {
                let needed = ["s3:requestobjecttag", "s3:object-lock-"];
                let needed = needed.iter().any(|prefix| self.depends_on(access, prefix));
                in_headers = match needed {
                    true => Stated::in_headers(written, tags_of(about, written))?,
                    false => Stated::default(),
                };
                &in_headers
            }
        };
        let facts = S3Facts {
            account: target.bucket().map(|_| self.door.identities.account()),
            request: self.headers,
            written,
            query: about.query,
            version_id: about.version_id,
            signed: self.signed,
            tls_version: self.origin.secure.then(|| self.origin.tls_version.unwrap_or("unknown")),
            now: OffsetDateTime::now_utc(),
            creates: about.creates,
            existing_tags: &existing_tags,
            stated,
        };
        let (caller, origin, now) = (self.caller, self.origin, facts.now);
        let bucket = word_of(access);
        Ok(identity::authorise(&Question { caller, action, target, origin, now, bucket, facts: &facts })?)
    }

    /// Whether a decision on `target` can depend on a condition key that begins with `prefix`, in lower case.
    pub fn may_depend_on(&self, target: &Target, prefix: &str) -> bool {
        self.depends_on(&self.access("", target), prefix)
    }

    fn depends_on(&self, access: &Access, prefix: &str) -> bool {
        let document = access.policy.as_ref().and_then(|policy| policy.document());
        self.caller.asks(prefix) || document.is_some_and(|document| document.asks(prefix))
    }

    /// What the target's bucket says. A bucket that is yet to be made says nothing.
    fn access(&self, action: &str, target: &Target) -> std::sync::Arc<Access> {
        match target.bucket() {
            Some(bucket) if action != "s3:CreateBucket" => self.door.access.of(bucket),
            _ => std::sync::Arc::default(),
        }
    }

    /// The tags of the object that is there. One that is not there has none.
    pub async fn existing_tags(
        &self,
        target: &Target,
        version_id: Option<&str>,
    ) -> Result<Vec<(String, String)>, S3Error> {
        const MAX_LEN: usize = 64 * 1024;
        let Target::Object(bucket, object_key) = target else { return Ok(Vec::new()) };
        let mut request = Request::new(Method::GET).object(bucket, object_key).sub_resource("tagging");
        if let Some(version_id) = version_id {
            request = request.query("versionId", version_id);
        }
        let answer = self.door.upstream.send(request).await?;
        match answer.status() {
            status if status.is_success() => {
                let document = upstream::collect(answer.into_body(), MAX_LEN).await?;
                let text = std::str::from_utf8(&document).map_err(|_| S3Error::internal())?;
                let tagging: Tagging = quick_xml::de::from_str(text).map_err(|_| S3Error::internal())?;
                Ok(tagging.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
            }
            // A deletion marker cannot be asked.
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Ok(Vec::new()),
            _ => {
                let failure = Failure::read(answer).await?;
                // A version that cannot be one names nothing.
                match failure.status {
                    StatusCode::BAD_REQUEST if version_id.is_some() => Ok(Vec::new()),
                    _ => Err(S3Error::from_failure(&failure)),
                }
            }
        }
    }

    fn refuse_public_acl(&self, route: &Route, target: &Target) -> Result<(), S3Error> {
        if !public_acl::in_headers(self.headers) {
            return Ok(());
        }
        match route.kind {
            Kind::Typed(Verb::CreateBucket) => Err(public_acl::of_new_bucket()),
            _ if self.blocks_public_acls(target) => Err(S3Error::access_denied()),
            _ => Ok(()),
        }
    }

    fn blocks_public_acls(&self, target: &Target) -> bool {
        self.access("", target).public_access.is_some_and(|block| block.block_public_acls)
    }
}

/// What a bucket says, as policies are decided.
pub fn word_of(access: &Access) -> BucketPolicy<'_> {
    let Some(policy) = &access.policy else { return BucketPolicy::Absent };
    let Some(document) = policy.document() else { return BucketPolicy::Unreadable };
    let restricted = access.public_access.is_some_and(|block| block.restrict_public_buckets);
    let audience = if restricted && policy.is_public() { Audience::OwnAccount } else { Audience::AsWritten };
    BucketPolicy::Kept { document, audience }
}

fn writes_acl(route: &Route) -> bool {
    let writes = matches!(
        route.kind,
        Kind::Typed(Verb::CreateBucket | Verb::PutObject | Verb::CopyObject | Verb::CreateMultipartUpload)
    );
    writes || matches!(route.operation, "PutBucketAcl" | "PutObjectAcl")
}

fn implied(route: &Route) -> &'static [(&'static str, &'static str)] {
    match route.kind {
        Kind::Typed(Verb::CreateBucket) => &BUCKET_HEADERS,
        Kind::Typed(Verb::PutObject | Verb::CopyObject | Verb::CreateMultipartUpload) => &OBJECT_HEADERS,
        _ => &OBJECT_HEADERS[OBJECT_HEADERS.len() - 1..],
    }
}

/// Whether a route makes an object, or a part of one.
pub fn creates(route: &Route) -> Option<bool> {
    match route.kind {
        Kind::Typed(Verb::PutObject | Verb::CopyObject | Verb::PostObject | Verb::CompleteMultipartUpload) => {
            Some(true)
        }
        Kind::Typed(Verb::CreateMultipartUpload | Verb::UploadPart | Verb::UploadPartCopy) => Some(false),
        _ => None,
    }
}

/// Whether a route works on an upload that was begun, whose first request said how its object will be.
pub fn is_of_an_upload(route: &Route) -> bool {
    matches!(route.kind, Kind::Typed(Verb::UploadPart | Verb::UploadPartCopy | Verb::CompleteMultipartUpload))
}

/// Headers whose value says whether they ask at all; of any other, `false` is a value like others.
const SWITCHES: [&str; 2] = ["x-amz-bypass-governance-retention", "x-amz-bucket-object-lock-enabled"];

fn asks(headers: &HeaderMap, name: &str) -> bool {
    let is_off = |value: &HeaderValue| SWITCHES.contains(&name) && value.as_bytes().eq_ignore_ascii_case(b"false");
    headers::first(headers, name).is_some_and(|value| !is_off(value))
}

/// The copy source has a say in a copy alone: a part that is copied has its upload's tags.
fn tags_of(about: About<'_>, written: &HeaderMap) -> TagsOf {
    match about.creates == Some(true) && written.contains_key("x-amz-copy-source") {
        true => TagsOf::copy(written),
        false => TagsOf::Request,
    }
}

impl From<Denied> for S3Error {
    fn from(denied: Denied) -> Self {
        match denied.reason {
            identity::DeniedReason::OwnersAlone => Self::method_not_allowed(),
            identity::DeniedReason::Anonymous
            | identity::DeniedReason::OtherAccount
            | identity::DeniedReason::Restricted
            | identity::DeniedReason::ExplicitDeny(_)
            | identity::DeniedReason::NoMatch(_)
            | identity::DeniedReason::BucketDenies => {
                Self::new(StatusCode::FORBIDDEN, "AccessDenied", denied.to_string())
            }
        }
    }
}
