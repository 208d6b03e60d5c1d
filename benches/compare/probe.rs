//! Single questions to the gateway: one kind of request for a profiler, the memory of long transfers.

use std::io;
use std::time::Duration;

use crate::load::servers::Server;
use crate::load::{self, Form, GIB, Load, MIB, Payload, Request, Servers, Stop};
use crate::targets::SSE_KMS;

/// Answers the question that the flags ask; false: they ask none.
pub fn run(servers: &Servers) -> io::Result<bool> {
    let asked = ["--memory", "--full", "--put", "--get"].into_iter().any(load::flag);
    if !asked {
        return Ok(false);
    }
    let minio = servers.minio()?;
    let gateway = servers.sealgate(&minio)?;
    gateway.s3.expect(Request::new("PUT", "/sealed"), None)?;
    if load::flag("--memory") {
        memory(&gateway)?;
    }
    if load::flag("--full") {
        full(&gateway)?;
    }
    for (flag, method) in [("--put", "PUT"), ("--get", "GET")] {
        let kib: u64 = load::option(flag, 0);
        if kib > 0 {
            println!("sealgate is process {}", gateway.process.id());
            one(&gateway, method, kib * 1024, Duration::from_secs(load::option("--secs", 10)))?;
        }
    }
    Ok(true)
}

/// One kind of request only.
fn one(gateway: &Server, method: &'static str, len: u64, limit: Duration) -> io::Result<()> {
    let payload = Payload::new(Form::Unsigned, len);
    let connections = load::option("--connections", 4);
    let put = |at: usize| vec![Request::new("PUT", format!("/sealed/{at}")).headers(&SSE_KMS).payload(&payload)];
    let get = |at: usize| vec![Request::new("GET", format!("/sealed/{at}"))];
    Load { s3: &gateway.s3, connections, stop: Stop::Requests(1), requests: &put }.run();
    let before = gateway.process.cpu_secs();
    let requests: &(dyn Fn(usize) -> Vec<Request> + Sync) = if method == "PUT" { &put } else { &get };
    let outcome = Load { s3: &gateway.s3, connections, stop: Stop::After(limit), requests }.run();
    let cpu = gateway.process.cpu_secs() - before;
    println!(
        "{method}: {} requests, {:.0} MiB/s, {:.3} CPU s/GiB, {:.0} us CPU a request, p50 {:.0} us",
        outcome.requests,
        outcome.bytes as f64 / MIB as f64 / outcome.secs,
        cpu * GIB as f64 / outcome.bytes as f64,
        cpu * 1e6 / outcome.requests as f64,
        load::median(outcome.latencies) * 1e6
    );
    outcome.errors.iter().for_each(|error| println!("    {error}"));
    Ok(())
}

/// Resident memory over idle of concurrent long transfers, each broken off after a while: the bodies are streams, so
/// that their beginning holds as much as their end.
fn memory(gateway: &Server) -> io::Result<()> {
    let connections: usize = load::option("--connections", 16);
    let limit = Duration::from_secs(load::option("--secs", 12));
    gateway.s3.expect(
        Request::new("PUT", "/sealed/long").headers(&SSE_KMS).payload(&Payload::new(Form::Unsigned, GIB)),
        None,
    )?;
    let small = Payload::new(Form::Unsigned, 4096);
    let warm = |at: usize| vec![Request::new("PUT", format!("/sealed/warm-{at}")).headers(&SSE_KMS).payload(&small)];
    Load { s3: &gateway.s3, connections, stop: Stop::Requests(20), requests: &warm }.run();
    for form in Form::ALL {
        let payload = Payload::new(form, GIB);
        let put = |at: usize| vec![Request::new("PUT", format!("/sealed/{at}")).headers(&SSE_KMS).payload(&payload)];
        over_idle(&format!("PUT, {}", form.name()), gateway, connections, limit, &put);
    }
    let get = |_: usize| vec![Request::new("GET", "/sealed/long")];
    over_idle("GET", gateway, connections, limit, &get);
    Ok(())
}

fn over_idle(
    name: &str,
    gateway: &Server,
    connections: usize,
    limit: Duration,
    requests: &(dyn Fn(usize) -> Vec<Request> + Sync),
) {
    std::thread::sleep(Duration::from_secs(2));
    let idle = gateway.process.resident();
    let (mut most, mut bytes) = (0, 0);
    std::thread::scope(|scope| {
        let load = scope.spawn(|| Load { s3: &gateway.s3, connections, stop: Stop::Abandon(limit), requests }.run());
        while !load.is_finished() {
            most = most.max(gateway.process.resident());
            std::thread::sleep(Duration::from_millis(50));
        }
        if let Ok(outcome) = load.join() {
            bytes = outcome.bytes;
            outcome.errors.iter().for_each(|error| println!("    {error}"));
        }
    });
    println!(
        "{name:<26} idle {:>6.1} MiB, most {:>6.1} MiB, over idle {:>6.2} MiB a transfer ({connections} at once, {} MiB ended)",
        idle as f64 / MIB as f64,
        most as f64 / MIB as f64,
        most.saturating_sub(idle) as f64 / MIB as f64 / connections as f64,
        bytes / MIB
    );
}

/// One object of 5 GiB, as large as a single request may be.
fn full(gateway: &Server) -> io::Result<()> {
    let payload = Payload::new(Form::Unsigned, 5 * GIB);
    let put = |_: usize| vec![Request::new("PUT", "/sealed/full").headers(&SSE_KMS).payload(&payload)];
    let get = |_: usize| vec![Request::new("GET", "/sealed/full")];
    type Make<'a> = &'a (dyn Fn(usize) -> Vec<Request> + Sync);
    for (name, requests) in [("PUT", &put as Make), ("GET", &get)] {
        let before = gateway.process.cpu_secs();
        let outcome = Load { s3: &gateway.s3, connections: 1, stop: Stop::Requests(1), requests }.run();
        println!(
            "{name} of 5 GiB: {:.0} MiB/s, {:.3} CPU s/GiB, {:.1} MiB resident",
            outcome.bytes as f64 / MIB as f64 / outcome.secs,
            (gateway.process.cpu_secs() - before) / 5.0,
            gateway.process.resident() as f64 / MIB as f64
        );
        outcome.errors.iter().for_each(|error| println!("    {error}"));
    }
    Ok(())
}
