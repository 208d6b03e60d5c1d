//! GenerateRandom.

use crate::crypto::SecretBytes;

use super::prelude::*;

pub struct GenerateRandom;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub number_of_bytes: Option<usize>,
    pub custom_key_store_id: Option<String>,
    pub recipient: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(serialize_with = "wire::hand_out")]
    pub plaintext: SecretBytes,
}

impl Operation for GenerateRandom {
    const NAME: &'static str = "GenerateRandom";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "numberOfBytes": input.number_of_bytes })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<Output, Error> {
        kms.authorise_without_key(call, "kms:GenerateRandom", &Facts::default())?;
        wire::refuse_recipient(input.recipient.as_ref())?;
        if input.custom_key_store_id.is_some() {
            return Err(Error::bare(Code::CustomKeyStoreNotFound));
        }
        let len = input.number_of_bytes.ok_or_else(|| Error::validation("NumberOfBytes is required."))?;
        Ok(Output { plaintext: SecretBytes::random(len) })
    }
}
