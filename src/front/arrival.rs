//! A request's arrival: the facts that exist before it is read.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use base16ct::upper::encode_string as upper_hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto;

/// Who called, when, and the ids under which the answer can be found again.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// 16 hex digits in capitals, as S3's.
    pub request_id: Arc<str>,
    /// The second id of S3's answers; without meaning here, but clients print it.
    pub host_id: Arc<str>,
    pub source_ip: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Of the connection itself.
    pub tls_version: Option<&'static str>,
    pub received: Instant,
}

impl Arrival {
    pub fn now(source_ip: IpAddr, secure: bool, tls_version: Option<&'static str>) -> Self {
        let random = crypto::random_id::<56>();
        let (request_id, host_id) = random.split_at(8);
        Self {
            request_id: upper_hex(request_id).into(),
            host_id: STANDARD.encode(host_id).into(),
            source_ip,
            secure,
            tls_version,
            received: Instant::now(),
        }
    }

    /// KMS and STS name their requests by UUIDs.
    pub fn with_uuid(mut self) -> Self {
        self.request_id = uuid::Builder::from_random_bytes(crypto::random_id()).into_uuid().to_string().into();
        self
    }
}
