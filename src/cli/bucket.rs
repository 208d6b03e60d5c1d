//! `sealgate bucket`: which buckets are sealed, and marking one.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use super::serve::load_settings;
use crate::app;
use crate::bucket::State;
use crate::names::BucketName;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The configuration file; without one, the defaults and SEALGATE_* variables.
    #[arg(long, env = "SEALGATE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// List the backend's buckets and whether each is sealed.
    List,
    /// Mark a bucket sealed: from then on an object without an envelope is refused. Looks at every object first.
    Seal {
        /// The bucket's name.
        name: String,
        /// Mark it although it holds objects that are not sealed: they can no longer be read.
        #[arg(long)]
        force: bool,
    },
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let settings = load_settings(arguments.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(async {
        let rooms = app::open_without_serving(settings).await?;
        match arguments.command {
            Command::List => list(&rooms).await,
            Command::Seal { name, force } => seal(&rooms, &name, force).await,
        }
    })
}

async fn list(rooms: &app::Rooms) -> anyhow::Result<()> {
    for bucket in rooms.objects.bucket_names().await? {
        let state = match rooms.buckets.state(&bucket) {
            State::Sealed => "sealed",
            State::Mixed => "mixed: objects that were there before are served as they are",
        };
        println!("{bucket}\t{state}");
    }
    Ok(())
}

async fn seal(rooms: &app::Rooms, name: &str, force: bool) -> anyhow::Result<()> {
    let bucket = BucketName::new(name)?;
    if !rooms.objects.bucket_names().await?.contains(&bucket) {
        bail!("the backend has no bucket `{bucket}`; `sealgate bucket list` shows those it has");
    }
    let survey = rooms
        .objects
        .survey(&bucket, |seen| {
            eprint!("\r{seen} objects seen");
            let _ = std::io::stderr().flush();
        })
        .await?;
    eprintln!();
    if survey.plain_count > 0 && !force {
        bail!(
            "{} of the objects in `{bucket}` are not sealed, such as {}. Copy each onto itself through the gateway, or \
             use --force to refuse them from now on",
            survey.plain_count,
            survey.plain.join(", ")
        );
    }
    rooms.buckets.mark_sealed(&bucket).await?;
    println!("{bucket} is sealed: {} sealed objects, {} refused from now on", survey.sealed, survey.plain_count);
    Ok(())
}
