//! Sealgate beside plain proxies in front of the same MinIO: one command, one run, ratios.
//!
//!     cargo bench --bench compare                      everything, about half an hour; writes docs/benchmarks.md
//!     cargo bench --bench compare -- --only list,kms   these stages again; the document takes the others from their last run
//!     cargo bench --bench compare -- --write           the document once more, from what the stages have kept
//!     cargo bench --bench compare -- --quick           the bars' own rows in short turns; prints only. With --only: those
//!                                                      stages at a reduced scale
//!     cargo bench --bench compare -- --quick --kib N   the rows of that length alone, beside nginx alone
//!     cargo bench --bench compare -- --put KIB         one kind of request, for a profiler; --get and --kms too (see probe.rs)
//!     cargo bench --bench compare -- --train           a moment of everything, for benches/optimise
//!
//! Stages: start kms alone requests cells wide checksums forms multipart memory lengths list. Each keeps its results under
//! target/benchmarks, so that one that fails takes nothing from the others. `--turns N`, `--turn-millis N`, `--keys N` and
//! `--secs N` change the scale, `--log LEVEL` what the gateway logs (info, as by default).
//!
//! MinIO, nginx, HAProxy and moto's server are those on the PATH, or what SEALGATE_MINIO, SEALGATE_NGINX, SEALGATE_HAPROXY and
//! SEALGATE_MOTO name; SEALGATE_BIN names another gateway. Servers listen on loopback and keep their files in
//! `sealgate-bench-*` under the system's temporary folder, up to 25 GiB of them; a run that is killed leaves it there.

#[path = "../load/mod.rs"]
mod load;

mod alone;
mod bars;
mod cell;
mod cells;
mod document;
mod kms;
mod lengths;
mod list;
mod machine;
mod measured;
mod memory;
mod multipart;
mod parts;
mod probe;
mod report;
mod requests;
mod run;
mod start;
mod tables;
mod targets;
mod train;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use report::Report;
use run::Run;

struct Stage {
    name: &'static str,
    run: fn(&Run, &mut Report) -> io::Result<()>,
}

/// What wants a quiet disk comes first.
const STAGES: [Stage; 12] = [
    Stage { name: "start", run: start::run },
    Stage { name: "kms", run: kms::run },
    Stage { name: "alone", run: alone::run },
    Stage { name: "requests", run: requests::run },
    Stage { name: "cells", run: cells::run },
    Stage { name: "wide", run: cells::wide },
    Stage { name: "checksums", run: cells::checksums },
    Stage { name: "forms", run: cells::forms },
    Stage { name: "multipart", run: multipart::run },
    Stage { name: "memory", run: memory::run },
    Stage { name: "lengths", run: lengths::run },
    Stage { name: "list", run: list::run },
];

/// No stage begins later than this.
const LIMIT_SECS: u64 = 45 * 60;

fn main() -> io::Result<()> {
    let names = STAGES.map(|stage| stage.name);
    if load::flag("--write") {
        return document::write(&names);
    }
    if load::flag("--train") {
        return train::run();
    }
    if probe::run()? {
        return Ok(());
    }
    let quick = load::flag("--quick");
    let default = if quick { "cells".to_owned() } else { names.join(",") };
    let wanted = load::option("--only", default);
    let wanted: Vec<&str> = wanted.split(',').collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(name)) {
        return Err(io::Error::other(format!("no stage is called {unknown}: {}", names.join(" "))));
    }
    if !quick {
        wanted.iter().for_each(|stage| Report::forget(stage));
    }
    let (run, begun) = (Run::new(quick)?, Instant::now());
    let mut reports = Vec::new();
    for stage in STAGES.iter().filter(|stage| wanted.contains(&stage.name)) {
        println!("== {} ({} s)", stage.name, begun.elapsed().as_secs());
        let report = perform(stage, &run, begun);
        if !quick {
            report.save()?;
        }
        reports.push(report);
    }
    println!("== after {} s", begun.elapsed().as_secs());
    print!("{}", document::bars(&reports).markdown());
    if quick { Ok(()) } else { document::write(&names) }
}

/// A stage that fails, or panics, leaves what it has and says why.
fn perform(stage: &Stage, run: &Run, begun: Instant) -> Report {
    let mut report = Report::new(stage.name);
    let since = Instant::now();
    if begun.elapsed().as_secs() > LIMIT_SECS {
        report.trouble("left out: the run has taken too long already");
        return report;
    }
    match catch_unwind(AssertUnwindSafe(|| (stage.run)(run, &mut report))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => report.trouble(format!("failed: {error}")),
        Err(_) => report.trouble("failed: a panic of the bench itself"),
    }
    report.secs = since.elapsed().as_secs_f64();
    report
}
