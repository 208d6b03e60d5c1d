//! DisconnectCustomKeyStore. There are no custom key stores here yet.

use super::prelude::*;

pub struct DisconnectCustomKeyStore;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub custom_key_store_id: String,
}

impl Operation for DisconnectCustomKeyStore {
    const NAME: &'static str = "DisconnectCustomKeyStore";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "customKeyStoreId": input.custom_key_store_id })
    }

    async fn run(kms: &Kms, call: &Call, _: Input, _: &mut Trail) -> Result<(), Error> {
        kms.authorise_without_key(call, "kms:DisconnectCustomKeyStore", &Facts::default())?;
        Err(Error::bare(Code::CustomKeyStoreNotFound))
    }
}
