//! DeleteObject and DeleteObjects.

use http::StatusCode;
use http::header::{HeaderMap, HeaderName};

use super::{request, xml};
use crate::front::s3::permission::{About, Asker, Signed};
use crate::front::s3::{Door, Incoming, Reply, S3Error, Unpermitted, document};
use crate::identity::{CallerKind, Permit, Target};
use crate::names::ObjectKey;
use crate::object::{Conditions, Doomed, unquote};

/// A document of 1,000 keys of 1,024 bytes, escaped, with room.
const MAX_DOCUMENT: usize = 8 * 1024 * 1024;

const FORWARDED: [&str; 5] = [
    "x-amz-mfa",
    "x-amz-request-payer",
    "x-amz-bypass-governance-retention",
    "x-amz-expected-bucket-owner",
    "x-amz-if-match-last-modified-time",
];

/// Deletes an object or a version.
pub async fn delete(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let version = request::version_id(&incoming)?;
    if incoming.head.headers.contains_key("x-amz-if-match-size") {
        return Err(S3Error::not_implemented());
    }
    let conditions = Conditions::from_request(&incoming.head.headers);
    let forwarded = forwarded(&incoming.head.headers);
    let headers = door.objects.delete(&incoming.permit, version.as_deref(), &conditions, forwarded).await?;
    Ok(request::bare(StatusCode::NO_CONTENT, headers))
}

/// Deletes up to 1,000 objects, each of which the caller must be allowed to delete.
pub async fn delete_many(door: &Door, incoming: Unpermitted) -> Result<Reply, S3Error> {
    let bucket = incoming.bucket;
    let caller = incoming.caller.ok_or_else(S3Error::access_denied)?;
    let headers = &incoming.head.headers;
    let digested = headers.keys().any(|name| {
        name == "content-md5"
            || crate::checksum::Algorithm::from_header(name.as_str()).is_some()
            || name == "x-amz-trailer"
    });
    if !digested {
        let message = "Missing required header for this request: Content-MD5";
        return Err(S3Error::invalid_request(message));
    }
    // Nobody's request is read before it may be allowed at all.
    if caller.kind() == CallerKind::Anonymous && door.access.of(&bucket).policy.is_none() {
        return Err(S3Error::access_denied());
    }
    let document = document::read(&incoming.head, incoming.verified.as_ref(), incoming.body, MAX_DOCUMENT).await?;
    let wanted: xml::Delete = xml::parse(&document)?;
    if wanted.objects.is_empty() {
        return Err(S3Error::malformed_xml());
    }
    let asker = Asker {
        door,
        caller: &caller,
        origin: &incoming.origin,
        headers: &incoming.head.headers,
        signed: Signed::of(incoming.verified.as_ref()),
    };
    let mut doomed = Vec::with_capacity(wanted.objects.len());
    let mut answer = xml::Document::new("DeleteResult");
    for mut object in wanted.objects {
        // Backends read an empty version as none: then it is the object that is deleted, and that must be allowed.
        object.version_id = object.version_id.filter(|id| !id.is_empty());
        let Ok(object_key) = ObjectKey::new(&object.key) else {
            failed(&mut answer, &object.key, object.version_id.as_deref(), "KeyTooLongError", "Your key is too long");
            continue;
        };
        // On AWS of directory buckets alone. The backend would compare the sealed length.
        if object.size.is_some() {
            let message = "A deletion on condition of the size is not implemented.";
            failed(&mut answer, &object.key, object.version_id.as_deref(), "NotImplemented", message);
            continue;
        }
        let target = Target::Object(bucket.clone(), object_key);
        match permit(asker, &target, object.version_id.as_deref()).await {
            Ok(permit) => doomed.push(Doomed {
                permit,
                version_id: object.version_id,
                etag: object.etag.map(|tag| unquote(&tag).to_owned()),
                last_modified_time: object.last_modified_time,
            }),
            Err(error) if error.status == StatusCode::FORBIDDEN => {
                failed(&mut answer, &object.key, object.version_id.as_deref(), "AccessDenied", "Access Denied");
            }
            Err(error) => return Err(error),
        }
    }
    if !doomed.is_empty() {
        let result = door.objects.delete_many(&bucket, &doomed, forwarded(&incoming.head.headers)).await?;
        if !wanted.quiet {
            for deleted in &result.deleted {
                answer.open("Deleted");
                answer.text("Key", &deleted.key);
                for (name, text) in [
                    ("VersionId", deleted.version_id.clone()),
                    ("DeleteMarker", deleted.delete_marker.map(|marker| marker.to_string())),
                    ("DeleteMarkerVersionId", deleted.delete_marker_version_id.clone()),
                ] {
                    if let Some(text) = text {
                        answer.text(name, text);
                    }
                }
                answer.close("Deleted");
            }
        }
        for error in &result.errors {
            failed(&mut answer, &error.key, error.version_id.as_deref(), &error.code, &error.message);
        }
    }
    Ok(request::document(HeaderMap::new(), answer.finish("DeleteResult")))
}

/// The permit to delete one object, past its retention where the request asks for that.
async fn permit(asker: Asker<'_>, target: &Target, version_id: Option<&str>) -> Result<Permit, S3Error> {
    let action = if version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    let about = About { version_id, written: Some(asker.headers), ..About::default() };
    let permit = asker.permit(action, target, about).await?;
    if asker
        .headers
        .get("x-amz-bypass-governance-retention")
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"false"))
    {
        asker.permit("s3:BypassGovernanceRetention", target, about).await?;
    }
    Ok(permit)
}

fn failed(answer: &mut xml::Document, object_key: &str, version: Option<&str>, code: &str, message: &str) {
    answer.open("Error");
    answer.text("Key", object_key);
    if let Some(version) = version {
        answer.text("VersionId", version);
    }
    answer.text("Code", code);
    answer.text("Message", message);
    answer.close("Error");
}

fn forwarded(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in FORWARDED {
        if let Some(value) = headers.get(name) {
            kept.insert(HeaderName::from_static(name), value.clone());
        }
    }
    kept
}
