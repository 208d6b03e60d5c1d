//! Where log lines go: standard error, filtered.

#[cfg(test)]
mod kept;
mod lines;
mod text;

use std::io::{IsTerminal as _, stderr};

use anyhow::Context as _;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use self::lines::Lines;
use self::text::Text;
use crate::config::{LogFormat, Settings};

/// The crate of S3's types writes requests whole, at every level up to errors, and with them keys and credentials. What goes
/// wrong there is answered, and logged by the gateway itself.
const SILENT: &str = "s3s";

/// Logs as long as it is kept. Dropped, it writes what still waits.
pub struct Logging(Lines);

impl Drop for Logging {
    fn drop(&mut self) {
        self.0.flush();
    }
}

pub fn start(settings: &Settings) -> anyhow::Result<Logging> {
    let filter = EnvFilter::try_new(&settings.log).with_context(|| {
        format!("setting `log`: `{}` is not a filter such as `info` or `sealgate=debug`", settings.log)
    })?;
    let writer = Lines::start(stderr()).context("cannot start logging")?;
    let lines = tracing_subscriber::fmt::layer().with_writer(writer.clone());
    let lines = match settings.log_format {
        LogFormat::Text if stderr().is_terminal() => lines.with_ansi(true).boxed(),
        LogFormat::Text => lines.event_format(Text).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // Not a directive of the filter: a more particular one of the setting would win over it.
    let silenced = filter_fn(|metadata| !metadata.target().starts_with(SILENT));
    tracing_subscriber::registry()
        .with(lines.with_filter(silenced))
        .with(filter)
        .try_init()
        .map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    Ok(Logging(writer))
}
