//! GetObject and HeadObject.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::{request, sse};
use crate::front::s3::{Door, Incoming, Reply, S3Error};
use crate::names;
use crate::object::{ByteRange, ChecksumMode, Conditions, Error, Fault, Read, ReadReply, Section};

/// What of the answer `response-*` parameters replace.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-cache-control", header::CACHE_CONTROL),
    ("response-content-disposition", header::CONTENT_DISPOSITION),
    ("response-content-encoding", header::CONTENT_ENCODING),
    ("response-content-language", header::CONTENT_LANGUAGE),
    ("response-content-type", header::CONTENT_TYPE),
    ("response-expires", header::EXPIRES),
];

/// Client headers that the backend may want on a read.
const FORWARDED: [&str; 2] = ["x-amz-request-payer", "x-amz-expected-bucket-owner"];

/// Reads an object.
pub async fn get(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let (mut read, overrides, if_range) = parse(door, &incoming)?;
    narrow(door, &mut read, if_range).await?;
    match door.objects.get(&read).await {
        Ok(reply) => Ok(answer(reply, overrides, &read)),
        Err(error) => refused(door, error, &read).await,
    }
}

/// Reads an object's head.
pub async fn head(door: &Door, incoming: Incoming) -> Result<Reply, S3Error> {
    let (mut read, overrides, if_range) = parse(door, &incoming)?;
    narrow(door, &mut read, if_range).await?;
    match door.objects.head(&read).await {
        Ok(reply) => Ok(answer(reply, overrides, &read)),
        Err(error) => refused(door, error, &read).await,
    }
}

/// What is read, the `response-*` headers, and the validator of `If-Range`.
fn parse(door: &Door, incoming: &Incoming) -> Result<(Read, HeaderMap, Option<String>), S3Error> {
    let headers = &incoming.head.headers;
    let customer_key = sse::of_read(door, &incoming.origin, headers)?;
    let range = request::single(headers, "range")?.and_then(ByteRange::parse);
    let part = request::number(incoming, "partNumber", 1..=10_000)?;
    let section = match (range, part) {
        (Some(_), Some(_)) => {
            return Err(S3Error::invalid_request("Cannot specify both Range header and partNumber query parameter."));
        }
        (Some(range), None) => Section::Range(range),
        (None, Some(part)) => Section::Part(u16::try_from(part).map_err(|_| S3Error::internal())?),
        (None, None) => Section::Whole,
    };
    let mut forwarded = HeaderMap::new();
    for name in FORWARDED {
        if let Some(value) = names::headers::first(headers, name) {
            forwarded.insert(HeaderName::from_static(name), value.clone());
        }
    }
    let read = Read {
        permit: incoming.permit.clone(),
        version_id: request::version_id(incoming)?,
        section,
        conditions: Conditions::from_request(headers),
        checksum: request::checksum_mode(headers)?,
        customer_key,
        headers: forwarded,
    };
    let if_range = request::single(headers, "if-range")?.map(str::to_owned);
    Ok((read, overrides(incoming)?, if_range))
}

/// RFC 9110 section 13.1.5: the range counts only while the object is still the one that the client knows.
async fn narrow(door: &Door, read: &mut Read, if_range: Option<String>) -> Result<(), S3Error> {
    let (Section::Range(_), Some(validator)) = (read.section, if_range) else { return Ok(()) };
    let current = Box::pin(door.objects.head(&unconditional(read))).await?;
    let same = match validator.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(tag) => tag == current.etag,
        None => {
            current.headers.get(header::LAST_MODIFIED).is_some_and(|value| value.as_bytes() == validator.as_bytes())
        }
    };
    if !same {
        read.section = Section::Whole;
    }
    Ok(())
}

/// The same object without conditions.
fn unconditional(read: &Read) -> Read {
    let (section, checksum) = (Section::Whole, ChecksumMode::Off);
    Read { section, checksum, conditions: Conditions::default(), ..read.clone() }
}

fn overrides(incoming: &Incoming) -> Result<HeaderMap, S3Error> {
    let mut replaced = HeaderMap::new();
    for (parameter, name) in OVERRIDES {
        let Some(text) = incoming.query.get(parameter) else { continue };
        if incoming.verified.is_none() {
            let message = "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(S3Error::invalid_request(message));
        }
        let value = HeaderValue::from_str(text);
        let value =
            value.map_err(|_| S3Error::invalid_argument("The value is not a header value.", parameter, text))?;
        replaced.insert(name, value);
    }
    Ok(replaced)
}

fn answer(read: ReadReply, overrides: HeaderMap, asked: &Read) -> Reply {
    let mut headers = read.headers;
    request::show_etag(&read.etag, &mut headers);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let mut status = StatusCode::OK;
    let mut len = read.plain_len;
    if let Some(range) = &read.range {
        status = StatusCode::PARTIAL_CONTENT;
        len = range.end - range.start;
        // A part without bytes has no range that could be written.
        if len > 0 {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, read.plain_len);
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(header::CONTENT_RANGE, value);
            }
        }
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    if let Some(protected) = &read.protected {
        sse::show(protected, asked.customer_key.as_ref(), &mut headers);
    }
    if let (Some(checksum), ChecksumMode::Enabled) = (&read.checksum, asked.checksum) {
        request::show_checksum(checksum, read.composite_parts, &mut headers);
    }
    if let Some(count) = read.parts_count {
        headers.insert("x-amz-mp-parts-count", HeaderValue::from(count));
    }
    for (name, value) in &overrides {
        headers.insert(name.clone(), value.clone());
    }
    let mut reply = Response::new(read.body);
    *reply.status_mut() = status;
    *reply.headers_mut() = headers;
    reply
}

/// 304 is an answer, not an error; 416 tells the plaintext's length.
async fn refused(door: &Door, error: Error, read: &Read) -> Result<Reply, S3Error> {
    match &error {
        Error::Backend(backend) if backend.status() == Some(StatusCode::NOT_MODIFIED) => {
            let mut headers = HeaderMap::new();
            if let Some(failure) = backend.refused() {
                for name in [header::LAST_MODIFIED, header::CACHE_CONTROL, header::EXPIRES] {
                    if let Some(value) = failure.headers.get(&name) {
                        headers.insert(name, value.clone());
                    }
                }
            }
            match read.conditions.none_match_echo() {
                Some(tag) => request::show_etag(tag, &mut headers),
                // Of a list or a star the answer does not tell what stands there.
                None => {
                    request::show_etag(&Box::pin(door.objects.head(&unconditional(read))).await?.etag, &mut headers)
                }
            }
            Ok(request::bare(StatusCode::NOT_MODIFIED, headers))
        }
        Error::Caller(Fault::InvalidRange { plain_len }) => {
            let range = format!("bytes */{plain_len}");
            let error = S3Error::from(error);
            Err(match HeaderValue::from_str(&range) {
                Ok(value) => error.header(header::CONTENT_RANGE, value),
                Err(_) => error,
            })
        }
        _ => Err(error.into()),
    }
}
