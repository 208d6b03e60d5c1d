//! From the hub's errors to what a client sees. Every variant is named: a new one has to be decided here.

use http::StatusCode;

use crate::front::s3::S3Error;
use crate::object::{BodyFault, CustomerKeyFault, Error, Fault, RewrapFault};
use crate::{datakey, kms};

impl From<Error> for S3Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Caller(fault) => fault.into(),
            Error::Body(fault) => fault.into(),
            Error::Backend(error) => error.into(),
            Error::DataKey(error) => error.into(),
            Error::Bucket(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the bucket settings failed");
                Self::internal()
            }
            Error::Unsealed => {
                let message = "The object is stored without an envelope, and its bucket accepts sealed objects only.";
                Self::new(StatusCode::FORBIDDEN, "InvalidObjectState", message)
            }
            Error::Damaged(what) => {
                tracing::error!(what, "a stored object does not verify");
                let message = "The stored object does not verify: it was changed at the backend, or is not whole.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
            }
            Error::Changed => {
                let message = "The object was overwritten while it was read. Please try again.";
                Self::new(StatusCode::CONFLICT, "OperationAborted", message)
            }
            Error::Internal(what) => {
                tracing::error!(what, "internal error");
                Self::internal()
            }
        }
    }
}

impl From<Fault> for S3Error {
    fn from(fault: Fault) -> Self {
        let bad = |code: &'static str, message: String| Self::new(StatusCode::BAD_REQUEST, code, message);
        match fault {
            Fault::EntityTooLarge { have, limit } => Self::entity_too_large(have, limit),
            Fault::EntityTooSmall { have, limit, part } => {
                let message = "Your proposed upload is smaller than the minimum allowed size";
                let error = bad("EntityTooSmall", message.to_owned())
                    .field("ProposedSize", have.to_string())
                    .field("MinSizeAllowed", limit.to_string());
                match part {
                    Some((number, etag)) => error.field("PartNumber", number.to_string()).field("ETag", etag),
                    None => error,
                }
            }
            Fault::MissingContentLength => Self::missing_content_length(),
            Fault::InvalidRange { plain_len } => {
                let message = "The requested range is not satisfiable";
                Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message)
                    .field("ActualObjectSize", plain_len.to_string())
            }
            Fault::NoSuchPart { number, count } => {
                let message = "The requested partnumber is not satisfiable";
                Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidPartNumber", message)
                    .field("PartNumberRequested", number.to_string())
                    .field("ActualPartCount", count.to_string())
            }
            Fault::MetadataTooLarge { have, limit } => {
                bad("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size".to_owned())
                    .field("Size", have.to_string())
                    .field("MaxSizeAllowed", limit.to_string())
            }
            Fault::NoSuchKey => Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
            Fault::NoSuchVersion => {
                Self::new(StatusCode::NOT_FOUND, "NoSuchVersion", "The specified version does not exist.")
            }
            Fault::NoSuchBucket => {
                Self::new(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist")
            }
            Fault::NoSuchUpload => {
                let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
                               been aborted or completed.";
                Self::new(StatusCode::NOT_FOUND, "NoSuchUpload", message)
            }
            Fault::InvalidPart { number } => {
                let message = "One or more of the specified parts could not be found.  The part may not have been uploaded, \
                               or the specified entity tag may not match the part's entity tag.";
                bad("InvalidPart", message.to_owned()).field("PartNumber", number.to_string())
            }
            Fault::InvalidPartOrder => {
                let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
                bad("InvalidPartOrder", message.to_owned())
            }
            Fault::PreconditionFailed { condition } => Self::precondition_failed(condition),
            Fault::InvalidRequest(message) => Self::invalid_request(message),
            Fault::InvalidArgument { name, value, message } => Self::invalid_argument(message, name, value),
            Fault::BadDigest { algorithm } => {
                bad("BadDigest", format!("The {algorithm} you specified did not match the calculated checksum."))
            }
            Fault::CustomerKey(fault) => fault.into(),
            Fault::Rewrap(fault) => fault.into(),
        }
    }
}

impl From<CustomerKeyFault> for S3Error {
    fn from(fault: CustomerKeyFault) -> Self {
        match fault {
            CustomerKeyFault::Missing => Self::invalid_request(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to \
                 retrieve the object.",
            ),
            CustomerKeyFault::Wrong => Self::access_denied(),
            CustomerKeyFault::NotApplicable => {
                Self::invalid_request("The encryption parameters are not applicable to this object.")
            }
            CustomerKeyFault::UploadDiffers => Self::invalid_request(
                "The multipart upload initiate requested encryption. Subsequent part requests must include the \
                 appropriate encryption parameters.",
            ),
            CustomerKeyFault::WrongInUpload => {
                Self::invalid_request("The provided encryption parameters did not match the ones used originally.")
            }
        }
    }
}

/// The messages of botocore's model, but for the last, which AWS does not need.
impl From<RewrapFault> for S3Error {
    fn from(fault: RewrapFault) -> Self {
        match fault {
            RewrapFault::Plain => Self::invalid_request(
                "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. Only source objects \
                 encrypted with SSE-S3 or SSE-KMS are supported.",
            ),
            RewrapFault::OtherMode => Self::invalid_request(
                "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or \
                 SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
            ),
            RewrapFault::Locked => {
                let message = "The encryption type for the specified object can\u{2019}t be updated because that object is \
                               protected by S3 Object Lock. If the object has a governance-mode retention period or a legal \
                               hold, you must first remove the Object Lock status on the object before you issue your \
                               UpdateObjectEncryption request. You can't use the UpdateObjectEncryption operation with \
                               objects that have an Object Lock compliance mode retention period applied to them.";
                Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
            }
            RewrapFault::Noncurrent => Self::invalid_request(
                "The version is not the current one. A noncurrent version keeps its encryption and needs its KMS key: \
                 wrapping it anew would make old data current.",
            ),
        }
    }
}

impl From<BodyFault> for S3Error {
    /// The connection ends with these: what is left of the body is not worth reading.
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Chunk(error) => error.into(),
            BodyFault::Mismatch(error) => error.into(),
            BodyFault::Incomplete { .. } | BodyFault::Excess { .. } => Self::incomplete_body(),
            BodyFault::Disconnected(source) => Self::broken_body(&*source),
            BodyFault::Source(error) => (*error).into(),
        }
    }
}

impl From<datakey::Error> for S3Error {
    /// S3's code for an error of KMS is its name behind `KMS.`, message verbatim.
    fn from(error: datakey::Error) -> Self {
        match error {
            datakey::Error::Kms(error) => match error.code() {
                kms::Code::AccessDenied => {
                    let message = error.message().unwrap_or("Access Denied").to_owned();
                    Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
                }
                kms::Code::Throttling => Self::slow_down(),
                kms::Code::Internal => Self::internal(),
                // The blob comes from the stored envelope, never from the client.
                kms::Code::InvalidCiphertext => Error::Damaged("its wrapped key").into(),
                code => {
                    let message = error.message().unwrap_or_default().to_owned();
                    Self::new(StatusCode::BAD_REQUEST, format!("KMS.{}", code.as_str()), message)
                }
            },
            datakey::Error::ContextContradicts => {
                let message = "The encryption context's aws:s3:arn does not name this object.";
                Self::invalid_argument(message, "x-amz-server-side-encryption-context", "")
            }
            datakey::Error::Damaged => {
                tracing::error!("a stored object's data key is damaged");
                Self::internal()
            }
            datakey::Error::OutsidePermit => {
                tracing::error!("a permit for one object was used for another");
                Self::internal()
            }
        }
    }
}
