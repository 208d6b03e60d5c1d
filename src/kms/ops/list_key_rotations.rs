//! ListKeyRotations.

use crate::kms::key::{Key, MaterialRecord};
use crate::kms::page::{Limits, page};
use crate::kms::rotation::RotationType;

use super::prelude::*;

pub struct ListKeyRotations;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    pub include_key_material: Option<String>,
    pub limit: Option<u32>,
    pub marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub rotations: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_marker: Option<String>,
    pub truncated: bool,
}

impl Operation for ListKeyRotations {
    const NAME: &'static str = "ListKeyRotations";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:ListKeyRotations", key, &Facts::of(&named))?;
        key.check_symmetric_rotation()?;
        let all = input.include_key_material.as_deref() == Some("ALL_KEY_MATERIAL");
        let numbered: Vec<(String, &MaterialRecord)> =
            key.materials.iter().enumerate().map(|(index, material)| (format!("{index:06}"), material)).collect();
        let shown = numbered.iter().filter(|(_, material)| all || material.rotation.is_some());
        let entries = shown.map(|(number, material)| (number.as_str(), entry(key, material)));
        let page = page(entries, input.marker.as_deref(), input.limit, Limits { usual: 100, largest: 1000 })?;
        Ok(Output { rotations: page.items, truncated: page.next_marker.is_some(), next_marker: page.next_marker })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    pub key_id: String,
    pub key_material_id: String,
    pub key_material_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_date: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_type: Option<RotationType>,
}

fn entry(key: &Key, material: &MaterialRecord) -> Entry {
    let is_current = key.current_material().is_some_and(|current| current.id == material.id);
    Entry {
        key_id: key.arn.key_id.to_string(),
        key_material_id: material.id.clone(),
        key_material_state: if is_current { "CURRENT" } else { "NON_CURRENT" },
        rotation_date: material.rotation.map(|_| Moment(material.created)),
        rotation_type: material.rotation,
    }
}
