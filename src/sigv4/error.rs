//! Why a request was not verified, in AWS's codes, words and fields.

use std::fmt;

use time::OffsetDateTime;

use super::timestamp::extended;

/// A request that was not verified. Always the caller's fault. `Display` is AWS's message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")]
    UnsupportedMechanism,
    #[error("Unsupported Authorization Type")]
    UnsupportedAuthorization { value: String },
    #[error(
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or \
         the Authorization header should be specified"
    )]
    SeveralMechanisms { value: String },
    #[error("The authorization header is malformed; {0}")]
    HeaderMalformed(String),
    #[error("{0}")]
    QueryParameters(String),
    #[error("AWS authentication requires a valid Date or x-amz-date header")]
    DateMissing,
    #[error("Missing required header for this request: x-amz-content-sha256")]
    PayloadHashMissing,
    #[error(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
         STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value."
    )]
    PayloadHashInvalid { value: String },
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    PayloadHashMismatch { stated: String, computed: String },
    #[error("There were headers present in the request which were not signed")]
    HeadersNotSigned(Vec<String>),
    #[error("There were headers signed which are not present in the request")]
    SignedHeadersAbsent(Vec<String>),
    #[error("The AWS Access Key Id you provided does not exist in our records.")]
    UnknownAccessKey { access_key_id: String },
    #[error("The difference between the request time and the current time is too large.")]
    TimeTooSkewed { request_time: String, now: OffsetDateTime },
    #[error("Request has expired")]
    Expired { expires_secs: u64, expired_at: OffsetDateTime, now: OffsetDateTime },
    #[error("Request is not valid yet")]
    NotYetValid { request_time: String, now: OffsetDateTime },
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )]
    SignatureMismatch(Box<SignatureMismatch>),
    #[error("{0}")]
    StreamingRequest(&'static str),
    #[error("You must provide the Content-Length HTTP header.")]
    LengthMissing,
    #[error("Value for {name} header is invalid.")]
    LengthInvalid { name: &'static str },
    #[error("Bucket POST must contain a field named '{0}'.  If it is specified, please check the order of the fields.")]
    PostFieldMissing(&'static str),
    #[error("{message}")]
    PostField { name: String, value: String, message: String },
    #[error("Invalid Policy: {0}")]
    PostPolicyMalformed(String),
    #[error("Invalid according to Policy: {0}")]
    PostPolicyFailed(String),
}

/// What AWS tells the owner of a wrong signature, so that the two canonical forms can be compared. It may hold a customer's
/// key or a session token: for the answer to its sender, never for a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureMismatch {
    pub access_key_id: String,
    pub signature_provided: String,
    pub string_to_sign: String,
    /// None for POST policies and chunks, which have no canonical request.
    pub canonical_request: Option<String>,
}

impl Error {
    /// AWS's error code at the S3 door.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedMechanism | Self::PayloadHashMissing | Self::StreamingRequest(_) => "InvalidRequest",
            Self::UnsupportedAuthorization { .. }
            | Self::SeveralMechanisms { .. }
            | Self::PayloadHashInvalid { .. }
            | Self::LengthInvalid { .. }
            | Self::PostFieldMissing(_)
            | Self::PostField { .. } => "InvalidArgument",
            Self::HeaderMalformed(_) => "AuthorizationHeaderMalformed",
            Self::QueryParameters(_) => "AuthorizationQueryParametersError",
            Self::DateMissing
            | Self::HeadersNotSigned(_)
            | Self::SignedHeadersAbsent(_)
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::PostPolicyFailed(_) => "AccessDenied",
            Self::PayloadHashMismatch { .. } => "XAmzContentSHA256Mismatch",
            Self::UnknownAccessKey { .. } => "InvalidAccessKeyId",
            Self::TimeTooSkewed { .. } => "RequestTimeTooSkewed",
            Self::SignatureMismatch(_) => "SignatureDoesNotMatch",
            Self::LengthMissing => "MissingContentLength",
            Self::PostPolicyMalformed(_) => "InvalidPolicyDocument",
        }
    }

    /// The HTTP status that goes with the code.
    pub fn status(&self) -> u16 {
        match self.code() {
            "AccessDenied" | "InvalidAccessKeyId" | "RequestTimeTooSkewed" | "SignatureDoesNotMatch" => 403,
            "MissingContentLength" => 411,
            _ => 400,
        }
    }

    /// The further fields of AWS's answer, in its order.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnsupportedAuthorization { value } | Self::SeveralMechanisms { value } => {
                argument("Authorization", value)
            }
            Self::PayloadHashInvalid { value } => argument("x-amz-content-sha256", value),
            Self::LengthInvalid { name } | Self::PostFieldMissing(name) => argument(name, ""),
            Self::PostField { name, value, .. } => argument(name, value),
            Self::PayloadHashMismatch { stated, computed } => {
                vec![("ClientComputedContentSHA256", stated.clone()), ("S3ComputedContentSHA256", computed.clone())]
            }
            Self::HeadersNotSigned(names) => vec![("HeadersNotSigned", names.join(", "))],
            Self::SignedHeadersAbsent(names) => vec![("SignedHeadersAbsent", names.join(", "))],
            Self::UnknownAccessKey { access_key_id } => vec![("AWSAccessKeyId", access_key_id.clone())],
            Self::TimeTooSkewed { request_time, now } => vec![
                ("RequestTime", request_time.clone()),
                ("ServerTime", extended(*now)),
                ("MaxAllowedSkewMilliseconds", (super::verify::MAX_SKEW.whole_milliseconds()).to_string()),
            ],
            Self::Expired { expires_secs, expired_at, now } => vec![
                ("X-Amz-Expires", expires_secs.to_string()),
                ("Expires", extended(*expired_at)),
                ("ServerTime", extended(*now)),
            ],
            Self::NotYetValid { request_time, now } => {
                vec![("RequestTime", request_time.clone()), ("ServerTime", extended(*now))]
            }
            Self::SignatureMismatch(mismatch) => mismatch.fields(),
            Self::UnsupportedMechanism
            | Self::HeaderMalformed(_)
            | Self::QueryParameters(_)
            | Self::DateMissing
            | Self::PayloadHashMissing
            | Self::StreamingRequest(_)
            | Self::LengthMissing
            | Self::PostPolicyMalformed(_)
            | Self::PostPolicyFailed(_) => Vec::new(),
        }
    }
}

impl fmt::Debug for SignatureMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureMismatch").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl SignatureMismatch {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("AWSAccessKeyId", self.access_key_id.clone()),
            ("StringToSign", self.string_to_sign.clone()),
            ("SignatureProvided", self.signature_provided.clone()),
            ("StringToSignBytes", spaced_hex(&self.string_to_sign)),
        ];
        if let Some(canonical) = &self.canonical_request {
            fields.push(("CanonicalRequest", canonical.clone()));
            fields.push(("CanonicalRequestBytes", spaced_hex(canonical)));
        }
        fields
    }
}

fn argument(name: &str, value: &str) -> Vec<(&'static str, String)> {
    vec![("ArgumentName", name.to_owned()), ("ArgumentValue", value.to_owned())]
}

fn spaced_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
