//! The errors of inner rooms in S3's words.

use http::StatusCode;

use super::S3Error;
use crate::checksum;
use crate::sigv4::{self, ChunkError};

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn with_fields(mut error: S3Error, fields: Vec<(&'static str, String)>) -> S3Error {
    error.fields.extend(fields.into_iter().map(|(name, value)| (name.into(), value)));
    error
}

impl From<sigv4::Error> for S3Error {
    fn from(error: sigv4::Error) -> Self {
        with_fields(Self::new(status(error.status()), error.code(), error.to_string()), error.fields())
    }
}

impl From<ChunkError> for S3Error {
    fn from(error: ChunkError) -> Self {
        let message = match &error {
            // The connection's own words are not AWS's.
            ChunkError::Body(source) => return Self::broken_body(&**source),
            error => error.to_string(),
        };
        with_fields(Self::new(status(error.status()), error.code(), message), error.fields()).close()
    }
}

impl From<checksum::Invalid> for S3Error {
    fn from(error: checksum::Invalid) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.code(), error.to_string())
    }
}

impl From<checksum::Mismatch> for S3Error {
    fn from(error: checksum::Mismatch) -> Self {
        with_fields(Self::new(StatusCode::BAD_REQUEST, error.code(), error.to_string()), error.fields())
    }
}
