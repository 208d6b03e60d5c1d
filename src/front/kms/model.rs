//! The shapes of the requests: members, limits and enums. Written out from the model of the newest AWS SDK for Python
//! (botocore 1.44.5, KMS 2014-11-01), which is the authority; a test compares the two.

use super::shape::Shape::{self, Blob, Boolean, Choice, Integer, List, Map, Structure, Text, Timestamp};
use super::shape::{optional, required};

static KEY_ID_TYPE: Shape = Text { min: 1, max: 2048, pattern: None, secret: false };
static CUSTOM_KEY_STORE_ID_TYPE: Shape = Text { min: 1, max: 64, pattern: None, secret: false };
static ALIAS_NAME_TYPE: Shape = Text { min: 1, max: 256, pattern: Some(r"^[a-zA-Z0-9:/_-]+$"), secret: false };
static CUSTOM_KEY_STORE_NAME_TYPE: Shape = Text { min: 1, max: 256, pattern: None, secret: false };
static CLOUD_HSM_CLUSTER_ID_TYPE: Shape =
    Text { min: 19, max: 24, pattern: Some(r"cluster-[2-7a-zA-Z]{11,16}"), secret: false };
static TRUST_ANCHOR_CERTIFICATE_TYPE: Shape = Text { min: 1, max: 5000, pattern: None, secret: false };
static KEY_STORE_PASSWORD_TYPE: Shape = Text { min: 7, max: 32, pattern: None, secret: true };
static CUSTOM_KEY_STORE_TYPE: Shape = Choice(&["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]);
static XKS_PROXY_URI_ENDPOINT_TYPE: Shape =
    Text { min: 10, max: 128, pattern: Some(r"^https://[a-zA-Z0-9.-]+$"), secret: false };
static XKS_PROXY_URI_PATH_TYPE: Shape = Text {
    min: 10,
    max: 128,
    pattern: Some(r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$"),
    secret: false,
};
static XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE: Shape = Text {
    min: 20,
    max: 64,
    pattern: Some(r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$"),
    secret: false,
};
static ACCOUNT_ID_TYPE: Shape = Text { min: 12, max: 12, pattern: Some(r"[0-9]{12}"), secret: false };
static XKS_PROXY_AUTHENTICATION_ACCESS_KEY_ID_TYPE: Shape =
    Text { min: 20, max: 30, pattern: Some(r"^[A-Z2-7]+$"), secret: true };
static XKS_PROXY_AUTHENTICATION_RAW_SECRET_ACCESS_KEY_TYPE: Shape =
    Text { min: 43, max: 64, pattern: Some(r"^[a-zA-Z0-9\/+=]+$"), secret: true };
static XKS_PROXY_CONNECTIVITY_TYPE: Shape = Choice(&["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"]);
static PRINCIPAL_ID_TYPE: Shape = Text { min: 1, max: 256, pattern: Some(r"^[\w+=,.@:/-]+$"), secret: false };
static GRANT_OPERATION: Shape = Choice(&[
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
]);
static GRANT_OPERATION_LIST: Shape = List { min: 0, max: usize::MAX, member: &GRANT_OPERATION };
static ENCRYPTION_CONTEXT_TYPE: Shape = Map;
static GRANT_CONSTRAINT_SOURCE_ARN_TYPE: Shape =
    Text { min: 20, max: 512, pattern: Some(r"^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$"), secret: false };
static GRANT_TOKEN_TYPE: Shape = Text { min: 1, max: 8192, pattern: None, secret: false };
static GRANT_TOKEN_LIST: Shape = List { min: 0, max: 10, member: &GRANT_TOKEN_TYPE };
static GRANT_NAME_TYPE: Shape = Text { min: 1, max: 256, pattern: Some(r"^[a-zA-Z0-9:/_-]+$"), secret: false };
static NULLABLE_BOOLEAN_TYPE: Shape = Boolean;
static SERVICE_PRINCIPAL_TYPE: Shape =
    Text { min: 1, max: 128, pattern: Some(r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$"), secret: false };
static POLICY_TYPE: Shape =
    Text { min: 1, max: 131072, pattern: Some(r"[\u0009\u000A\u000D\u0020-\u00FF]+"), secret: false };
static DESCRIPTION_TYPE: Shape = Text { min: 0, max: 8192, pattern: None, secret: false };
static KEY_USAGE_TYPE: Shape =
    Choice(&["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"]);
static CUSTOMER_MASTER_KEY_SPEC: Shape = Choice(&[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
]);
static KEY_SPEC: Shape = Choice(&[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
]);
static ORIGIN_TYPE: Shape = Choice(&["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]);
static BOOLEAN_TYPE: Shape = Boolean;
static TAG_KEY_TYPE: Shape = Text { min: 1, max: 128, pattern: None, secret: false };
static TAG_VALUE_TYPE: Shape = Text { min: 0, max: 256, pattern: None, secret: false };
static TAG_LIST: Shape = List { min: 0, max: usize::MAX, member: &TAG };
static XKS_KEY_ID_TYPE: Shape = Text { min: 1, max: 128, pattern: Some(r"^[a-zA-Z0-9-_.]+$"), secret: false };
static CIPHERTEXT_TYPE: Shape = Blob { min: 1, max: 6144 };
static ENCAPSULATION_ALGORITHM_SPEC: Shape = Choice(&["ML_KEM"]);
static ENCRYPTION_ALGORITHM_SPEC: Shape =
    Choice(&["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"]);
static KEY_ENCRYPTION_MECHANISM: Shape = Choice(&["RSAES_OAEP_SHA_256"]);
static ATTESTATION_DOCUMENT_TYPE: Shape = Blob { min: 1, max: 262144 };
static DRY_RUN_MODIFIER_TYPE: Shape = Choice(&["IGNORE_CIPHERTEXT"]);
static DRY_RUN_MODIFIER_LIST: Shape = List { min: 0, max: usize::MAX, member: &DRY_RUN_MODIFIER_TYPE };
static BACKING_KEY_ID_TYPE: Shape = Text { min: 64, max: 64, pattern: Some(r"^[a-f0-9]+$"), secret: false };
static KEY_AGREEMENT_ALGORITHM_SPEC: Shape = Choice(&["ECDH"]);
static PUBLIC_KEY_TYPE: Shape = Blob { min: 1, max: 8192 };
static LIMIT_TYPE: Shape = Integer { min: 1, max: 1000 };
static MARKER_TYPE: Shape = Text { min: 1, max: 1024, pattern: Some(r"[\u0020-\u00FF]*"), secret: false };
static ROTATION_PERIOD_IN_DAYS_TYPE: Shape = Integer { min: 90, max: 2560 };
static PLAINTEXT_TYPE: Shape = Blob { min: 1, max: 4096 };
static NUMBER_OF_BYTES_TYPE: Shape = Integer { min: 1, max: 1024 };
static DATA_KEY_SPEC: Shape = Choice(&["AES_256", "AES_128"]);
static DATA_KEY_PAIR_SPEC: Shape = Choice(&[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SM2",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
]);
static MAC_ALGORITHM_SPEC: Shape = Choice(&["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"]);
static POLICY_NAME_TYPE: Shape = Text { min: 1, max: 128, pattern: Some(r"[\w]+"), secret: false };
static ALGORITHM_SPEC: Shape = Choice(&[
    "RSAES_PKCS1_V1_5",
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256",
    "SM2PKE",
]);
static WRAPPING_KEY_SPEC: Shape = Choice(&["RSA_2048", "RSA_3072", "RSA_4096", "SM2"]);
static DATE_TYPE: Shape = Timestamp;
static EXPIRATION_MODEL_TYPE: Shape = Choice(&["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"]);
static IMPORT_TYPE: Shape = Choice(&["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"]);
static KEY_MATERIAL_DESCRIPTION_TYPE: Shape =
    Text { min: 0, max: 256, pattern: Some(r"^[a-zA-Z0-9:/_\s.-]+$"), secret: false };
static GRANT_ID_TYPE: Shape = Text { min: 1, max: 128, pattern: None, secret: false };
static INCLUDE_KEY_MATERIAL: Shape = Choice(&["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"]);
static RESOURCE_OWNER_TYPE: Shape = Choice(&["SELF", "OTHER_ACCOUNTS_VIA_RAM"]);
static RESOURCE_OWNERS_LIST: Shape = List { min: 1, max: 2, member: &RESOURCE_OWNER_TYPE };
static REGION_TYPE: Shape = Text { min: 1, max: 32, pattern: Some(r"^([a-z]+-){2,3}\d+$"), secret: false };
static PENDING_WINDOW_IN_DAYS_TYPE: Shape = Integer { min: 1, max: 365 };
static MESSAGE_TYPE: Shape = Choice(&["RAW", "DIGEST", "EXTERNAL_MU"]);
static SIGNING_ALGORITHM_SPEC: Shape = Choice(&[
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
]);
static TAG_KEY_LIST: Shape = List { min: 0, max: usize::MAX, member: &TAG_KEY_TYPE };

pub(super) static CANCEL_KEY_DELETION_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static CONNECT_CUSTOM_KEY_STORE_REQUEST: Shape =
    Structure(&[required("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE)]);
pub(super) static CREATE_ALIAS_REQUEST: Shape =
    Structure(&[required("AliasName", &ALIAS_NAME_TYPE), required("TargetKeyId", &KEY_ID_TYPE)]);
static XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE: Shape = Structure(&[
    required("AccessKeyId", &XKS_PROXY_AUTHENTICATION_ACCESS_KEY_ID_TYPE),
    required("RawSecretAccessKey", &XKS_PROXY_AUTHENTICATION_RAW_SECRET_ACCESS_KEY_TYPE),
]);
pub(super) static CREATE_CUSTOM_KEY_STORE_REQUEST: Shape = Structure(&[
    required("CustomKeyStoreName", &CUSTOM_KEY_STORE_NAME_TYPE),
    optional("CloudHsmClusterId", &CLOUD_HSM_CLUSTER_ID_TYPE),
    optional("TrustAnchorCertificate", &TRUST_ANCHOR_CERTIFICATE_TYPE),
    optional("KeyStorePassword", &KEY_STORE_PASSWORD_TYPE),
    optional("CustomKeyStoreType", &CUSTOM_KEY_STORE_TYPE),
    optional("XksProxyUriEndpoint", &XKS_PROXY_URI_ENDPOINT_TYPE),
    optional("XksProxyUriPath", &XKS_PROXY_URI_PATH_TYPE),
    optional("XksProxyVpcEndpointServiceName", &XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE),
    optional("XksProxyVpcEndpointServiceOwner", &ACCOUNT_ID_TYPE),
    optional("XksProxyAuthenticationCredential", &XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE),
    optional("XksProxyConnectivity", &XKS_PROXY_CONNECTIVITY_TYPE),
]);
static GRANT_CONSTRAINTS: Shape = Structure(&[
    optional("EncryptionContextSubset", &ENCRYPTION_CONTEXT_TYPE),
    optional("EncryptionContextEquals", &ENCRYPTION_CONTEXT_TYPE),
    optional("SourceArn", &GRANT_CONSTRAINT_SOURCE_ARN_TYPE),
]);
pub(super) static CREATE_GRANT_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    optional("GranteePrincipal", &PRINCIPAL_ID_TYPE),
    optional("RetiringPrincipal", &PRINCIPAL_ID_TYPE),
    required("Operations", &GRANT_OPERATION_LIST),
    optional("Constraints", &GRANT_CONSTRAINTS),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("Name", &GRANT_NAME_TYPE),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
    optional("GranteeServicePrincipal", &SERVICE_PRINCIPAL_TYPE),
    optional("RetiringServicePrincipal", &SERVICE_PRINCIPAL_TYPE),
]);
static TAG: Shape = Structure(&[required("TagKey", &TAG_KEY_TYPE), required("TagValue", &TAG_VALUE_TYPE)]);
pub(super) static CREATE_KEY_REQUEST: Shape = Structure(&[
    optional("Policy", &POLICY_TYPE),
    optional("Description", &DESCRIPTION_TYPE),
    optional("KeyUsage", &KEY_USAGE_TYPE),
    optional("CustomerMasterKeySpec", &CUSTOMER_MASTER_KEY_SPEC),
    optional("KeySpec", &KEY_SPEC),
    optional("Origin", &ORIGIN_TYPE),
    optional("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE),
    optional("BypassPolicyLockoutSafetyCheck", &BOOLEAN_TYPE),
    optional("Tags", &TAG_LIST),
    optional("MultiRegion", &NULLABLE_BOOLEAN_TYPE),
    optional("XksKeyId", &XKS_KEY_ID_TYPE),
]);
pub(super) static DECAPSULATE_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("SharedSecretCiphertextBlob", &CIPHERTEXT_TYPE),
    required("EncapsulationAlgorithm", &ENCAPSULATION_ALGORITHM_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
static RECIPIENT_INFO: Shape = Structure(&[
    optional("KeyEncryptionAlgorithm", &KEY_ENCRYPTION_MECHANISM),
    optional("AttestationDocument", &ATTESTATION_DOCUMENT_TYPE),
]);
pub(super) static DECRYPT_REQUEST: Shape = Structure(&[
    optional("CiphertextBlob", &CIPHERTEXT_TYPE),
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("KeyId", &KEY_ID_TYPE),
    optional("EncryptionAlgorithm", &ENCRYPTION_ALGORITHM_SPEC),
    optional("Recipient", &RECIPIENT_INFO),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
    optional("DryRunModifiers", &DRY_RUN_MODIFIER_LIST),
]);
pub(super) static DELETE_ALIAS_REQUEST: Shape = Structure(&[required("AliasName", &ALIAS_NAME_TYPE)]);
pub(super) static DELETE_CUSTOM_KEY_STORE_REQUEST: Shape =
    Structure(&[required("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE)]);
pub(super) static DELETE_IMPORTED_KEY_MATERIAL_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("KeyMaterialId", &BACKING_KEY_ID_TYPE)]);
pub(super) static DERIVE_SHARED_SECRET_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("KeyAgreementAlgorithm", &KEY_AGREEMENT_ALGORITHM_SPEC),
    required("PublicKey", &PUBLIC_KEY_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
    optional("Recipient", &RECIPIENT_INFO),
]);
pub(super) static DESCRIBE_CUSTOM_KEY_STORES_REQUEST: Shape = Structure(&[
    optional("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE),
    optional("CustomKeyStoreName", &CUSTOM_KEY_STORE_NAME_TYPE),
    optional("Limit", &LIMIT_TYPE),
    optional("Marker", &MARKER_TYPE),
]);
pub(super) static DESCRIBE_KEY_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("GrantTokens", &GRANT_TOKEN_LIST)]);
pub(super) static DISABLE_KEY_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static DISABLE_KEY_ROTATION_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static DISCONNECT_CUSTOM_KEY_STORE_REQUEST: Shape =
    Structure(&[required("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE)]);
pub(super) static ENABLE_KEY_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static ENABLE_KEY_ROTATION_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("RotationPeriodInDays", &ROTATION_PERIOD_IN_DAYS_TYPE)]);
pub(super) static ENCAPSULATE_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("EncapsulationAlgorithm", &ENCAPSULATION_ALGORITHM_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static ENCRYPT_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("Plaintext", &PLAINTEXT_TYPE),
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("EncryptionAlgorithm", &ENCRYPTION_ALGORITHM_SPEC),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_DATA_KEY_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("NumberOfBytes", &NUMBER_OF_BYTES_TYPE),
    optional("KeySpec", &DATA_KEY_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("Recipient", &RECIPIENT_INFO),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_DATA_KEY_PAIR_REQUEST: Shape = Structure(&[
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    required("KeyId", &KEY_ID_TYPE),
    required("KeyPairSpec", &DATA_KEY_PAIR_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("Recipient", &RECIPIENT_INFO),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT_REQUEST: Shape = Structure(&[
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    required("KeyId", &KEY_ID_TYPE),
    required("KeyPairSpec", &DATA_KEY_PAIR_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_DATA_KEY_WITHOUT_PLAINTEXT_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    optional("EncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("KeySpec", &DATA_KEY_SPEC),
    optional("NumberOfBytes", &NUMBER_OF_BYTES_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_MAC_REQUEST: Shape = Structure(&[
    required("Message", &PLAINTEXT_TYPE),
    required("KeyId", &KEY_ID_TYPE),
    required("MacAlgorithm", &MAC_ALGORITHM_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static GENERATE_RANDOM_REQUEST: Shape = Structure(&[
    optional("NumberOfBytes", &NUMBER_OF_BYTES_TYPE),
    optional("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE),
    optional("Recipient", &RECIPIENT_INFO),
]);
pub(super) static GET_KEY_LAST_USAGE_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static GET_KEY_POLICY_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("PolicyName", &POLICY_NAME_TYPE)]);
pub(super) static GET_KEY_ROTATION_STATUS_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static GET_PARAMETERS_FOR_IMPORT_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("WrappingAlgorithm", &ALGORITHM_SPEC),
    required("WrappingKeySpec", &WRAPPING_KEY_SPEC),
]);
pub(super) static GET_PUBLIC_KEY_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("GrantTokens", &GRANT_TOKEN_LIST)]);
pub(super) static IMPORT_KEY_MATERIAL_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("ImportToken", &CIPHERTEXT_TYPE),
    required("EncryptedKeyMaterial", &CIPHERTEXT_TYPE),
    optional("ValidTo", &DATE_TYPE),
    optional("ExpirationModel", &EXPIRATION_MODEL_TYPE),
    optional("ImportType", &IMPORT_TYPE),
    optional("KeyMaterialDescription", &KEY_MATERIAL_DESCRIPTION_TYPE),
    optional("KeyMaterialId", &BACKING_KEY_ID_TYPE),
]);
pub(super) static LIST_ALIASES_REQUEST: Shape =
    Structure(&[optional("KeyId", &KEY_ID_TYPE), optional("Limit", &LIMIT_TYPE), optional("Marker", &MARKER_TYPE)]);
pub(super) static LIST_GRANTS_REQUEST: Shape = Structure(&[
    optional("Limit", &LIMIT_TYPE),
    optional("Marker", &MARKER_TYPE),
    required("KeyId", &KEY_ID_TYPE),
    optional("GrantId", &GRANT_ID_TYPE),
    optional("GranteePrincipal", &PRINCIPAL_ID_TYPE),
    optional("GranteeServicePrincipal", &SERVICE_PRINCIPAL_TYPE),
]);
pub(super) static LIST_KEY_POLICIES_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("Limit", &LIMIT_TYPE), optional("Marker", &MARKER_TYPE)]);
pub(super) static LIST_KEY_ROTATIONS_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    optional("IncludeKeyMaterial", &INCLUDE_KEY_MATERIAL),
    optional("Limit", &LIMIT_TYPE),
    optional("Marker", &MARKER_TYPE),
]);
pub(super) static LIST_KEYS_REQUEST: Shape = Structure(&[
    optional("Limit", &LIMIT_TYPE),
    optional("Marker", &MARKER_TYPE),
    optional("ResourceOwners", &RESOURCE_OWNERS_LIST),
]);
pub(super) static LIST_RESOURCE_TAGS_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("Limit", &LIMIT_TYPE), optional("Marker", &MARKER_TYPE)]);
pub(super) static LIST_RETIRABLE_GRANTS_REQUEST: Shape = Structure(&[
    optional("Limit", &LIMIT_TYPE),
    optional("Marker", &MARKER_TYPE),
    optional("RetiringPrincipal", &PRINCIPAL_ID_TYPE),
    optional("RetiringServicePrincipal", &SERVICE_PRINCIPAL_TYPE),
]);
pub(super) static PUT_KEY_POLICY_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    optional("PolicyName", &POLICY_NAME_TYPE),
    required("Policy", &POLICY_TYPE),
    optional("BypassPolicyLockoutSafetyCheck", &BOOLEAN_TYPE),
]);
pub(super) static RE_ENCRYPT_REQUEST: Shape = Structure(&[
    optional("CiphertextBlob", &CIPHERTEXT_TYPE),
    optional("SourceEncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("SourceKeyId", &KEY_ID_TYPE),
    required("DestinationKeyId", &KEY_ID_TYPE),
    optional("DestinationEncryptionContext", &ENCRYPTION_CONTEXT_TYPE),
    optional("SourceEncryptionAlgorithm", &ENCRYPTION_ALGORITHM_SPEC),
    optional("DestinationEncryptionAlgorithm", &ENCRYPTION_ALGORITHM_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
    optional("DryRunModifiers", &DRY_RUN_MODIFIER_LIST),
]);
pub(super) static REPLICATE_KEY_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("ReplicaRegion", &REGION_TYPE),
    optional("Policy", &POLICY_TYPE),
    optional("BypassPolicyLockoutSafetyCheck", &BOOLEAN_TYPE),
    optional("Description", &DESCRIPTION_TYPE),
    optional("Tags", &TAG_LIST),
]);
pub(super) static RETIRE_GRANT_REQUEST: Shape = Structure(&[
    optional("GrantToken", &GRANT_TOKEN_TYPE),
    optional("KeyId", &KEY_ID_TYPE),
    optional("GrantId", &GRANT_ID_TYPE),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static REVOKE_GRANT_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("GrantId", &GRANT_ID_TYPE),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static ROTATE_KEY_ON_DEMAND_REQUEST: Shape = Structure(&[required("KeyId", &KEY_ID_TYPE)]);
pub(super) static SCHEDULE_KEY_DELETION_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), optional("PendingWindowInDays", &PENDING_WINDOW_IN_DAYS_TYPE)]);
pub(super) static SIGN_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("Message", &PLAINTEXT_TYPE),
    optional("MessageType", &MESSAGE_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    required("SigningAlgorithm", &SIGNING_ALGORITHM_SPEC),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static TAG_RESOURCE_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), required("Tags", &TAG_LIST)]);
pub(super) static UNTAG_RESOURCE_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), required("TagKeys", &TAG_KEY_LIST)]);
pub(super) static UPDATE_ALIAS_REQUEST: Shape =
    Structure(&[required("AliasName", &ALIAS_NAME_TYPE), required("TargetKeyId", &KEY_ID_TYPE)]);
pub(super) static UPDATE_CUSTOM_KEY_STORE_REQUEST: Shape = Structure(&[
    required("CustomKeyStoreId", &CUSTOM_KEY_STORE_ID_TYPE),
    optional("NewCustomKeyStoreName", &CUSTOM_KEY_STORE_NAME_TYPE),
    optional("KeyStorePassword", &KEY_STORE_PASSWORD_TYPE),
    optional("CloudHsmClusterId", &CLOUD_HSM_CLUSTER_ID_TYPE),
    optional("XksProxyUriEndpoint", &XKS_PROXY_URI_ENDPOINT_TYPE),
    optional("XksProxyUriPath", &XKS_PROXY_URI_PATH_TYPE),
    optional("XksProxyVpcEndpointServiceName", &XKS_PROXY_VPC_ENDPOINT_SERVICE_NAME_TYPE),
    optional("XksProxyVpcEndpointServiceOwner", &ACCOUNT_ID_TYPE),
    optional("XksProxyAuthenticationCredential", &XKS_PROXY_AUTHENTICATION_CREDENTIAL_TYPE),
    optional("XksProxyConnectivity", &XKS_PROXY_CONNECTIVITY_TYPE),
]);
pub(super) static UPDATE_KEY_DESCRIPTION_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), required("Description", &DESCRIPTION_TYPE)]);
pub(super) static UPDATE_PRIMARY_REGION_REQUEST: Shape =
    Structure(&[required("KeyId", &KEY_ID_TYPE), required("PrimaryRegion", &REGION_TYPE)]);
pub(super) static VERIFY_REQUEST: Shape = Structure(&[
    required("KeyId", &KEY_ID_TYPE),
    required("Message", &PLAINTEXT_TYPE),
    optional("MessageType", &MESSAGE_TYPE),
    required("Signature", &CIPHERTEXT_TYPE),
    required("SigningAlgorithm", &SIGNING_ALGORITHM_SPEC),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
pub(super) static VERIFY_MAC_REQUEST: Shape = Structure(&[
    required("Message", &PLAINTEXT_TYPE),
    required("KeyId", &KEY_ID_TYPE),
    required("MacAlgorithm", &MAC_ALGORITHM_SPEC),
    required("Mac", &CIPHERTEXT_TYPE),
    optional("GrantTokens", &GRANT_TOKEN_LIST),
    optional("DryRun", &NULLABLE_BOOLEAN_TYPE),
]);
