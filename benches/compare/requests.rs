//! Requests that reach the backend, counted by a relay before it.

use std::io;

use crate::bars::Bar;
use crate::load::relay::Relay;
use crate::load::{Form, GIB, KIB, Payload, Request, Server};
use crate::parts;
use crate::report::{Report, Section};
use crate::run::Run;
use crate::targets::SSE_KMS;

const STORE: &str = "sealgate-requests";
const SMALL: u64 = 64 * KIB;
/// Somewhere in the middle, across the border of two parts and of many segments.
const RANGE_AT: u64 = GIB / 2 - 1000;

struct Question {
    name: &'static str,
    request: Request,
    /// Asked of a gateway that has just started.
    is_cold: bool,
}

fn questions() -> [Question; 6] {
    let question = |name, is_cold, request| Question { name, is_cold, request };
    let head = |name| Request::new("HEAD", format!("/sealed-counted/{name}"));
    let range = |at| Request::new("GET", "/sealed-counted/long").range(at, SMALL);
    [
        question("HEAD of 64 KiB", true, head("small")),
        question("HEAD of 1 GiB in parts", true, head("long")),
        question("GET of 64 KiB", true, Request::new("GET", "/sealed-counted/small").expect(SMALL)),
        question("64 KiB range of 1 GiB in parts, cold", true, range(RANGE_AT)),
        question("the same range, warm", false, range(RANGE_AT)),
        question("another range, warm", false, range(SMALL)),
    ]
}

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    prepare(run)?;
    let relay = Relay::start(run.minio.s3.address)?;
    let text = "Counted by a relay between the gateway and MinIO. A gateway was started anew for each question, but for the warm ones, \
                which follow the cold one.";
    let mut section = Section::new("Requests at the backend", text, &["request", "backend requests", "which"]);
    let mut counts = Vec::new();
    let mut gateway: Option<Server> = None;
    for question in questions() {
        if question.is_cold {
            drop(gateway.take());
            gateway = Some(run.servers.sealgate(relay.address, STORE)?);
            // What the start itself asks for, and the list of buckets that shows it is ready.
            relay.take();
        }
        let Some(gateway) = &gateway else { continue };
        let (name, expected) = (question.name, question.request.expected);
        let answer = gateway.s3.expect(question.request)?;
        let seen = relay.take();
        if expected.is_some_and(|expected| answer.body.len() as u64 != expected.len) {
            return Err(io::Error::other(format!("{name}: {} bytes", answer.body.len())));
        }
        counts.push(seen.len() as f64);
        let which: Vec<String> =
            seen.iter().map(|line| format!("`{}`", line.replace("sealed-counted", "bucket"))).collect();
        section.row(vec![name.to_owned(), seen.len().to_string(), which.join(", ")]);
    }
    report.sections.push(section);
    let [small, long, plain, cold, warm, other] = counts[..] else { return Ok(()) };
    report.readings.push(Bar::Head.reading("64 KiB:", small));
    report.readings.push(Bar::Head.reading("1 GiB in parts:", long));
    report.readings.push(Bar::RangeCold.reading(format!("{cold} beside {plain}:"), cold - plain));
    report
        .readings
        .push(Bar::RangeWarm.reading(format!("{warm} and {other} beside {plain}:"), warm.max(other) - plain));
    Ok(())
}

/// Uploads what is asked for, through a gateway of the same store.
fn prepare(run: &Run) -> io::Result<()> {
    let gateway = run.gateway(STORE)?;
    gateway.s3.expect(Request::new("PUT", "/sealed-counted"))?;
    let small = Payload::new(Form::Unsigned, SMALL);
    gateway.s3.expect(Request::new("PUT", "/sealed-counted/small").headers(&SSE_KMS).payload(&small))?;
    parts::upload(&gateway.s3, "/sealed-counted/long", &SSE_KMS, GIB, 4)
}
