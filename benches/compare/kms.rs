//! The key manager alone, beside moto's server and beside nginx answering as many bytes without a thought.

use std::io;

use serde_json::{Value, json};

use crate::bars::Bar;
use crate::load::{Load, Payload, Request, Server, Stop, median};
use crate::report::{Report, Section};
use crate::run::Run;

pub const ACTIONS: [&str; 3] = ["GenerateDataKey", "Decrypt", "Sign"];
const CONNECTIONS: [usize; 3] = [1, 16, 64];

/// A server, and its own requests: where they go, and the three bodies.
pub struct Contender {
    name: &'static str,
    pub server: Server,
    requests: Vec<Request>,
}

/// CPU microseconds of a call, calls per second, median latency in microseconds.
type Sample = [f64; 3];

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let contenders = contenders(run, report)?;
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name).collect();
    let header: Vec<String> = ["CPU us", "calls/s", "median us"]
        .iter()
        .flat_map(|unit| names.iter().map(move |name| format!("{name}, {unit}")))
        .collect();
    let header: Vec<&str> = ["action", "connections"].into_iter().chain(header.iter().map(String::as_str)).collect();
    let text = "Keep-alive connections, where the server keeps them: moto closes each. nginx answers `return 200` with a body as long as \
                the gateway's. Every call to the gateway has its signature verified, its policies evaluated and its audit record \
                written.";
    let mut section = Section::new("Key manager", text, &header);
    for (at, action) in ACTIONS.into_iter().enumerate() {
        for connections in CONNECTIONS {
            let mut samples: Vec<Vec<Sample>> = names.iter().map(|_| Vec::new()).collect();
            for _ in 0..run.turns(3) {
                for (contender, samples) in contenders.iter().zip(&mut samples) {
                    samples.push(turn(run, contender, at, connections)?);
                }
            }
            let of = |who: usize, kind: usize| median(samples[who].iter().map(|sample| sample[kind]).collect());
            let values = (0..3).flat_map(|kind| (0..names.len()).map(move |who| (who, kind)));
            let values = values.map(|(who, kind)| format!("{:.*}", usize::from(kind == 0), of(who, kind)));
            section.row([action.to_owned(), connections.to_string()].into_iter().chain(values).collect());
            if at == 0 {
                let cpu = |name: &str| names.iter().position(|known| *known == name).map_or(f64::NAN, |who| of(who, 0));
                let what = format!("{connections} conn.:");
                report.readings.push(Bar::KmsCpu.reading(what.clone(), cpu("sealgate")));
                report.readings.push(Bar::KmsNginx.ratio(what.clone(), cpu("sealgate"), cpu("nginx")));
                if names.contains(&"moto") {
                    report.readings.push(Bar::KmsMoto.ratio(what, cpu("moto"), cpu("sealgate")));
                }
            }
        }
    }
    report.sections.push(section);
    Ok(())
}

fn contenders(run: &Run, report: &mut Report) -> io::Result<Vec<Contender>> {
    let ours = Contender::new("sealgate", run.gateway("sealgate-kms")?)?;
    let mut bodies = Vec::new();
    for (action, request) in ACTIONS.iter().zip(&ours.requests) {
        bodies.push((*action, ours.server.s3.kms().expect(request.clone())?.body.len()));
    }
    // The same requests, each to the location of its answer.
    let requests = ACTIONS.iter().zip(&ours.requests);
    let requests =
        requests.map(|(action, request)| Request { target: format!("/{action}"), ..request.clone() }).collect();
    let mut contenders = vec![ours];
    match run.servers.nginx_return_plan(&bodies).and_then(|plan| run.servers.start(plan)) {
        Ok(server) => contenders.push(Contender { name: "nginx", server, requests }),
        Err(error) => report.trouble(format!("nginx: {error}")),
    }
    match run.servers.moto().and_then(|server| Contender::new("moto", server)) {
        Ok(moto) => contenders.push(moto),
        Err(error) => report.trouble(format!("moto left out: {error}")),
    }
    Ok(contenders)
}

impl Contender {
    /// The requests of the three actions, with keys made for them.
    pub fn new(name: &'static str, server: Server) -> io::Result<Self> {
        let create =
            |body| -> io::Result<Value> { Ok(call(&server, "CreateKey", &body)?["KeyMetadata"]["KeyId"].take()) };
        let key = create(json!({}))?;
        let signing = create(json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }))?;
        let context = json!({ "purpose": "bench" });
        let generate = json!({ "KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context });
        let blob = call(&server, "GenerateDataKey", &generate)?["CiphertextBlob"].take();
        let decrypt = json!({ "CiphertextBlob": blob, "EncryptionContext": context });
        let sign = json!({ "KeyId": signing, "Message": "bWVzc2FnZQ==", "SigningAlgorithm": "ECDSA_SHA_256" });
        let requests =
            ACTIONS.iter().zip([generate, decrypt, sign]).map(|(action, body)| request(action, &body)).collect();
        Ok(Self { name, server, requests })
    }

    pub fn request(&self, action: &str) -> Option<&Request> {
        ACTIONS.iter().zip(&self.requests).find(|(known, _)| **known == action).map(|(_, request)| request)
    }
}

fn turn(run: &Run, contender: &Contender, action: usize, connections: usize) -> io::Result<Sample> {
    let endpoint = &contender.server.s3.kms();
    let requests = |_: usize| vec![contender.requests[action].clone()];
    Load { endpoint, connections, stop: Stop::Requests(2), requests: &requests }.run().checked()?;
    let meter = contender.server.process.meter();
    let outcome = Load { endpoint, connections, stop: Stop::After(run.turn()), requests: &requests }.run();
    let cpu = meter.secs();
    let outcome = outcome.checked().map_err(|error| io::Error::other(format!("{}: {error}", contender.name)))?;
    let requests = outcome.requests as f64;
    Ok([cpu * 1e6 / requests, requests / outcome.secs, median(outcome.latencies) * 1e6])
}

/// A call of the key manager, not signed yet.
pub fn request(action: &str, body: &Value) -> Request {
    let target = format!("TrentService.{action}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    Request::new("POST", "/").headers(&headers).payload(&Payload::document(&body.to_string()))
}

pub fn call(server: &Server, action: &str, body: &Value) -> io::Result<Value> {
    let answer = server.s3.kms().expect(request(action, body))?;
    serde_json::from_slice(&answer.body).map_err(io::Error::other)
}
