//! Encryption headers as clients send them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::client::Call;
use super::sums::content_md5;

pub const SSE: &str = "x-amz-server-side-encryption";
pub const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
pub const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
pub const CONTEXT: &str = "x-amz-server-side-encryption-context";
pub const CUSTOMER_ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
pub const CUSTOMER_KEY: &str = "x-amz-server-side-encryption-customer-key";
pub const CUSTOMER_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
/// Settings under which keys of the customer are taken over the tests' plain HTTP, by every new bucket.
pub const CUSTOMER_KEYS: [(&str, &str); 2] =
    [("SEALGATE_SSE_C_OVER_HTTP", "true"), ("SEALGATE_NEW_BUCKETS_BLOCK_SSE_C", "false")];

const COPY_SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer";

/// The three headers of SSE-C.
pub fn customer_headers(key: &[u8]) -> Vec<(String, String)> {
    trio("x-amz-server-side-encryption-customer", key)
}

fn trio(prefix: &str, key: &[u8]) -> Vec<(String, String)> {
    vec![
        (format!("{prefix}-algorithm"), "AES256".into()),
        (format!("{prefix}-key"), STANDARD.encode(key)),
        (format!("{prefix}-key-md5"), content_md5(key)),
    ]
}

impl Call {
    pub fn headers(mut self, headers: &[(String, String)]) -> Self {
        for (name, value) in headers {
            self = self.header(name, value);
        }
        self
    }

    /// SSE-C under `key`.
    pub fn customer_key(self, key: &[u8]) -> Self {
        self.headers(&customer_headers(key))
    }

    /// The key of a copy's source under SSE-C.
    pub fn source_customer_key(self, key: &[u8]) -> Self {
        self.headers(&trio(COPY_SOURCE, key))
    }
}
