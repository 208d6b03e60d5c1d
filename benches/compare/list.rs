//! The whole listing of many keys, of a bucket that was filled through the gateway: direct, and through it.

use std::io;
use std::time::Instant;

use crate::bars::Bar;
use crate::load::{self, Form, Load, Payload, Request, Server, Stop, median};
use crate::parts::{between, encoded};
use crate::report::{Report, Section};
use crate::run::Run;

const CONNECTIONS: u64 = 64;
/// Keys that are made with requests signed at one time.
const BATCH: u64 = 10_000;

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let keys: u64 = load::option("--keys", run.scale(100_000, 5_000));
    let gateway = &run.field()?.sealgate;
    gateway.s3.expect(Request::new("PUT", "/sealed-many"))?;
    let begun = Instant::now();
    for first in (0..keys).step_by(BATCH as usize) {
        fill(gateway, first, (first + BATCH).min(keys))?;
        println!("    {} of {keys} keys made in {:.0} s", (first + BATCH).min(keys), begun.elapsed().as_secs_f64());
    }
    let made = keys as f64 / begun.elapsed().as_secs_f64();
    let servers = [("direct", &run.minio), ("sealgate", gateway)];
    let mut secs = [Vec::new(), Vec::new()];
    let mut cpu = [Vec::new(), Vec::new()];
    for round in 0..run.turns(5) {
        // Whoever comes second finds what the first has warmed: they take turns.
        for at in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            let (meter, begun) = (servers[at].1.process.meter(), Instant::now());
            let count = listing(servers[at].1)?;
            secs[at].push(begun.elapsed().as_secs_f64());
            cpu[at].push(meter.secs());
            if count != keys {
                return Err(io::Error::other(format!("{}: a listing of {count} keys, not {keys}", servers[at].0)));
            }
        }
    }
    let (secs, cpu) = (secs.map(median), cpu.map(median));
    report.readings.push(Bar::Listing.ratio(format!("{keys} keys:"), secs[1], secs[0]));
    let text = format!("ListObjectsV2, 1,000 keys a page. The keys were made through the gateway at {made:.0}/s.");
    let mut section =
        Section::new("Listing", &text, &["keys", "through", "seconds", "its CPU seconds", "beside direct"]);
    for (at, (name, _)) in servers.iter().enumerate() {
        let cells = [(*name).to_owned(), format!("{:.2}", secs[at]), format!("{:.2}", cpu[at])];
        let ratio = format!("{:.2}", secs[at] / secs[0]);
        section.row([vec![keys.to_string()], cells.to_vec(), vec![ratio]].concat());
    }
    report.sections.push(section);
    Ok(())
}

/// Makes the keys from `first` to before `end`.
fn fill(gateway: &Server, first: u64, end: u64) -> io::Result<()> {
    let payload = Payload::new(Form::Unsigned, 1);
    let put = |at: usize| {
        let mine = (first..end).filter(|number| number % CONNECTIONS == at as u64);
        mine.map(|number| Request::new("PUT", format!("/sealed-many/{:02}/{number:06}", number % 16)).payload(&payload))
            .collect()
    };
    let endpoint = &gateway.s3;
    Load { endpoint, connections: CONNECTIONS as usize, stop: Stop::Once, requests: &put }.run().checked()?;
    Ok(())
}

/// The number of keys, page by page.
fn listing(server: &Server) -> io::Result<u64> {
    let (mut count, mut token) = (0, None::<String>);
    loop {
        let after = token.map(|token| format!("continuation-token={}&", encoded(&token))).unwrap_or_default();
        let page = server.s3.expect(Request::new("GET", format!("/sealed-many?{after}list-type=2")))?;
        count += memchr::memmem::find_iter(&page.body, b"<Key>").count() as u64;
        token = between(&page.text(), "<NextContinuationToken>", "</NextContinuationToken>");
        if token.is_none() {
            return Ok(count);
        }
    }
}
