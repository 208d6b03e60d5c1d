//! `sealgate serve`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::logging;
use crate::app::{self, Running};
use crate::config::Settings;
use crate::crypto;

#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration file; without one, the defaults and SEALGATE_* variables.
    #[arg(long, env = "SEALGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    crypto::seed_early();
    let settings = load_settings(arguments.config.as_deref())?;
    let _logging = logging::start(&settings)?;
    app::keep_memory_private();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?.block_on(serve(settings))
}

/// The settings of a file and of the environment.
pub(super) fn load_settings(file: Option<&Path>) -> anyhow::Result<Settings> {
    // A variable that is not UTF-8 cannot be one of ours.
    let environment =
        std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
    Ok(Settings::load(file, environment)?)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    // Before anything is made: a signal during the start must not be lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let region = settings.region.to_string();
    let running = tokio::select! {
        started = app::start(settings) => started?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    print!("{}", greeting(&running, &region));
    tracing::info!(endpoint = running.endpoint(), console = %running.console_address(), "serving");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: open requests may end");
    tokio::select! {
        () = running.stop() => tracing::info!("stopped"),
        // The second signal means now.
        _ = terminate.recv() => tracing::warn!("stopped at once"),
        _ = interrupt.recv() => tracing::warn!("stopped at once"),
    }
    Ok(())
}

/// What a person needs to go on: where it is, who they are, what to type.
fn greeting(running: &Running, region: &str) -> String {
    let endpoint = running.endpoint();
    let console = running.console_address();
    let mut text = format!(
        "sealgate {} serves S3, KMS and STS at {endpoint}\nhealth and metrics at http://{console}\n",
        env!("CARGO_PKG_VERSION")
    );
    if let Some(made) = running.made_credentials() {
        text.push_str(&format!(
            "\nThe root user's credentials, made now and kept in {}:\n\n  export AWS_ACCESS_KEY_ID={}\n  export \
             AWS_SECRET_ACCESS_KEY={}\n  export AWS_DEFAULT_REGION={region}\n",
            made.file.display(),
            made.access_key_id,
            made.secret_key.as_str()
        ));
    }
    text.push_str(&format!(
        "\nThree commands to try:\n\n  aws s3 mb s3://my-bucket --endpoint-url {endpoint}\n  aws s3 cp README.md \
         s3://my-bucket/ --endpoint-url {endpoint}\n  aws kms list-aliases --endpoint-url {endpoint}\n"
    ));
    text
}
