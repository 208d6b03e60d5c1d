//! GenerateDataKeyWithoutPlaintext.

use super::generate_data_key::{self, Input};
use super::prelude::*;

pub struct GenerateDataKeyWithoutPlaintext;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub ciphertext_blob: Blob,
    pub key_id: String,
    pub key_material_id: String,
}

impl Operation for GenerateDataKeyWithoutPlaintext {
    const NAME: &'static str = "GenerateDataKeyWithoutPlaintext";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        generate_data_key::recorded(input)
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let made = generate_data_key::generate(kms, call, "kms:GenerateDataKeyWithoutPlaintext", &input, trail).await?;
        Ok(Output { ciphertext_blob: made.ciphertext_blob, key_id: made.key_id, key_material_id: made.key_material_id })
    }
}
