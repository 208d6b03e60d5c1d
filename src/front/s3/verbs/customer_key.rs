//! Keys of the customer on the wire (SSE-C): three headers, for the object and for the source of a copy.
//!
//! Wherever AWS's words are known they are AWS's, its odd argument name included.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use super::request::single;
use crate::crypto::{Secret, constant_time_eq};
use crate::datakey::CustomerKey;
use crate::front::s3::{Door, S3Error};
use crate::identity::Origin;
use crate::names::headers;

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";

/// The names of the three headers.
pub struct Names {
    algorithm: &'static str,
    key: &'static str,
    md5: &'static str,
}

/// For the object that is written or read.
pub const OBJECT: Names =
    Names { algorithm: ALGORITHM, key: "x-amz-server-side-encryption-customer-key", md5: KEY_MD5 };

/// For the source of a copy.
pub const COPY_SOURCE: Names = Names {
    algorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
    key: "x-amz-copy-source-server-side-encryption-customer-key",
    md5: "x-amz-copy-source-server-side-encryption-customer-key-md5",
};

/// What AWS names in the errors of all three headers.
const ARGUMENT: &str = "x-amz-server-side-encryption";

impl Names {
    /// Whether the request has any of the three.
    pub fn are_in(&self, request: &HeaderMap) -> bool {
        [self.algorithm, self.key, self.md5].iter().any(|name| headers::has(request, name))
    }
}

/// The customer's key, if the request has one.
pub fn read(door: &Door, origin: &Origin, request: &HeaderMap, names: &Names) -> Result<Option<CustomerKey>, S3Error> {
    if !names.are_in(request) {
        return Ok(None);
    }
    if !origin.secure && !door.settings.sse_c_over_http {
        return Err(S3Error::invalid_request(
            "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.",
        ));
    }
    parse(request, names).map(Some)
}

fn parse(request: &HeaderMap, names: &Names) -> Result<CustomerKey, S3Error> {
    let invalid = |message: &'static str| S3Error::invalid_argument(message, ARGUMENT, "null");
    let algorithm = single(request, names.algorithm)?.ok_or_else(|| {
        invalid(
            "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption \
             algorithm.",
        )
    })?;
    if algorithm != "AES256" {
        let message = "The Encryption request you specified is not valid. Supported value: AES256.";
        return Err(S3Error::new(StatusCode::BAD_REQUEST, "InvalidEncryptionAlgorithmError", message)
            .field("ArgumentName", ARGUMENT)
            .field("ArgumentValue", algorithm));
    }
    let key = single(request, names.key)?.ok_or_else(|| {
        invalid(
            "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret \
             key.",
        )
    })?;
    let decoded = Zeroizing::new(STANDARD.decode(key).unwrap_or_default());
    let secret = Secret::from_slice(&decoded)
        .ok_or_else(|| invalid("The secret key was invalid for the specified algorithm."))?;
    let md5 = single(request, names.md5)?.ok_or_else(|| {
        invalid(
            "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated \
             MD5 of the secret key.",
        )
    })?;
    let customer = CustomerKey::new(secret);
    match constant_time_eq(customer.md5().as_bytes(), md5.as_bytes()) {
        true => Ok(customer),
        false => Err(invalid("The calculated MD5 hash of the key did not match the hash that was provided.")),
    }
}

/// Algorithm and digest, as an answer repeats them.
pub fn show(customer: &CustomerKey, answer: &mut HeaderMap) {
    answer.insert(ALGORITHM, HeaderValue::from_static("AES256"));
    if let Ok(md5) = HeaderValue::from_str(customer.md5()) {
        answer.insert(KEY_MD5, md5);
    }
}
