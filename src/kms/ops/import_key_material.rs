//! ImportKeyMaterial. Key material is not imported here yet.

use super::prelude::*;

pub struct ImportKeyMaterial;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

impl Operation for ImportKeyMaterial {
    const NAME: &'static str = "ImportKeyMaterial";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<(), Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:ImportKeyMaterial", key, &Facts::of(&named))?;
        Err(key.no_import())
    }
}
