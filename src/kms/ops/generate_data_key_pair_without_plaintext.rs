//! GenerateDataKeyPairWithoutPlaintext.

use crate::kms::spec::KeySpec;

use super::generate_data_key_pair::{self, Input};
use super::prelude::*;

pub struct GenerateDataKeyPairWithoutPlaintext;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub private_key_ciphertext_blob: Blob,
    pub public_key: Blob,
    pub key_id: String,
    pub key_pair_spec: KeySpec,
    pub key_material_id: String,
}

impl Operation for GenerateDataKeyPairWithoutPlaintext {
    const NAME: &'static str = "GenerateDataKeyPairWithoutPlaintext";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        generate_data_key_pair::recorded(input)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let action = "kms:GenerateDataKeyPairWithoutPlaintext";
        let made = generate_data_key_pair::generate(kms, call, action, &input, trail).await?;
        Ok(Output {
            private_key_ciphertext_blob: made.private_key_ciphertext_blob,
            public_key: made.public_key,
            key_id: made.key_id,
            key_pair_spec: made.key_pair_spec,
            key_material_id: made.key_material_id,
        })
    }
}
