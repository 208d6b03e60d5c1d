//! The key manager's errors: AWS's names, and AWS's words where they are known.

use std::fmt;

use crate::names::KeyArn;

/// The errors of KMS by the name that a client sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    AccessDenied,
    AlreadyExists,
    CloudHsmClusterNotFound,
    Conflict,
    CustomKeyStoreInvalidState,
    CustomKeyStoreNotFound,
    Disabled,
    DryRunOperation,
    ExpiredImportToken,
    IncorrectKey,
    IncorrectKeyMaterial,
    InvalidAliasName,
    InvalidArn,
    InvalidCiphertext,
    InvalidGrantId,
    InvalidGrantToken,
    InvalidImportToken,
    InvalidKeyUsage,
    InvalidMac,
    InvalidMarker,
    InvalidSignature,
    InvalidState,
    Internal,
    KeyUnavailable,
    LimitExceeded,
    MalformedPolicyDocument,
    NotAuthorized,
    NotFound,
    Serialization,
    Tag,
    Throttling,
    UnknownOperation,
    UnsupportedOperation,
    Validation,
    XksProxyUriUnreachable,
    /// CreateGrant names this one without "Exception".
    ValidationError,
}

impl Code {
    /// The value of `__type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::AlreadyExists => "AlreadyExistsException",
            Self::CloudHsmClusterNotFound => "CloudHsmClusterNotFoundException",
            Self::Conflict => "ConflictException",
            Self::CustomKeyStoreInvalidState => "CustomKeyStoreInvalidStateException",
            Self::CustomKeyStoreNotFound => "CustomKeyStoreNotFoundException",
            Self::Disabled => "DisabledException",
            Self::DryRunOperation => "DryRunOperationException",
            Self::ExpiredImportToken => "ExpiredImportTokenException",
            Self::IncorrectKey => "IncorrectKeyException",
            Self::IncorrectKeyMaterial => "IncorrectKeyMaterialException",
            Self::InvalidAliasName => "InvalidAliasNameException",
            Self::InvalidArn => "InvalidArnException",
            Self::InvalidCiphertext => "InvalidCiphertextException",
            Self::InvalidGrantId => "InvalidGrantIdException",
            Self::InvalidGrantToken => "InvalidGrantTokenException",
            Self::InvalidImportToken => "InvalidImportTokenException",
            Self::InvalidKeyUsage => "InvalidKeyUsageException",
            Self::InvalidMac => "KMSInvalidMacException",
            Self::InvalidMarker => "InvalidMarkerException",
            Self::InvalidSignature => "KMSInvalidSignatureException",
            Self::InvalidState => "KMSInvalidStateException",
            Self::Internal => "KMSInternalException",
            Self::KeyUnavailable => "KeyUnavailableException",
            Self::LimitExceeded => "LimitExceededException",
            Self::MalformedPolicyDocument => "MalformedPolicyDocumentException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::NotFound => "NotFoundException",
            Self::Serialization => "SerializationException",
            Self::Tag => "TagException",
            Self::Throttling => "ThrottlingException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UnsupportedOperation => "UnsupportedOperationException",
            Self::XksProxyUriUnreachable => "XksProxyUriUnreachableException",
            Self::Validation => "ValidationException",
            Self::ValidationError => "ValidationError",
        }
    }

    /// The HTTP status. KMS answers 400 to everything that is not its own fault.
    pub fn status(self) -> u16 {
        if self == Self::Internal { 500 } else { 400 }
    }
}

/// What a call of the key manager ends with when it does not succeed. It says nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    code: Code,
    message: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    /// An error that AWS sends without a message.
    pub fn bare(code: Code) -> Self {
        Self { code, message: None }
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// A fault of this side. The cause goes to the operator's log, never to the caller.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "the key manager failed");
        Self::bare(Code::Internal)
    }

    pub(crate) fn key_not_found(key: &KeyArn) -> Self {
        Self::new(Code::NotFound, format!("Key '{key}' does not exist"))
    }

    pub(crate) fn invalid_key_id(text: &str) -> Self {
        Self::new(Code::NotFound, format!("Invalid keyId '{text}'"))
    }

    pub(crate) fn disabled(key: &KeyArn) -> Self {
        Self::new(Code::Disabled, format!("{key} is disabled."))
    }

    /// `condition` completes "<arn> is ...", such as `pending deletion`.
    pub(crate) fn invalid_state(key: &KeyArn, condition: &str) -> Self {
        Self::new(Code::InvalidState, format!("{key} is {condition}."))
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(Code::Validation, message)
    }

    pub(crate) fn dry_run() -> Self {
        Self::new(Code::DryRunOperation, "The request would have succeeded, but the DryRun option is set.")
    }

    pub(crate) fn invalid_ciphertext() -> Self {
        Self::bare(Code::InvalidCiphertext)
    }
}
