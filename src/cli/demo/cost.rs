//! `sealgate demo cost`: one workload, with bucket keys off and on, against the demonstration's own gateway.
//!
//! Every call is made and every KMS call is counted by the KMS: the numbers are those of its audit trail.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, ensure};

use super::report::{Measured, Report};
use super::workload::{self, Requesters, Workload};
use super::{chart, report};
use crate::app::{self, Running};
use crate::cli::progress::Progress;
use crate::config::{Settings, Values};
use crate::crypto;

#[derive(clap::Args)]
pub struct Arguments {
    /// Objects that are written, once with bucket keys off and once on.
    #[arg(long, default_value_t = 2_000)]
    objects: u64,
    /// Bytes of each object.
    #[arg(long, default_value_t = 1_024)]
    size: usize,
    /// How often each object is read.
    #[arg(long, default_value_t = 3)]
    reads_per_write: u64,
    /// Users who share the work: each has bucket keys of its own.
    #[arg(long, default_value_t = 4)]
    requesters: u64,
    /// Requests at a time.
    #[arg(long, default_value_t = 16)]
    jobs: usize,
    /// How often a month the workload runs: once an hour, unless said otherwise.
    #[arg(long, default_value_t = 720)]
    runs_per_month: u64,
    /// Dollars for 10,000 KMS calls.
    #[arg(long, default_value_t = 0.03)]
    price: f64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Where the chart is written.
    #[arg(long, value_name = "FILE", default_value = "sealgate-cost.svg")]
    svg: PathBuf,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    ensure!(arguments.objects > 0, "--objects must be at least 1");
    ensure!((1..=1_000).contains(&arguments.requesters), "--requesters must be between 1 and 1000");
    ensure!(arguments.price.is_finite() && arguments.price >= 0.0, "--price must not be negative");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(measure(arguments))
}

async fn measure(arguments: Arguments) -> anyhow::Result<()> {
    let folder = Folder::make()?;
    let requesters = Requesters::draw(arguments.requesters);
    let identities = folder.0.join("identities.toml");
    std::fs::write(&identities, requesters.as_file())?;
    let data_dir = folder.0.join("data");
    let running = app::start(settings(&data_dir, &identities)?).await?;
    let workload = Workload {
        objects: arguments.objects,
        size: arguments.size,
        reads_per_write: arguments.reads_per_write,
        jobs: arguments.jobs.max(1),
    };
    let off = one(&running, &data_dir, &requesters, &workload, "off").await?;
    let on = one(&running, &data_dir, &requesters, &workload, "on").await?;
    running.stop().await;
    let report = Report {
        workload,
        requesters: arguments.requesters,
        runs_per_month: arguments.runs_per_month,
        dollars_per_10_000_calls: arguments.price,
        off,
        on,
    };
    let svg = &arguments.svg;
    std::fs::write(svg, chart::svg(&report)).with_context(|| format!("cannot write {}", svg.display()))?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&report.to_json())?),
        false => println!("{}\nchart: {}", report::table(&report), svg.display()),
    }
    Ok(())
}

/// The workload in a bucket with bucket keys `off` or `on`.
async fn one(
    running: &Running,
    data_dir: &Path,
    requesters: &Requesters,
    workload: &Workload,
    bucket_keys: &str,
) -> anyhow::Result<Measured> {
    let clients = requesters.clients(running.address())?;
    let bucket = workload::bucket(&clients, bucket_keys).await?;
    let before = report::count(&trail(data_dir)?);
    let started = Instant::now();
    let mut progress = Progress::new(format!("bucket keys {bucket_keys:3}"), workload.requests());
    workload::run(&clients, &bucket, workload, &mut progress).await?;
    progress.finish();
    let seconds = started.elapsed().as_secs_f64();
    let after = report::count(&trail(data_dir)?);
    Ok(Measured {
        generate_data_key: after.generate_data_key - before.generate_data_key,
        decrypt: after.decrypt - before.decrypt,
        seconds,
    })
}

fn trail(data_dir: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(data_dir.join("audit.jsonl")).context("no audit trail")
}

/// Settings of a gateway that nobody else finds: ports that are free, nothing from the environment.
fn settings(data_dir: &Path, identities: &Path) -> anyhow::Result<Settings> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let pairs = [
        ("SEALGATE_LISTEN", "127.0.0.1:0".to_owned()),
        ("SEALGATE_CONSOLE_LISTEN", "127.0.0.1:0".to_owned()),
        ("SEALGATE_DATA_DIR", text(data_dir)),
        ("SEALGATE_IDENTITIES", text(identities)),
    ];
    let values = Values::merge(None, pairs.into_iter().map(|(name, value)| (name.to_owned(), value)))?;
    Ok(Settings::from_values(&values)?)
}

/// A folder for its owner alone that goes with the demonstration.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("sealgate-demo-{}", hex::encode(crypto::random::<8>()));
        let path = std::env::temp_dir().join(name);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&path);
        made.with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
