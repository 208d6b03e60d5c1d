//! DeleteCustomKeyStore. There are no custom key stores here yet.

use super::prelude::*;

pub struct DeleteCustomKeyStore;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub custom_key_store_id: String,
}

impl Operation for DeleteCustomKeyStore {
    const NAME: &'static str = "DeleteCustomKeyStore";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "customKeyStoreId": input.custom_key_store_id })
    }

    async fn run(kms: &Kms, call: &Call, _: Input, _: &mut Trail) -> Result<(), Error> {
        kms.authorise_without_key(call, "kms:DeleteCustomKeyStore", &Facts::default())?;
        Err(Error::bare(Code::CustomKeyStoreNotFound))
    }
}
