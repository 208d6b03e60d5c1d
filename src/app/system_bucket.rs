//! The gateway's own bucket at the backend, made at start.

use std::time::Duration;

use anyhow::{Context as _, bail};
use http::{Method, StatusCode};

use crate::names::BucketName;
use crate::upstream::{Error, Request, Upstream};

/// How long a backend that does not answer yet is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// Makes the bucket unless it is there.
pub async fn ensure(upstream: &Upstream, bucket: &BucketName) -> anyhow::Result<()> {
    let begun = tokio::time::Instant::now();
    loop {
        match attempt(upstream, bucket).await {
            Err(error @ (Error::Unreachable(_) | Error::TimedOut(_))) if begun.elapsed() < PATIENCE => {
                tracing::info!(error = &error as &dyn std::error::Error, "waiting for the backend");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(Error::Refused(failure)) => bail!(
                "the backend does not let the gateway use its system bucket `{bucket}`: {} {} {}. Give the backend \
                 credentials the right to make and use it, or name another bucket by `system_bucket`",
                failure.status.as_u16(),
                failure.code,
                failure.message
            ),
            other => return other.with_context(|| format!("cannot make the system bucket `{bucket}` at the backend")),
        }
    }
}

async fn attempt(upstream: &Upstream, bucket: &BucketName) -> Result<(), Error> {
    let asked = upstream.expect(Request::new(Method::HEAD).bucket(bucket)).await;
    match asked {
        Ok(_) => return Ok(()),
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => {}
        Err(error) => return Err(error),
    }
    let made = upstream.expect(Request::new(Method::PUT).bucket(bucket).body(upstream.location_constraint())).await;
    match made {
        Ok(_) => Ok(()),
        // Another replica was faster.
        Err(error) if error.is_code("BucketAlreadyOwnedByYou") => Ok(()),
        Err(error) => Err(error),
    }
}
