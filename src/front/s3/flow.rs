//! The way of every S3 request: target, operation, signature, caller, permission, then its verb.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, header};
use time::OffsetDateTime;

use super::error::Document;
use super::permission::{About, Asker, Signed};
use super::routes::{self, Kind, Level, NoRoute, Route, Verb};
use super::stated::{self, Stated};
use super::{
    Door, Incoming, Query, Reply, S3Error, Unpermitted, cors, document, forward, guard, owner, permission, target,
    verbs,
};
use crate::front::access_log::Entry;
use crate::front::doors::origin_of;
use crate::front::{Arrival, ClientBody};
use crate::identity::{Caller, Origin, Target, Unauthenticated};
use crate::names::headers;
use crate::object::UploadName;
use crate::sigv4::{self, Endpoint, Verified};
use crate::upstream;

/// Answers one request.
pub async fn serve(door: &Door, head: Parts, body: ClientBody, arrival: &Arrival, entry: &mut Entry) -> Reply {
    let resource = head.uri.path().to_owned();
    let is_head = head.method == Method::HEAD;
    let expects_continue = head.headers.contains_key(header::EXPECT);
    let cors = cors::Actual::of(&head);
    let answered = answer(door, head, body.clone(), arrival, entry).await;
    let mut reply = match answered {
        Ok(reply) => reply,
        Err(mut error) => {
            if !Box::pin(body.drain(expects_continue)).await {
                error = error.close();
            }
            let ids = (&*arrival.request_id, &*arrival.host_id);
            error.into_reply(Document { resource: &resource, request_id: ids.0, host_id: ids.1, head: is_head })
        }
    };
    // What the backend says of its own transport is not the gateway's word.
    for name in [header::SERVER, header::STRICT_TRANSPORT_SECURITY, header::ALT_SVC] {
        reply.headers_mut().remove(name);
    }
    if let (Some(cors), Some(target)) = (cors, &entry.target) {
        Box::pin(cors.add_headers(door, target, reply.headers_mut())).await;
    }
    reply
}

async fn answer(
    door: &Door,
    mut head: Parts,
    body: ClientBody,
    arrival: &Arrival,
    entry: &mut Entry,
) -> Result<Reply, S3Error> {
    guard::hide_secrets(&mut head.headers);
    guard::headers(&head.headers)?;
    guard::host(&head)?;
    let target = target::of_request(&head, &door.settings.domains)?;
    entry.target = Some(target.clone());
    let query = Query::parse(head.uri.query()).map_err(|_| target::invalid_uri(&head.uri.to_string()))?;
    if head.method == Method::OPTIONS {
        guard::system_bucket(&target, &head.headers, &door.settings.system_bucket)?;
        entry.operation = "OPTIONS";
        return Box::pin(cors::preflight(door, &target, &head)).await;
    }
    // A form carries its signature in its fields: the verb reads them and finds the caller.
    let is_form = guard::is_form(&head) && matches!(target, Target::Bucket(_)) && query.iter().next().is_none();
    guard::signature_version(&head)?;
    let now = OffsetDateTime::now_utc();
    let verified = match is_form {
        true => None,
        false => verify(door, &head, now)?,
    };
    let query = guard::promote(&mut head.headers, query, verified.as_ref())?;
    guard::system_bucket(&target, &head.headers, &door.settings.system_bucket)?;
    let route = route_of(&head, &target, &query)?;
    entry.operation = route.operation;
    guard::refused(route, &head.headers)?;
    let origin = origin_of(&head, arrival, region_of(door, verified.as_ref()));
    let caller = match is_form {
        true => None,
        false => Some(caller_of(door, verified.as_ref(), now)?),
    };
    entry.caller = caller.as_ref().map(|caller| caller.arn().to_owned());
    guard::expected_owner(&head.headers, door.identities.account())?;
    dispatch(door, route, Asked { target, caller, origin, head: Arc::new(head), query, verified, body }).await
}

/// A request whose caller is known and whose permission is not.
struct Asked {
    target: Target,
    caller: Option<Caller>,
    origin: Origin,
    head: Arc<Parts>,
    query: Query,
    verified: Option<Verified>,
    body: ClientBody,
}

async fn dispatch(door: &Door, route: &'static Route, asked: Asked) -> Result<Reply, S3Error> {
    let Asked { target, caller, origin, head, query, verified, body } = asked;
    let body = body.boxed();
    match (route.kind, caller, &target) {
        (Kind::Refused, _, _) => Err(guard::refusal(route)),
        (Kind::Typed(verb @ (Verb::PostObject | Verb::DeleteObjects)), caller, Target::Bucket(bucket)) => {
            let bucket = bucket.clone();
            let asked = Unpermitted { bucket, caller, origin, head, query, verified, body };
            Box::pin(verbs::dispatch_unpermitted(door, verb, asked)).await
        }
        (_, None, _) => Err(S3Error::access_denied()),
        (kind, Some(caller), target) => {
            let signed = Signed::of(verified.as_ref());
            let asker = Asker { door, caller: &caller, origin: &origin, headers: &head.headers, signed };
            // The one body that is read before its request is allowed: a small document that a policy decides by.
            let depends = stated::key_of(route.operation).is_some_and(|key| asker.may_depend_on(target, key));
            let (body, document) = match depends {
                false => (body, None),
                true => (
                    upstream::empty(),
                    Some(Box::pin(document::read(&head, verified.as_ref(), body, MAX_STATED)).await?),
                ),
            };
            let stated =
                document.as_ref().map(|document| Stated::in_document(route.operation, document)).transpose()?;
            let begun = begun(&asker, route, target, &query).await?;
            let about = About {
                written: Some(begun.as_ref().unwrap_or(&head.headers)),
                query: Some(&query),
                version_id: query.get("versionId"),
                creates: permission::creates(route),
                document: stated.as_ref(),
            };
            let permit = asker.ask(route, target, about).await?;
            let hides = Hiding::of(kind, &caller, &origin, &head, signed);
            let head = owner::head_to_backend(door, head).await?;
            let incoming = Incoming { permit, caller, origin, head, query, verified, body, document };
            let answer = match kind {
                Kind::Typed(verb) => verbs::dispatch(door, verb, incoming).await,
                Kind::Forwarded | Kind::Refused => Box::pin(forward::forward(door, incoming)).await,
            };
            match (answer, hides) {
                (Err(error), Some(hides)) if error.code == "NoSuchKey" => {
                    Err(Box::pin(hides.answer(door, target, error)).await)
                }
                (answer, _) => answer,
            }
        }
    }
}

/// A document that a policy decides by is not longer, in bytes.
const MAX_STATED: usize = 64 * 1024;

/// For a request on an upload that was begun, and only if a policy may want to know: its headers, with those that the
/// upload was begun with in place of its own. Clients send those once; the parts are decided upon as the whole was.
async fn begun(asker: &Asker<'_>, route: &Route, target: &Target, query: &Query) -> Result<Option<HeaderMap>, S3Error> {
    let (Target::Object(bucket, object_key), Some(upload_id)) = (target, query.get("uploadId")) else {
        return Ok(None);
    };
    if !permission::is_of_an_upload(route) || !asker.may_depend_on(target, "s3:") {
        return Ok(None);
    }
    let name = UploadName { bucket: bucket.clone(), object_key: object_key.clone(), upload_id: upload_id.to_owned() };
    let mut headers = asker.headers.clone();
    let declared = Box::pin(asker.door.objects.declared(&name)).await?;
    for name in declared.keys() {
        headers.remove(name);
    }
    headers.extend(declared);
    Ok(Some(headers))
}

/// Who may not list a bucket is not told either that an object is missing.
struct Hiding {
    caller: Caller,
    origin: Origin,
    head: Arc<Parts>,
    signed: Signed,
}

impl Hiding {
    fn of(kind: Kind, caller: &Caller, origin: &Origin, head: &Arc<Parts>, signed: Signed) -> Option<Self> {
        let reads = matches!(kind, Kind::Typed(Verb::GetObject | Verb::HeadObject | Verb::GetObjectAttributes));
        reads.then(|| Self { caller: caller.clone(), origin: origin.clone(), head: head.clone(), signed })
    }

    async fn answer(self, door: &Door, target: &Target, missing: S3Error) -> S3Error {
        let Some(bucket) = target.bucket() else { return missing };
        let Self { caller, origin, head, signed } = &self;
        let asker = Asker { door, caller, origin, headers: &head.headers, signed: *signed };
        match asker.permit("s3:ListBucket", &Target::Bucket(bucket.clone()), About::default()).await {
            Ok(_) => missing,
            Err(denied) => denied,
        }
    }
}

fn route_of(head: &Parts, target: &Target, query: &Query) -> Result<&'static Route, S3Error> {
    let level = match target {
        Target::Service => Level::Service,
        Target::Bucket(_) => Level::Bucket,
        Target::Object(..) => Level::Object,
    };
    let has_copy_source = headers::has(&head.headers, "x-amz-copy-source");
    routes::find(head.method.as_str(), level, query, has_copy_source).map_err(|none| match none {
        NoRoute::MethodNotAllowed => S3Error::method_not_allowed().field("Method", head.method.as_str()),
        NoRoute::Unknown => S3Error::new(
            http::StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "A query parameter you provided implies functionality that is not implemented.",
        ),
    })
}

fn verify(door: &Door, head: &Parts, now: OffsetDateTime) -> Result<Option<Verified>, S3Error> {
    let lookup = |access_key_id: &str| door.identities.secret(access_key_id);
    let verified = sigv4::verify(head, Endpoint::S3, now, &lookup)?;
    verified.iter().try_for_each(|verified| door.settings.check_region(&verified.region))?;
    Ok(verified)
}

fn region_of(door: &Door, verified: Option<&Verified>) -> crate::names::Region {
    verified.map_or(&door.settings.region, |verified| &verified.region).clone()
}

fn caller_of(door: &Door, verified: Option<&Verified>, now: OffsetDateTime) -> Result<Caller, S3Error> {
    let Some(verified) = verified else { return Ok(Caller::anonymous(door.identities.account().clone())) };
    let token = verified.session_token.as_deref();
    let caller = door.identities.authenticate(&verified.access_key_id, token, now);
    caller.map_err(|error| {
        let status = match error {
            Unauthenticated::UnknownAccessKey => http::StatusCode::FORBIDDEN,
            Unauthenticated::InvalidToken | Unauthenticated::ExpiredToken => http::StatusCode::BAD_REQUEST,
        };
        let answer = S3Error::new(status, error.code(), error.to_string());
        match error {
            Unauthenticated::UnknownAccessKey => answer.field("AWSAccessKeyId", &*verified.access_key_id),
            Unauthenticated::InvalidToken | Unauthenticated::ExpiredToken => answer,
        }
    })
}
