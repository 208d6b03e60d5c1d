//! From the start of the binary to the first served request.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bars::Bar;
use crate::kms;
use crate::load::servers::Plan;
use crate::load::{Endpoint, Load, Request, Stop, median};
use crate::report::{Report, Section};
use crate::run::Run;

const STORE: &str = "sealgate-start";
const STARTS: usize = 11;

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let keys = run.scale(10_000, 500);
    let begun = Instant::now();
    let key = fill(run, keys)?;
    let text = format!(
        "Median of {STARTS} starts, until a call was answered with 200: GenerateDataKey by the gateway, with its audit record \
         written, and `return 200` by nginx. The {keys} keys were made through the API in {:.0} s.",
        begun.elapsed().as_secs_f64()
    );
    let generate = kms::request("GenerateDataKey", &json!({ "KeyId": key, "KeySpec": "AES_256" }));
    let ours = || run.servers.sealgate_plan(run.minio.s3.address, STORE);
    let plain = || run.servers.nginx_return_plan(&[]);
    let mut section = Section::new("Start", &text, &["server", "median, ms", "fastest, ms", "slowest, ms", "CPU, ms"]);
    let ours = starts(run, &ours, &generate)?;
    report.readings.push(Bar::Start.reading(format!("{keys} keys:"), median(ours.iter().map(|one| one.0).collect())));
    section.row(row(&format!("sealgate, {keys} keys"), ours));
    match starts(run, &plain, &Request::new("GET", "/")) {
        Ok(nginx) => section.row(row("nginx", nginx)),
        Err(error) => report.trouble(format!("nginx: {error}")),
    }
    report.sections.push(section);
    Ok(())
}

/// Makes a store with so many keys and stops its gateway. One of the keys comes back.
fn fill(run: &Run, keys: u64) -> io::Result<Value> {
    let gateway = run.gateway(STORE)?;
    let connections = 16;
    let create = |_: usize| vec![kms::request("CreateKey", &json!({}))];
    let stop = Stop::Requests(keys / connections as u64);
    Load { endpoint: &gateway.s3.kms(), connections, stop, requests: &create }.run().checked()?;
    Ok(kms::call(&gateway, "CreateKey", &json!({}))?["KeyMetadata"]["KeyId"].take())
}

/// Milliseconds of each start, by the clock and of the server's CPU.
fn starts(run: &Run, plan: &dyn Fn() -> io::Result<Plan>, request: &Request) -> io::Result<Vec<(f64, f64)>> {
    let one = |_| -> io::Result<(f64, f64)> {
        let plan = plan()?;
        let begun = Instant::now();
        let server = run.servers.spawn(plan)?;
        await_answer(&server.s3.kms(), request)?;
        let elapsed = begun.elapsed().as_secs_f64();
        Ok((elapsed * 1e3, server.process.cpu_secs() * 1e3))
    };
    (0..STARTS).map(one).collect()
}

/// Asks again and again, a millisecond apart.
fn await_answer(endpoint: &Endpoint, request: &Request) -> io::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answered = endpoint.call(request.clone());
        if answered.as_ref().is_ok_and(|answer| answer.head.status == 200) {
            return Ok(());
        }
        if Instant::now() > deadline {
            let why = answered.map_or_else(|error| error.to_string(), |answer| answer.text());
            return Err(io::Error::other(format!("not ready after 30 s: {why}")));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn row(name: &str, starts: Vec<(f64, f64)>) -> Vec<String> {
    let times: Vec<f64> = starts.iter().map(|one| one.0).collect();
    let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let cpu = median(starts.iter().map(|one| one.1).collect());
    let numbers = [median(times), fastest, slowest, cpu].map(|value| format!("{value:.1}"));
    [vec![name.to_owned()], numbers.to_vec()].concat()
}
