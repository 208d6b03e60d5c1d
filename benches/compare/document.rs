//! docs/benchmarks.md, from what the stages have kept.

use std::io;

use crate::bars::{Bar, Reading};
use crate::machine;
use crate::report::{Report, Section};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/benchmarks.md");

const READING: &str = "\
Every server is a process of its own on loopback; all S3 traffic ends at the same MinIO. Load generator and servers share the
cores, so that rates say what the whole machine does, and CPU says what one server costs. CPU is user and system time of
the server's own processes, as the scheduler counts it; for `direct` and `MinIO SSE` it is MinIO's. Targets alternate in short turns,
and each number is the median over the turns; `sealgate / nginx` compares two numbers of one row.

`sealgate` seals with SSE-KMS and bucket keys, in its default configuration: signatures verified and made anew, policies
evaluated, the audit trail and an access log written. `nginx` is tuned: 256 KiB buffers, nothing collected before it is passed on,
connections kept, no access log. `haproxy` splices. Requests are signed beforehand, an answer of another status or length counts as
an error, and each kind of read was compared byte by byte once. `target/optimised/sealgate` is what `benches/optimise` makes; where no
gateway is named, it was cargo's release build.

What the gateway spends its time on is in [performance.md](performance.md).
";

/// The bars as a table.
pub fn bars(reports: &[Report]) -> Section {
    let mut section = Section::new("Bars", "", &["bar", "limit", "measured", ""]);
    for bar in Bar::ALL {
        let all = reports.iter().flat_map(|report| &report.readings);
        let readings: Vec<&Reading> = all.filter(|reading| reading.bar == bar).collect();
        let [limit, measured, verdict] = bar.judge(&readings);
        section.rows.push(vec![bar.demand().words.to_owned(), limit, measured, verdict]);
    }
    let met = section.rows.iter().filter(|row| row.last().is_some_and(|verdict| verdict == "met")).count();
    section.text = format!(
        "{met} of {} are met. A verdict is computed from what this run measured; values beyond the limit are bold.",
        Bar::ALL.len()
    );
    section
}

/// Writes the document from the saved reports of these stages.
pub fn write(stages: &[&str]) -> io::Result<()> {
    let mut reports = Vec::new();
    for stage in stages {
        reports.extend(Report::saved(stage)?);
    }
    let mut text = format!("# Benchmarks\n\nWritten by `cargo bench --bench compare`{}.\n\n", origin(&reports));
    text.push_str(&bars(&reports).markdown());
    text.push_str(&format!("## How to read this\n\n{READING}\n## Machine\n\n{}\n", machine::description()));
    let sections = reports.iter().flat_map(|report| &report.sections);
    sections.for_each(|section| text.push_str(&section.markdown()));
    text.push_str(&stages_table(&reports, stages).markdown());
    std::fs::write(FILE, text.trim_end().to_owned() + "\n")
}

/// The commit, if all stages were measured at one.
fn origin(reports: &[Report]) -> String {
    match reports.split_first() {
        None => ", which has not run yet".to_owned(),
        Some((first, rest)) if rest.iter().all(|report| report.commit == first.commit) => {
            format!(" at commit {}, {}", first.commit, first.date)
        }
        Some(_) => ": its stages were measured at different commits, which the last table names".to_owned(),
    }
}

fn stages_table(reports: &[Report], stages: &[&str]) -> Section {
    let mut section = Section::new(
        "Stages",
        "Each can be run alone: `cargo bench --bench compare -- --only NAME,NAME`.",
        &["stage", "begun", "commit", "seconds", "failed or left out"],
    );
    for stage in stages {
        let row = match reports.iter().find(|report| report.stage == *stage) {
            Some(report) => {
                let troubles = if report.troubles.is_empty() { "-".to_owned() } else { report.troubles.join("; ") };
                vec![report.date.clone(), report.commit.clone(), format!("{:.0}", report.secs), one_line(&troubles)]
            }
            None => vec!["not run".to_owned(), String::new(), String::new(), String::new()],
        };
        section.rows.push([vec![(*stage).to_owned()], row].concat());
    }
    section
}

/// Fit for a cell of a table.
fn one_line(text: &str) -> String {
    let mut line = text.replace(['\n', '\r'], " ").replace('|', "/");
    if line.len() > 500 {
        line = line.chars().take(500).collect::<String>() + " ...";
    }
    line
}
