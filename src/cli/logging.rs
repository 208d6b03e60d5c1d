//! Where log lines go: standard error, filtered.

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// The S3 types' own debug output would show the keys of SSE-C, so no filter reaches that target below warnings.
const CAPPED: &str = "s3s=warn";

pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).with_context(|| {
        format!("setting `log`: `{}` is not a filter such as `info` or `sealgate=debug`", settings.log)
    })?;
    let filter = filter.add_directive(CAPPED.parse()?);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
