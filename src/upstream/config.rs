//! Where the backend is and how to speak to it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::names::Region;

/// How to reach a backend over HTTP.
#[derive(Debug)]
pub struct Config {
    pub endpoint: Endpoint,
    pub region: Region,
    pub credentials: Credentials,
    pub addressing: AddressingStyle,
    /// PEM file of the only certificate authorities to trust; `None`: the system's.
    pub ca_file: Option<PathBuf>,
    pub connect_timeout: Duration,
    /// The longest silence: before the answer's head, and between two pieces of its body.
    pub read_timeout: Duration,
    pub pool_idle_per_host: usize,
    pub trailing_checksum: TrailingChecksum,
}

/// `http://host[:port]` or `https://host[:port]`, without path, query or user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    pub scheme: http::uri::Scheme,
    pub authority: http::uri::Authority,
}

impl std::str::FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: http::Uri = text.parse().map_err(|_| "not a URL")?;
        if uri.query().is_some() || !matches!(uri.path(), "" | "/") {
            return Err("an endpoint has no path and no query");
        }
        let parts = uri.into_parts();
        let scheme = parts.scheme.ok_or("an endpoint begins with http:// or https://")?;
        if scheme != http::uri::Scheme::HTTP && scheme != http::uri::Scheme::HTTPS {
            return Err("an endpoint begins with http:// or https://");
        }
        let authority = parts.authority.ok_or("an endpoint names a host")?;
        if authority.as_str().contains('@') {
            return Err("an endpoint holds no user; set backend.access_key and backend.secret_key");
        }
        Ok(Self { scheme, authority })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Where the bucket's name goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressingStyle {
    /// `endpoint/bucket/key`.
    Path,
    /// `bucket.endpoint/key`.
    VirtualHosted,
}

/// A checksum over the bytes that go to the backend, in a trailer of `aws-chunked`: what object lock demands on AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingChecksum {
    None,
    Crc32c,
}

/// The gateway's own access key at the backend.
pub struct Credentials {
    pub access_key_id: String,
    pub secret_key: Zeroizing<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
