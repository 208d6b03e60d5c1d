//! Where a request came from.

use std::net::IpAddr;
use std::sync::Arc;

use crate::names::Region;

/// Facts of the request that policies and audit events speak of.
#[derive(Clone, Debug)]
pub struct Origin {
    pub request_id: Arc<str>,
    pub source_ip: IpAddr,
    pub user_agent: Arc<str>,
    /// Whether it came over TLS.
    pub secure: bool,
    /// `1.2` or `1.3`, where the connection from the client ends here.
    pub tls_version: Option<&'static str>,
    /// The Region of the signature's scope, or the gateway's own.
    pub region: Region,
}
