//! An object of 1 GiB in 64 parts: uploaded, read whole, and read in ranges of 64 KiB.

use std::io;
use std::time::Instant;

use crate::cell::{Cell, RANGE_LEN, Work};
use crate::cells;
use crate::load::{GIB, Load, MIB, Request, Stop, median};
use crate::parts;
use crate::report::{Report, Section};
use crate::run::Run;
use crate::tables::{self, Detail};
use crate::targets::{NGINX, SEALGATE, Target};

/// Of the targets that the bars are about.
const ROUNDS: usize = 3;
/// Of the others.
const OTHERS_ROUNDS: usize = 1;
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Up and down at each of them.
const LOADS: usize = 2 * CONNECTIONS.len();

/// CPU seconds and seconds of each round.
type Samples = Vec<(f64, f64)>;

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let targets = run.field()?.targets(run);
    let mut samples: Vec<[Samples; LOADS]> = targets.iter().map(|_| Default::default()).collect();
    for round in 0..run.turns(ROUNDS) {
        for (target, samples) in targets.iter().zip(&mut samples) {
            if target.is_core() || round < OTHERS_ROUNDS {
                self::round(target, samples)?;
                run.servers.settle();
            }
        }
    }
    table(report, &targets, samples);
    let ranges = |connections| Cell { work: Work::Range, len: RANGE_LEN, connections, turns: 3 };
    let mut rows = Vec::new();
    let result = cells::measure_all(run, report, &targets, &[1, 16, 64].map(ranges), &mut rows);
    tables::add(report, "Ranges", Detail::All, &rows);
    for target in &targets {
        target.server.s3.expect(Request::new("DELETE", target.path("long")))?;
    }
    run.servers.settle();
    result
}

/// Up and down over one connection, then over several.
fn round(target: &Target<'_>, samples: &mut [Samples; LOADS]) -> io::Result<()> {
    let (endpoint, path) = (&target.server.s3, target.path("long"));
    for (at, connections) in CONNECTIONS.into_iter().enumerate() {
        let timed = |work: &dyn Fn() -> io::Result<()>| -> io::Result<(f64, f64)> {
            let (meter, begun) = (target.server.process.meter(), Instant::now());
            work()?;
            let secs = begun.elapsed().as_secs_f64();
            Ok((meter.secs(), secs))
        };
        let share = GIB / connections as u64;
        let get = |at: usize| {
            let get = Request::new("GET", path.clone());
            vec![if connections == 1 { get.expect(GIB) } else { get.range(at as u64 * share, share) }]
        };
        let load = Load { endpoint, connections, stop: Stop::Once, requests: &get };
        samples[2 * at].push(timed(&|| parts::upload(endpoint, &path, target.headers, GIB, connections))?);
        samples[2 * at + 1].push(timed(&|| load.run().checked().map(drop))?);
    }
    Ok(())
}

fn table(report: &mut Report, targets: &[Target<'_>], samples: Vec<[Samples; LOADS]>) {
    let names = targets.iter().map(|target| target.name);
    let header: Vec<&str> = ["load", "connections"].into_iter().chain(names).chain(["sealgate / nginx"]).collect();
    let mut cpu = Section::new(
        "1 GiB in 64 parts: CPU seconds",
        "Parts of 16 MiB; reads over several connections take equal shares.",
        &header,
    );
    let mut rate = Section::new("1 GiB in 64 parts: MiB per second", "", &header);
    for at in 0..LOADS {
        let name = if at % 2 == 0 { "PUT 1 GiB in parts" } else { "GET 1 GiB of parts" };
        let begin = [name.to_owned(), CONNECTIONS[at / 2].to_string()];
        let of = |value: fn(&(f64, f64)) -> f64| -> Vec<f64> {
            samples.iter().map(|samples| median(samples[at].iter().map(value).collect())).collect()
        };
        let find = |values: &[f64], name| targets.iter().position(|target| target.name == name).map(|at| values[at]);
        let row = |values: &[f64], digits: usize| {
            let ratio = find(values, SEALGATE).zip(find(values, NGINX));
            let ratio = ratio.map_or("-".to_owned(), |(ours, nginx)| format!("{:.2}", ours / nginx));
            let values = values.iter().map(|value| format!("{value:.digits$}"));
            begin.iter().cloned().chain(values).chain([ratio]).collect()
        };
        cpu.row(row(&of(|sample| sample.0), 3));
        rate.row(row(&of(|sample| (GIB / MIB) as f64 / sample.1), 0));
    }
    report.sections.extend([cpu, rate]);
}
