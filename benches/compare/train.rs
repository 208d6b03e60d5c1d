//! What a gateway does in its life, a moment of each, in front of MinIO and on its own disk: the loads by which
//! `benches/optimise` lays out its code.

use std::io;
use std::time::Duration;

use crate::kms::{self, Contender};
use crate::load::drive::Requests;
use crate::load::{Endpoint, Form, KIB, Load, MIB, Payload, Request, Server, Stop};
use crate::parts;
use crate::run::Run;
use crate::targets::{DSSE, SSE_KMS, SSE_S3};

const CONNECTIONS: usize = 4;

pub fn run() -> io::Result<()> {
    let run = Run::new(true)?;
    for gateway in [run.gateway("sealgate")?, run.servers.store()?] {
        gateway.s3.expect(Request::new("PUT", "/bucket"))?;
        objects(&gateway.s3)?;
        small_requests(&gateway.s3)?;
        in_parts(&gateway.s3)?;
        key_manager(gateway)?;
    }
    Ok(())
}

/// Every length and form of uploads, and reads of what they left.
fn objects(endpoint: &Endpoint) -> io::Result<()> {
    for (len, millis) in [(4 * KIB, 1000), (64 * KIB, 500), (MIB, 500), (32 * MIB, 1000)] {
        let path = |at: usize| format!("/bucket/{len}-{at}");
        for form in Form::ALL {
            let payload = Payload::new(form, len);
            let put = |at: usize| vec![Request::new("PUT", path(at)).headers(&SSE_KMS).payload(&payload)];
            repeat(endpoint, millis, &put)?;
        }
        repeat(endpoint, 3 * millis, &|at| vec![Request::new("GET", path(at)).expect(len)])?;
        let with_checksum = |at| Request::new("GET", path(at)).expect(len).header("x-amz-checksum-mode", "ENABLED");
        repeat(endpoint, millis, &|at| vec![with_checksum(at)])?;
        repeat(endpoint, millis, &|at| vec![Request::new("GET", path(at)).range(len / 2, len / 4)])?;
    }
    Ok(())
}

/// The other modes, and the other verbs.
fn small_requests(endpoint: &Endpoint) -> io::Result<()> {
    const LEN: u64 = 4 * KIB;
    let payload = Payload::new(Form::Unsigned, LEN);
    for (name, headers) in [("default", &[][..]), ("sse-s3", &SSE_S3), ("dsse", &DSSE)] {
        let path = |at: usize| format!("/bucket/{name}-{at}");
        repeat(endpoint, 500, &|at| vec![Request::new("PUT", path(at)).headers(headers).payload(&payload)])?;
        repeat(endpoint, 500, &|at| vec![Request::new("GET", path(at)).expect(LEN)])?;
        repeat(endpoint, 200, &|at| vec![Request::new("HEAD", path(at))])?;
    }
    let copy = |at| Request::new("PUT", format!("/bucket/copy-{at}")).header("x-amz-copy-source", "/bucket/default-0");
    repeat(endpoint, 300, &|at| vec![copy(at)])?;
    repeat(endpoint, 300, &|at| vec![Request::new("DELETE", format!("/bucket/copy-{at}"))])?;
    repeat(endpoint, 300, &|_| vec![Request::new("GET", "/bucket?list-type=2")])
}

fn in_parts(endpoint: &Endpoint) -> io::Result<()> {
    const LEN: u64 = 4 * parts::PART;
    parts::upload(endpoint, "/bucket/parts", &SSE_KMS, LEN, CONNECTIONS)?;
    repeat(endpoint, 500, &|_| vec![Request::new("GET", "/bucket/parts").expect(LEN)])?;
    repeat(endpoint, 500, &|at| vec![Request::new("GET", "/bucket/parts").range(at as u64 * parts::PART, 64 * KIB)])
}

fn key_manager(gateway: Server) -> io::Result<()> {
    let contender = Contender::new("sealgate", gateway)?;
    for action in kms::ACTIONS {
        let requests: Vec<Request> = contender.request(action).cloned().into_iter().collect();
        repeat(&contender.server.s3.kms(), 1500, &|_| requests.clone())?;
    }
    Ok(())
}

fn repeat(endpoint: &Endpoint, millis: u64, requests: Requests<'_>) -> io::Result<()> {
    let stop = Stop::After(Duration::from_millis(millis));
    let outcome = Load { endpoint, connections: CONNECTIONS, stop, requests }.run().checked();
    let failed = |error| {
        let first = requests(0).into_iter().next().map(|request| format!("{} {}", request.method, request.target));
        io::Error::other(format!("{}: {error}", first.unwrap_or_default()))
    };
    outcome.map(drop).map_err(failed)
}
