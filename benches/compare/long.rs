//! Work that is done once for each target: an object of 1 GiB in parts, and the listing of many keys.

use std::io;
use std::time::Instant;

use crate::load::{Form, GIB, Load, MIB, Payload, Request, Servers, Stop};
use crate::table::Table;
use crate::targets::{Field, Target};

const PART: u64 = 16 * MIB;
const CONNECTIONS: usize = 4;

/// 1 GiB in 64 parts over four connections, then read whole over one.
pub fn multipart(table: &mut Table, servers: &Servers, targets: &[&Target<'_>]) -> io::Result<()> {
    let mut put = Vec::new();
    let mut get = Vec::new();
    for target in targets {
        let s3 = &target.server.s3;
        let (begun, cpu) = (Instant::now(), target.server.process.cpu_secs());
        upload(target)?;
        put.push((target.name, target.server.process.cpu_secs() - cpu, begun.elapsed().as_secs_f64()));
        let (begun, cpu) = (Instant::now(), target.server.process.cpu_secs());
        let requests = |_: usize| vec![Request::new("GET", target.path("long"))];
        let outcome = Load { s3, connections: 1, stop: Stop::Requests(1), requests: &requests }.run();
        if outcome.bytes != GIB {
            return Err(io::Error::other(format!("{} read {} bytes of 1 GiB", target.name, outcome.bytes)));
        }
        get.push((target.name, target.server.process.cpu_secs() - cpu, begun.elapsed().as_secs_f64()));
        servers.settle();
    }
    table.add_once("PUT 1 GiB in 64 parts, 4 connections", &put);
    table.add_once("GET 1 GiB of 64 parts, 1 connection", &get);
    Ok(())
}

fn upload(target: &Target<'_>) -> io::Result<()> {
    let s3 = &target.server.s3;
    let path = target.path("long");
    let created = s3.expect(Request::new("POST", format!("{path}?uploads=")).headers(target.headers), None)?;
    let document = String::from_utf8_lossy(&created.body).into_owned();
    let upload_id = between(&document, "<UploadId>", "</UploadId>").ok_or_else(|| io::Error::other("no upload id"))?;
    let payload = Payload::new(Form::Unsigned, PART);
    let parts = GIB / PART;
    let requests = |at: usize| {
        let mine = (1..=parts).filter(|number| *number % CONNECTIONS as u64 == at as u64);
        let one = |number| format!("{path}?partNumber={number}&uploadId={}", encoded(&upload_id));
        mine.map(|number| Request::new("PUT", one(number)).payload(&payload)).collect()
    };
    let stop = Stop::Requests(parts / CONNECTIONS as u64);
    let outcome = Load { s3, connections: CONNECTIONS, stop, requests: &requests }.run();
    if let Some(error) = outcome.errors.first() {
        return Err(io::Error::other(format!("{}: {error}", target.name)));
    }
    let listed = s3.expect(Request::new("GET", format!("{path}?uploadId={}", encoded(&upload_id))), None)?;
    let document = String::from_utf8_lossy(&listed.body).into_owned();
    let mut body = String::from("<CompleteMultipartUpload>");
    for (at, tail) in document.split("<ETag>").skip(1).enumerate() {
        let tag = tail.split("</ETag>").next().unwrap_or_default();
        body.push_str(&format!("<Part><PartNumber>{}</PartNumber><ETag>{tag}</ETag></Part>", at + 1));
    }
    body.push_str("</CompleteMultipartUpload>");
    let complete = Request::new("POST", format!("{path}?uploadId={}", encoded(&upload_id)));
    let answer = s3.expect(complete, Some(body.as_bytes()))?;
    match String::from_utf8_lossy(&answer.body).contains("<Error>") {
        true => Err(io::Error::other(String::from_utf8_lossy(&answer.body).into_owned())),
        false => Ok(()),
    }
}

/// The whole listing of many keys of a bucket made through the gateway: direct, and through it.
pub fn list(table: &mut Table, field: &Field, keys: u64) -> io::Result<()> {
    field.sealgate.s3.expect(Request::new("PUT", "/sealed-many"), None)?;
    let payload = Payload::new(Form::Unsigned, 1);
    let connections = 16;
    let each = keys / connections as u64;
    let requests = |at: usize| {
        (0..each)
            .map(|number| Request::new("PUT", format!("/sealed-many/{at:02}/{number:06}")).payload(&payload))
            .collect()
    };
    Load { s3: &field.sealgate.s3, connections, stop: Stop::Requests(each), requests: &requests }.run();
    let mut secs = [Vec::new(), Vec::new()];
    for _ in 0..3 {
        for (server, secs) in [&field.minio, &field.sealgate].into_iter().zip(&mut secs) {
            let begun = Instant::now();
            let (mut count, mut token) = (0, None::<String>);
            loop {
                let after = token.as_deref().map(|token| format!("continuation-token={}&", encoded(token)));
                let target = format!("/sealed-many?{}list-type=2", after.unwrap_or_default());
                let page = server.s3.expect(Request::new("GET", target), None)?;
                let page = String::from_utf8_lossy(&page.body).into_owned();
                count += page.matches("<Key>").count() as u64;
                token = between(&page, "<NextContinuationToken>", "</NextContinuationToken>");
                if token.is_none() {
                    break;
                }
            }
            if count != each * connections as u64 {
                return Err(io::Error::other(format!("a listing of {count} keys")));
            }
            secs.push(begun.elapsed().as_secs_f64());
        }
    }
    let [direct, sealed] = secs.map(crate::load::median);
    table.add_listing(keys, direct, sealed);
    Ok(())
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    Some(text.split_once(start)?.1.split_once(end)?.0.to_owned())
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
