//! One kind of request only, for a profiler: `--put KIB`, `--get KIB` or `--kms ACTION`, for `--secs N` over
//! `--connections N`. `--form N` chooses the form of uploads by its place in `Form::ALL`, `--checksum` asks reads for theirs.

use std::io;
use std::time::Duration;

use crate::kms::Contender;
use crate::load::drive::Requests;
use crate::load::{self, Endpoint, Form, GIB, KIB, Load, MIB, Payload, Request, Server, Stop};
use crate::run::Run;
use crate::targets::SSE_KMS;

/// Answers the question that the flags ask; false: they ask none.
pub fn run() -> io::Result<bool> {
    let (put, get, action) = (load::option("--put", 0), load::option("--get", 0), load::option("--kms", String::new()));
    if put + get == 0 && action.is_empty() {
        return Ok(false);
    }
    let run = Run::new(true)?;
    let gateway = run.gateway("sealgate")?;
    println!("sealgate is process {}", gateway.process.id());
    if !action.is_empty() {
        let contender = Contender::new("sealgate", gateway)?;
        let request = contender.request(&action).ok_or_else(|| io::Error::other(format!("not measured: {action}")))?;
        measure(&action, &contender.server, &contender.server.s3.kms(), &|_| vec![request.clone()]);
        return Ok(true);
    }
    gateway.s3.expect(Request::new("PUT", "/sealed"))?;
    let form = *Form::ALL.get(load::option("--form", 0)).unwrap_or(&Form::Unsigned);
    for (len, verb) in [(put * KIB, "PUT"), (get * KIB, "GET")].into_iter().filter(|(len, _)| *len > 0) {
        let payload = Payload::new(form, len);
        let path = |at: usize| format!("/sealed/{at}");
        let put = |at: usize| vec![Request::new("PUT", path(at)).headers(&SSE_KMS).payload(&payload)];
        let mut mode = Vec::new();
        if load::flag("--checksum") {
            mode.push(("x-amz-checksum-mode", "ENABLED"));
        }
        let get = |at: usize| vec![Request::new("GET", path(at)).expect(len).headers(&mode)];
        let load = Load { endpoint: &gateway.s3, connections: connections(), stop: Stop::Once, requests: &put };
        load.run().checked()?;
        measure(verb, &gateway, &gateway.s3, if verb == "PUT" { &put } else { &get });
    }
    Ok(true)
}

fn connections() -> usize {
    load::option("--connections", 4)
}

fn measure(name: &str, server: &Server, endpoint: &Endpoint, requests: Requests<'_>) {
    let stop = Stop::After(Duration::from_secs(load::option("--secs", 10)));
    let meter = server.process.meter();
    let outcome = Load { endpoint, connections: connections(), stop, requests }.run();
    let cpu = meter.secs();
    println!(
        "{name}: {} requests, {:.0}/s, {:.0} MiB/s, {:.3} CPU s/GiB, {:.1} us CPU a request, p50 {:.0} us",
        outcome.requests,
        outcome.requests as f64 / outcome.secs,
        outcome.bytes as f64 / MIB as f64 / outcome.secs,
        cpu * GIB as f64 / outcome.bytes as f64,
        cpu * 1e6 / outcome.requests as f64,
        load::median(outcome.latencies) * 1e6
    );
    outcome.errors.iter().for_each(|error| println!("    {error}"));
}
