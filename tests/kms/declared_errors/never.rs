//! The errors that the model declares and that are never raised here, with the reason of each.

use super::declared;

/// Why an action never fails so. `None`: it can.
pub fn reason(action: &str, error: &str) -> Option<&'static str> {
    by_error(error).or_else(|| by_action(action, error))
}

fn by_error(error: &str) -> Option<&'static str> {
    Some(match error {
        "DependencyTimeoutException" => "an action that has to wait fails in the end with KMSInternalException",
        "KeyUnavailableException" => "for keys in custom key stores that are not connected; there are none yet",
        "CloudHsmClusterInUseException"
        | "CloudHsmClusterInvalidConfigurationException"
        | "CloudHsmClusterNotActiveException"
        | "CloudHsmClusterNotRelatedException"
        | "CustomKeyStoreHasCMKsException"
        | "CustomKeyStoreInvalidStateException"
        | "CustomKeyStoreNameInUseException"
        | "IncorrectTrustAnchorException" => "there are no custom key stores yet",
        "XksKeyAlreadyInUseException"
        | "XksKeyInvalidConfigurationException"
        | "XksKeyNotFoundException"
        | "XksProxyIncorrectAuthenticationCredentialException"
        | "XksProxyInvalidConfigurationException"
        | "XksProxyInvalidResponseException"
        | "XksProxyUriEndpointInUseException"
        | "XksProxyUriInUseException"
        | "XksProxyVpcEndpointServiceInUseException"
        | "XksProxyVpcEndpointServiceInvalidConfigurationException"
        | "XksProxyVpcEndpointServiceNotFoundException" => "there are no external key stores yet",
        "ExpiredImportTokenException" | "IncorrectKeyMaterialException" | "InvalidImportTokenException" => {
            "no key material is imported yet"
        }
        _ => return None,
    })
}

fn by_action(action: &str, error: &str) -> Option<&'static str> {
    Some(match (action, error) {
        ("UpdateCustomKeyStore", "CloudHsmClusterNotFoundException" | "XksProxyUriUnreachableException")
        | ("CreateCustomKeyStore", "LimitExceededException") => "there are no custom key stores yet",
        (
            "DeleteImportedKeyMaterial" | "GetParametersForImport" | "ImportKeyMaterial",
            "KMSInvalidStateException" | "InvalidCiphertextException",
        ) => "no key material is imported yet; the answer is UnsupportedOperationException in every state",
        ("ReplicateKey" | "UpdatePrimaryRegion", "AlreadyExistsException" | "DisabledException" | "TagException")
        | ("ReplicateKey" | "UpdatePrimaryRegion", "KMSInvalidStateException" | "LimitExceededException")
        | ("ReplicateKey", "MalformedPolicyDocumentException") => {
            "keys are not replicated yet; the answer is UnsupportedOperationException in every state"
        }
        ("DeleteAlias" | "GetKeyPolicy" | "ListKeyPolicies" | "PutKeyPolicy", "KMSInvalidStateException")
        | ("ListGrants" | "RetireGrant" | "RevokeGrant", "KMSInvalidStateException")
        | ("GetKeyRotationStatus" | "ListKeyRotations", "KMSInvalidStateException") => {
            "the developer guide's table of key states allows it in every state that a key has here"
        }
        ("CreateKey" | "EnableKey", "LimitExceededException") => "the number of keys has no limit here",
        ("PutKeyPolicy", "LimitExceededException") => "the model's own limit of 131,072 characters is the only one",
        ("TagResource", "LimitExceededException") => "too many tags are a TagException, as recorded on AWS",
        ("CreateAlias", "InvalidAliasNameException") => {
            "a bad name is a ValidationException, a reserved one a NotAuthorizedException, as recorded on AWS"
        }
        ("CreateKey", "InvalidArnException") => "a principal that does not exist is a MalformedPolicyDocumentException",
        ("CreateKey", "UnsupportedOperationException") => {
            "spec, usage and origin that do not go together are a ValidationException"
        }
        ("PutKeyPolicy", "UnsupportedOperationException") => {
            "every key that a caller may change has a policy to change"
        }
        ("GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext", "UnsupportedOperationException") => {
            "every pair of the model can be made here"
        }
        ("GenerateRandom", "UnsupportedOperationException") => "there is no custom key store that could refuse it",
        ("GetPublicKey", "InvalidKeyUsageException") => "a public key may be had whatever its usage",
        ("ListRetirableGrants", "NotFoundException") => "it names no key",
        _ => return None,
    })
}

/// How many declared errors have a reason.
pub fn count() -> usize {
    declared().map(|(action, errors)| errors.iter().filter(|error| reason(action, error).is_some()).count()).sum()
}
