//! POST object: a browser's form. Signature, key and headers stand in its fields.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::StreamExt;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;

use super::form::Form;
use super::{body, request, sse, xml};
use crate::front::s3::permission::{About, Asker, Signed};
use crate::front::s3::{Door, Reply, S3Error, Unpermitted, guard, target};
use crate::identity::{Caller, Origin, Target};
use crate::object::{self, BodyFault, Conditions, Error, Fault, PlainBody, Write};
use crate::sigv4::{PostFields, verify_post_policy};
use crate::upstream;

/// Fields that speak of the form and not of the object.
const FORM_FIELDS: [&str; 13] = [
    "key",
    "policy",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-algorithm",
    "x-amz-date",
    "x-amz-security-token",
    "bucket",
    "success_action_status",
    "success_action_redirect",
    "redirect",
    "submit",
    "tagging",
];

/// Seals the file of a form.
pub async fn post(door: &Door, asked: Unpermitted) -> Result<Reply, S3Error> {
    let content_type = request::single(&asked.head.headers, "content-type")?.unwrap_or_default().to_owned();
    let length = request::single(&asked.head.headers, "content-length")?.and_then(|text| text.parse().ok());
    let length = length.ok_or_else(S3Error::missing_content_length)?;
    let mut form = Form::new(asked.body, &content_type, length)?;
    let read = form.fields().await?;
    let mut fields = read.fields;
    fields.expand_filename(&read.filename);

    let lookup = |id: &str| door.identities.secret(id);
    let verified = verify_post_policy(&fields, &asked.bucket, OffsetDateTime::now_utc(), &lookup)?;
    verified.iter().try_for_each(|verified| door.settings.check_region(&verified.region))?;
    let caller = match &verified {
        None => Caller::anonymous(door.identities.account().clone()),
        Some(verified) if verified.session_token.is_some() => return Err(S3Error::access_denied()),
        Some(verified) => door.identities.caller(&verified.access_key_id).ok_or_else(S3Error::access_denied)?,
    };
    let origin = match &verified {
        Some(verified) => Origin { region: verified.region.clone(), ..asked.origin },
        None => asked.origin,
    };
    let object_key = fields.get("key").filter(|key| !key.is_empty()).ok_or_else(|| {
        let message =
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.";
        S3Error::invalid_argument(message, "key", "")
    })?;
    let object_key = target::object_key_of(object_key)?;
    let headers = headers(&fields)?;
    guard::headers(&headers)?;
    guard::no_copy(&headers)?;
    guard::unsupported(&headers)?;
    let place = Target::Object(asked.bucket.clone(), object_key.clone());
    let signed = match &verified {
        None => Signed::Not,
        Some(_) => Signed::InForm(signed_at(&fields).ok_or_else(S3Error::access_denied)?),
    };
    let asker = Asker { door, caller: &caller, origin: &origin, headers: &asked.head.headers, signed };
    let about = About { written: Some(&headers), creates: Some(true), ..About::default() };
    let permit = asker.permit("s3:PutObject", &place, about).await?;
    asker.implied_by_headers(&place, about).await?;

    let protection = sse::asked(door, &asked.bucket, &origin, &headers)?;
    let customer = protection.customer_key();
    let left = form.left();
    let len = Arc::new(AtomicU64::new(0));
    let range = verified.and_then(|verified| verified.content_length_range);
    let file = ranged(form.file(), range, len.clone());
    let (stream, verdict) = body::checked(file, &headers)?;
    let write = Write {
        permit,
        protection: protection.protection,
        attributes: object::from_client(&headers),
        conditions: Conditions::from_request(&headers),
        declared_checksum: None,
        body: PlainBody { len: None, stream, verdict },
    };
    let written = door.objects.put_unsized(write, left).await?;
    let mut answer = written.headers;
    request::show_etag(&written.etag, &mut answer);
    sse::show(&written.protected, customer.as_ref(), &mut answer);
    sse::show_context(&written.protected, &mut answer);
    if let Some(checksum) = &written.checksum {
        request::show_checksum(checksum, None, &mut answer);
    }
    let location = request::location(&asked.head.headers, origin.secure, asked.bucket.as_str(), object_key.as_str());
    if let Ok(value) = HeaderValue::from_str(&location) {
        answer.insert(header::LOCATION, value);
    }
    finish(&fields, answer, &location, asked.bucket.as_str(), object_key.as_str(), &written.etag)
}

/// `X-Amz-Date`, which the policy's check has read before.
fn signed_at(fields: &PostFields) -> Option<OffsetDateTime> {
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    time::PrimitiveDateTime::parse(fields.get("x-amz-date")?, &format).ok().map(time::PrimitiveDateTime::assume_utc)
}

/// The answer that the form asks for: a redirection, 200, 201 with a document, else 204.
fn finish(
    fields: &PostFields,
    mut answer: HeaderMap,
    location: &str,
    bucket: &str,
    object_key: &str,
    etag: &str,
) -> Result<Reply, S3Error> {
    let redirect = fields.get("success_action_redirect").or(fields.get("redirect"));
    if let Some(url) = redirect.and_then(|url| url.parse::<http::Uri>().ok()).filter(|url| url.host().is_some()) {
        let pairs = [("bucket", bucket), ("key", object_key), ("etag", &format!("\"{etag}\""))];
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
        let separator = if url.query().is_some() { '&' } else { '?' };
        let target = format!("{url}{separator}{}", upstream::encode_query(&pairs));
        answer.insert(header::LOCATION, HeaderValue::from_str(&target).map_err(|_| S3Error::internal())?);
        return Ok(request::bare(StatusCode::SEE_OTHER, answer));
    }
    match fields.get("success_action_status") {
        Some("200") => Ok(request::bare(StatusCode::OK, answer)),
        Some("201") => {
            let mut document = xml::Document::new("PostResponse");
            document.text("Location", location);
            document.text("Bucket", bucket);
            document.text("Key", object_key);
            document.etag(etag);
            let mut reply = request::document(answer, document.finish("PostResponse"));
            *reply.status_mut() = StatusCode::CREATED;
            Ok(reply)
        }
        _ => Ok(request::bare(StatusCode::NO_CONTENT, answer)),
    }
}

/// The fields that describe the object, as the headers of a PutObject.
fn headers(fields: &PostFields) -> Result<HeaderMap, S3Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields.iter() {
        let lower = name.to_ascii_lowercase();
        if FORM_FIELDS.contains(&lower.as_str()) || lower.starts_with("x-ignore-") {
            continue;
        }
        let header = match lower.as_str() {
            "acl" => "x-amz-acl",
            "cache-control"
            | "content-type"
            | "content-disposition"
            | "content-encoding"
            | "content-language"
            | "expires"
            | "content-md5"
            | "if-none-match" => &lower,
            amz if amz.starts_with("x-amz-") => amz,
            // A policy must name every field; one that S3 does not know is of no effect.
            _ => continue,
        };
        let invalid = || S3Error::invalid_argument("The value is not a header value.", "field", name);
        let header = HeaderName::from_bytes(header.as_bytes()).map_err(|_| invalid())?;
        headers.append(header, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| invalid())?);
    }
    if let Some(document) = fields.get("tagging") {
        let tagging: object::Tagging = xml::parse(document.as_bytes())?;
        headers.insert("x-amz-tagging", tagging.to_header().ok_or_else(S3Error::malformed_xml)?);
    }
    guard::hide_secrets(&mut headers);
    Ok(headers)
}

/// The file, refused outside the lengths that the policy allows.
fn ranged(
    file: impl futures::Stream<Item = Result<bytes::BytesMut, BodyFault>> + Send + 'static,
    range: Option<(u64, u64)>,
    len: Arc<AtomicU64>,
) -> object::PlainStream {
    let (least, most) = range.unwrap_or((0, u64::MAX));
    let counted = len.clone();
    let within = file.map(move |piece| {
        let piece = piece?;
        let have = counted.fetch_add(piece.len() as u64, Ordering::Relaxed) + piece.len() as u64;
        if have > most { Err(outside(Fault::EntityTooLarge { have, limit: most })) } else { Ok(piece) }
    });
    let end = futures::stream::once(async move {
        let have = len.load(Ordering::Relaxed);
        let fault = Fault::EntityTooSmall { have, limit: least, part: None };
        if have < least { Err(outside(fault)) } else { Ok(bytes::BytesMut::new()) }
    });
    Box::pin(within.chain(end))
}

fn outside(fault: Fault) -> BodyFault {
    BodyFault::Source(Box::new(Error::from(fault)))
}
