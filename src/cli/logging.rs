//! Where log lines go: standard error, filtered.

use anyhow::Context as _;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, Settings};

/// The crate of S3's types writes requests whole, at every level up to errors, and with them keys and credentials. What goes
/// wrong there is answered, and logged by the gateway itself.
const SILENT: &str = "s3s";

pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).with_context(|| {
        format!("setting `log`: `{}` is not a filter such as `info` or `sealgate=debug`", settings.log)
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.log_format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // Not a directive of the filter: a more particular one of the setting would win over it.
    let silenced = filter_fn(|metadata| !metadata.target().starts_with(SILENT));
    tracing_subscriber::registry()
        .with(lines.with_filter(silenced))
        .with(filter)
        .try_init()
        .map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
