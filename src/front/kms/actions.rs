//! The one table of actions: name, shape of the request, handler. What is not in it does not exist.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use serde_json::Value;

use crate::kms::{Call, Code, Error, Kms, Operation, ops};

use super::model;
use super::shape::Shape;

pub struct Action {
    pub name: &'static str,
    pub read_only: bool,
    pub request: &'static Shape,
    pub run: for<'a> fn(&'a Kms, &'a Call, Value) -> Answer<'a>,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>>;

pub const ACTIONS: &[Action] = &[
    action::<ops::cancel_key_deletion::CancelKeyDeletion>(&model::CANCEL_KEY_DELETION_REQUEST),
    action::<ops::connect_custom_key_store::ConnectCustomKeyStore>(&model::CONNECT_CUSTOM_KEY_STORE_REQUEST),
    action::<ops::create_alias::CreateAlias>(&model::CREATE_ALIAS_REQUEST),
    action::<ops::create_custom_key_store::CreateCustomKeyStore>(&model::CREATE_CUSTOM_KEY_STORE_REQUEST),
    action::<ops::create_grant::CreateGrant>(&model::CREATE_GRANT_REQUEST),
    action::<ops::create_key::CreateKey>(&model::CREATE_KEY_REQUEST),
    action::<ops::decapsulate::Decapsulate>(&model::DECAPSULATE_REQUEST),
    action::<ops::decrypt::Decrypt>(&model::DECRYPT_REQUEST),
    action::<ops::delete_alias::DeleteAlias>(&model::DELETE_ALIAS_REQUEST),
    action::<ops::delete_custom_key_store::DeleteCustomKeyStore>(&model::DELETE_CUSTOM_KEY_STORE_REQUEST),
    action::<ops::delete_imported_key_material::DeleteImportedKeyMaterial>(
        &model::DELETE_IMPORTED_KEY_MATERIAL_REQUEST,
    ),
    action::<ops::derive_shared_secret::DeriveSharedSecret>(&model::DERIVE_SHARED_SECRET_REQUEST),
    action::<ops::describe_custom_key_stores::DescribeCustomKeyStores>(&model::DESCRIBE_CUSTOM_KEY_STORES_REQUEST),
    action::<ops::describe_key::DescribeKey>(&model::DESCRIBE_KEY_REQUEST),
    action::<ops::disable_key::DisableKey>(&model::DISABLE_KEY_REQUEST),
    action::<ops::disable_key_rotation::DisableKeyRotation>(&model::DISABLE_KEY_ROTATION_REQUEST),
    action::<ops::disconnect_custom_key_store::DisconnectCustomKeyStore>(&model::DISCONNECT_CUSTOM_KEY_STORE_REQUEST),
    action::<ops::enable_key::EnableKey>(&model::ENABLE_KEY_REQUEST),
    action::<ops::enable_key_rotation::EnableKeyRotation>(&model::ENABLE_KEY_ROTATION_REQUEST),
    action::<ops::encapsulate::Encapsulate>(&model::ENCAPSULATE_REQUEST),
    action::<ops::encrypt::Encrypt>(&model::ENCRYPT_REQUEST),
    action::<ops::generate_data_key::GenerateDataKey>(&model::GENERATE_DATA_KEY_REQUEST),
    action::<ops::generate_data_key_pair::GenerateDataKeyPair>(&model::GENERATE_DATA_KEY_PAIR_REQUEST),
    action::<ops::generate_data_key_pair_without_plaintext::GenerateDataKeyPairWithoutPlaintext>(
        &model::GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT_REQUEST,
    ),
    action::<ops::generate_data_key_without_plaintext::GenerateDataKeyWithoutPlaintext>(
        &model::GENERATE_DATA_KEY_WITHOUT_PLAINTEXT_REQUEST,
    ),
    action::<ops::generate_mac::GenerateMac>(&model::GENERATE_MAC_REQUEST),
    action::<ops::generate_random::GenerateRandom>(&model::GENERATE_RANDOM_REQUEST),
    action::<ops::get_key_last_usage::GetKeyLastUsage>(&model::GET_KEY_LAST_USAGE_REQUEST),
    action::<ops::get_key_policy::GetKeyPolicy>(&model::GET_KEY_POLICY_REQUEST),
    action::<ops::get_key_rotation_status::GetKeyRotationStatus>(&model::GET_KEY_ROTATION_STATUS_REQUEST),
    action::<ops::get_parameters_for_import::GetParametersForImport>(&model::GET_PARAMETERS_FOR_IMPORT_REQUEST),
    action::<ops::get_public_key::GetPublicKey>(&model::GET_PUBLIC_KEY_REQUEST),
    action::<ops::import_key_material::ImportKeyMaterial>(&model::IMPORT_KEY_MATERIAL_REQUEST),
    action::<ops::list_aliases::ListAliases>(&model::LIST_ALIASES_REQUEST),
    action::<ops::list_grants::ListGrants>(&model::LIST_GRANTS_REQUEST),
    action::<ops::list_key_policies::ListKeyPolicies>(&model::LIST_KEY_POLICIES_REQUEST),
    action::<ops::list_key_rotations::ListKeyRotations>(&model::LIST_KEY_ROTATIONS_REQUEST),
    action::<ops::list_keys::ListKeys>(&model::LIST_KEYS_REQUEST),
    action::<ops::list_resource_tags::ListResourceTags>(&model::LIST_RESOURCE_TAGS_REQUEST),
    action::<ops::list_retirable_grants::ListRetirableGrants>(&model::LIST_RETIRABLE_GRANTS_REQUEST),
    action::<ops::put_key_policy::PutKeyPolicy>(&model::PUT_KEY_POLICY_REQUEST),
    action::<ops::re_encrypt::ReEncrypt>(&model::RE_ENCRYPT_REQUEST),
    action::<ops::replicate_key::ReplicateKey>(&model::REPLICATE_KEY_REQUEST),
    action::<ops::retire_grant::RetireGrant>(&model::RETIRE_GRANT_REQUEST),
    action::<ops::revoke_grant::RevokeGrant>(&model::REVOKE_GRANT_REQUEST),
    action::<ops::rotate_key_on_demand::RotateKeyOnDemand>(&model::ROTATE_KEY_ON_DEMAND_REQUEST),
    action::<ops::schedule_key_deletion::ScheduleKeyDeletion>(&model::SCHEDULE_KEY_DELETION_REQUEST),
    action::<ops::sign::Sign>(&model::SIGN_REQUEST),
    action::<ops::tag_resource::TagResource>(&model::TAG_RESOURCE_REQUEST),
    action::<ops::untag_resource::UntagResource>(&model::UNTAG_RESOURCE_REQUEST),
    action::<ops::update_alias::UpdateAlias>(&model::UPDATE_ALIAS_REQUEST),
    action::<ops::update_custom_key_store::UpdateCustomKeyStore>(&model::UPDATE_CUSTOM_KEY_STORE_REQUEST),
    action::<ops::update_key_description::UpdateKeyDescription>(&model::UPDATE_KEY_DESCRIPTION_REQUEST),
    action::<ops::update_primary_region::UpdatePrimaryRegion>(&model::UPDATE_PRIMARY_REGION_REQUEST),
    action::<ops::verify::Verify>(&model::VERIFY_REQUEST),
    action::<ops::verify_mac::VerifyMac>(&model::VERIFY_MAC_REQUEST),
];

pub fn find(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

const fn action<O: Operation + 'static>(request: &'static Shape) -> Action {
    Action { name: O::NAME, read_only: O::READ_ONLY, request, run: run::<O> }
}

fn run<'a, O: Operation + 'static>(kms: &'a Kms, call: &'a Call, request: Value) -> Answer<'a> {
    Box::pin(async move {
        let input = match serde_json::from_value::<O::Input>(request) {
            Ok(input) => input,
            Err(_) => {
                let error = Error::bare(Code::Serialization);
                kms.record_refused(call, O::NAME, O::READ_ONLY, &error).await?;
                return Err(error);
            }
        };
        let output = kms.perform::<O>(call, input).await?;
        // Room for a data key's answer: a text that grows leaves copies of it behind.
        let mut body = Vec::with_capacity(512);
        serde_json::to_writer(&mut body, &output).map_err(|_| Error::bare(Code::Internal))?;
        // An action without an answer has an empty body.
        Ok(if body == b"null" { Bytes::new() } else { body.into() })
    })
}
