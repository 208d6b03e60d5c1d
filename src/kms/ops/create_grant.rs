//! CreateGrant.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::kms::authorise::Basis;
use crate::kms::grant::{self, Constraints, Grant};
use crate::kms::key::Key;
use crate::kms::spec::{Family, KeyUsage};
use crate::kms::store::Change;
use crate::names::EncryptionContext;

use super::prelude::*;

pub struct CreateGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub grantee_principal: Option<String>,
    pub retiring_principal: Option<String>,
    pub grantee_service_principal: Option<String>,
    pub retiring_service_principal: Option<String>,
    pub operations: Vec<String>,
    #[serde(default)]
    pub constraints: Constraints,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    pub name: Option<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub grant_token: String,
    pub grant_id: String,
}

const MOST_PER_KEY: usize = 50_000;
const MOST_CONTEXT_PAIRS: usize = 8;
const LONGEST_CONTEXT_VALUE: usize = 384;

impl Operation for CreateGrant {
    const NAME: &'static str = "CreateGrant";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({
            "keyId": input.key_id,
            "granteePrincipal": input.grantee_principal,
            "retiringPrincipal": input.retiring_principal,
            "granteeServicePrincipal": input.grantee_service_principal,
            "retiringServicePrincipal": input.retiring_service_principal,
            "operations": input.operations,
            "constraints": {
                "encryptionContextEquals": input.constraints.encryption_context_equals,
                "encryptionContextSubset": input.constraints.encryption_context_subset,
                "sourceArn": input.constraints.source_arn,
            },
            "name": input.name,
        })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        if input.key_id.starts_with("alias/") {
            return Err(Error::new(Code::InvalidArn, "Key Aliases are not supported for this operation."));
        }
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = named.key.clone();
        trail.touch(&key.arn);
        check(kms, &key, &input)?;
        let basis = kms.authorise(call, "kms:CreateGrant", &key, &facts(call, &input))?;
        key.check_usable()?;
        let grant = draft(call, &key, &input, kms.now());
        if basis == Basis::Grant && !passes_on_no_more(kms, call, &grant) {
            return Err(Error::new(
                Code::AccessDenied,
                format!(
                    "User: {} is not authorized to pass on these operations on resource: {}",
                    call.caller.arn(),
                    key.arn
                ),
            ));
        }
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let grant = kms
            .store
            .change(move |memory| {
                memory.key(&key.arn).ok_or_else(|| Error::key_not_found(&key.arn))?.check_usable()?;
                // A name makes a repeated request the same grant.
                let same =
                    memory.grants(&key.arn).find(|present| grant.name.is_some() && present.gives_the_same(&grant));
                if let Some(present) = same {
                    return Ok((Vec::new(), present.clone()));
                }
                if memory.grants(&key.arn).count() >= MOST_PER_KEY {
                    return Err(Error::bare(Code::LimitExceeded));
                }
                let grant = Arc::new(grant);
                Ok((vec![Change::PutGrant(grant.clone())], grant))
            })
            .await?;
        trail.response_elements = json!({ "grantId": grant.id });
        Ok(Output { grant_token: kms.grant_token(&grant), grant_id: grant.id.clone() })
    }
}

fn facts<'a>(call: &Call, input: &'a Input) -> Facts<'a> {
    let mut facts = Facts::default()
        .tokens(&input.grant_tokens)
        .with("kms:grantisforawsresource", if call.via.is_some() { "true" } else { "false" })
        .with_all("kms:grantoperations", input.operations.iter().map(String::as_str));
    let constraints = &input.constraints;
    for (name, given) in [
        ("EncryptionContextEquals", constraints.encryption_context_equals.is_some()),
        ("EncryptionContextSubset", constraints.encryption_context_subset.is_some()),
        ("SourceArn", constraints.source_arn.is_some()),
    ] {
        if given {
            facts = facts.with("kms:grantconstrainttype", name);
        }
    }
    if let Some(grantee) = input.grantee_principal.as_deref().or(input.grantee_service_principal.as_deref()) {
        facts = facts.with("kms:granteeprincipal", grantee);
    }
    if let Some(retiring) = input.retiring_principal.as_deref().or(input.retiring_service_principal.as_deref()) {
        facts = facts.with("kms:retiringprincipal", retiring);
    }
    facts
}

fn check(kms: &Kms, key: &Key, input: &Input) -> Result<(), Error> {
    match (&input.grantee_principal, &input.grantee_service_principal) {
        (Some(principal), None) => check_principal(kms, principal)?,
        (None, Some(_)) => {
            let retires = input.retiring_principal.is_some() || input.retiring_service_principal.is_some();
            if input.constraints.source_arn.is_none() || !retires {
                return Err(Error::validation(
                    "GranteeServicePrincipal requires a SourceArn constraint and a retiring principal.",
                ));
            }
        }
        _ => return Err(Error::validation("Specify either GranteePrincipal or GranteeServicePrincipal.")),
    }
    match (&input.retiring_principal, &input.retiring_service_principal) {
        (Some(principal), None) => check_principal(kms, principal)?,
        (Some(_), Some(_)) => {
            return Err(Error::validation("Specify either RetiringPrincipal or RetiringServicePrincipal."));
        }
        (None, _) => {}
    }
    if input.operations.is_empty() {
        return Err(Error::validation("Operations must not be empty."));
    }
    if let Some(operation) = input.operations.iter().find(|operation| !serves(key, operation)) {
        let words =
            format!("Operation {operation} is not valid for key spec {} and key usage {}.", key.spec, key.usage);
        return Err(Error::new(Code::ValidationError, words));
    }
    for context in [&input.constraints.encryption_context_equals, &input.constraints.encryption_context_subset] {
        context.as_ref().map_or(Ok(()), |context| check_context(key, context))?;
    }
    Ok(())
}

fn check_context(key: &Key, context: &EncryptionContext) -> Result<(), Error> {
    if key.spec.family() != Family::Symmetric {
        return Err(Error::validation("Encryption context constraints are for symmetric encryption keys only."));
    }
    if context.len() > MOST_CONTEXT_PAIRS || context.iter().any(|(_, value)| value.len() > LONGEST_CONTEXT_VALUE) {
        return Err(Error::validation("A constraint has at most 8 pairs, with values of at most 384 characters."));
    }
    Ok(())
}

/// An account's root, or a user, role or session that exists.
fn check_principal(kms: &Kms, principal: &str) -> Result<(), Error> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_root =
        principal.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).is_some_and(is_account);
    if is_root || kms.principal_exists(principal) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArn, format!("ARN does not refer to a valid principal: {principal}")))
}

/// Whether a key of this spec and usage can do what a grant would allow.
fn serves(key: &Key, operation: &str) -> bool {
    let asymmetric = key.spec.family() == Family::Asymmetric;
    let symmetric = key.spec.family() == Family::Symmetric;
    match operation {
        "CreateGrant" | "RetireGrant" | "DescribeKey" => true,
        "Encrypt" | "Decrypt" | "ReEncryptFrom" | "ReEncryptTo" => key.usage == KeyUsage::EncryptDecrypt,
        "GenerateDataKey"
        | "GenerateDataKeyWithoutPlaintext"
        | "GenerateDataKeyPair"
        | "GenerateDataKeyPairWithoutPlaintext" => symmetric,
        "Sign" | "Verify" => key.usage == KeyUsage::SignVerify,
        "GetPublicKey" => asymmetric,
        "GenerateMac" | "VerifyMac" => key.usage == KeyUsage::GenerateVerifyMac,
        "DeriveSharedSecret" => key.usage == KeyUsage::KeyAgreement,
        "Encapsulate" | "Decapsulate" => key.usage == KeyUsage::EncapsulateDecapsulate,
        _ => false,
    }
}

fn draft(call: &Call, key: &Key, input: &Input, now: time::OffsetDateTime) -> Grant {
    let grantee = input.grantee_principal.as_ref().or(input.grantee_service_principal.as_ref());
    Grant {
        id: grant::new_id(),
        key: key.arn.clone(),
        name: input.name.clone(),
        created: now,
        grantee: grantee.cloned().unwrap_or_default(),
        retiring: input.retiring_principal.clone().or_else(|| input.retiring_service_principal.clone()),
        grantee_is_service: input.grantee_service_principal.is_some(),
        retiring_is_service: input.retiring_service_principal.is_some(),
        issuing_account: format!("arn:aws:iam::{}:root", call.caller.account()),
        operations: input.operations.iter().cloned().collect::<BTreeSet<_>>(),
        constraints: input.constraints.clone(),
    }
}

/// Of a permission that a grant gave, no more is passed on than that grant has, and no more loosely.
fn passes_on_no_more(kms: &Kms, call: &Call, child: &Grant) -> bool {
    let memory = kms.store.read();
    let principal = call.caller.principal();
    memory.grants(&child.key).any(|parent| {
        parent.is_for(&principal)
            && parent.operations.contains("CreateGrant")
            && child.operations.is_subset(&parent.operations)
            && child.constraints.are_as_strict_as(&parent.constraints)
    })
}
