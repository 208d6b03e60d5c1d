//! KeyMetadata: what CreateKey and DescribeKey tell of a key.

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::key::{Key, Manager, State};
use super::spec::{Family, KeyUsage};
use super::wire::Moment;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyMetadata {
    #[serde(rename = "AWSAccountId")]
    aws_account_id: String,
    key_id: String,
    arn: String,
    creation_date: Moment,
    enabled: bool,
    description: String,
    key_usage: &'static str,
    key_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_date: Option<Moment>,
    origin: &'static str,
    key_manager: &'static str,
    customer_master_key_spec: &'static str,
    key_spec: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encryption_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signing_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    key_agreement_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encapsulation_algorithms: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mac_algorithms: Vec<&'static str>,
    multi_region: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_key_material_id: Option<String>,
}

impl KeyMetadata {
    pub fn of(key: &Key) -> Self {
        let spec = key.spec;
        let algorithms = Algorithms::of(key);
        Self {
            aws_account_id: key.account().to_string(),
            key_id: key.arn.key_id.to_string(),
            arn: key.arn.to_string(),
            creation_date: Moment(key.created),
            enabled: key.state == State::Enabled,
            description: key.description.clone(),
            key_usage: key.usage.as_str(),
            key_state: key.state.as_str(),
            deletion_date: match key.state {
                State::PendingDeletion { due } => Some(Moment(due)),
                _ => None,
            },
            origin: key.origin.as_str(),
            key_manager: if key.manager == Manager::Customer { "CUSTOMER" } else { "AWS" },
            customer_master_key_spec: spec.as_str(),
            key_spec: spec.as_str(),
            encryption_algorithms: algorithms.encryption,
            signing_algorithms: algorithms.signing,
            key_agreement_algorithms: algorithms.agreement,
            encapsulation_algorithms: algorithms.encapsulation,
            mac_algorithms: algorithms.mac,
            multi_region: key.arn.key_id.starts_with("mrk-"),
            current_key_material_id: match spec.family() {
                Family::Symmetric => key.current_material().map(|material| material.id.clone()),
                _ => None,
            },
        }
    }
}

impl KeyMetadata {
    /// As CloudTrail has it: camel case, with a date in words.
    pub fn recorded(&self) -> Value {
        let Ok(Value::Object(members)) = serde_json::to_value(self) else { return Value::Null };
        let members = members.into_iter().map(|(name, value)| match name.as_str() {
            "AWSAccountId" => ("aWSAccountId".to_owned(), value),
            "CreationDate" => ("creationDate".to_owned(), Value::from(in_words(self.creation_date.0))),
            _ => (lower_first(&name), value),
        });
        Value::Object(members.collect())
    }
}

/// Such as `Dec 7, 2022, 10:37:45 PM`.
fn in_words(time: OffsetDateTime) -> String {
    const FORM: &[BorrowedFormatItem<'_>] = format_description!(
        "[month repr:short] [day padding:none], [year], [hour repr:12 padding:none]:[minute]:[second] [period]"
    );
    time.format(FORM).unwrap_or_default()
}

fn lower_first(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

/// The algorithms that a key's usage leaves of its spec's.
#[derive(Default)]
pub struct Algorithms {
    pub encryption: Vec<&'static str>,
    pub signing: Vec<&'static str>,
    pub agreement: Vec<&'static str>,
    pub encapsulation: Vec<&'static str>,
    pub mac: Vec<&'static str>,
}

impl Algorithms {
    pub fn of(key: &Key) -> Self {
        let spec = key.spec;
        let mut own = Self::default();
        match key.usage {
            KeyUsage::EncryptDecrypt => {
                own.encryption = spec.encryption_algorithms().iter().map(|one| one.as_str()).collect()
            }
            KeyUsage::SignVerify => own.signing = spec.signing_algorithms().iter().map(|one| one.as_str()).collect(),
            KeyUsage::GenerateVerifyMac => own.mac = spec.mac_algorithms().iter().map(|one| one.as_str()).collect(),
            KeyUsage::KeyAgreement => own.agreement = vec!["ECDH"],
            KeyUsage::EncapsulateDecapsulate => own.encapsulation = vec!["ML_KEM"],
        }
        own
    }
}
