//! CreateCustomKeyStore. Neither a CloudHSM cluster nor an external key store proxy can be reached from here yet.

use super::prelude::*;

pub struct CreateCustomKeyStore;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub custom_key_store_name: String,
    pub custom_key_store_type: Option<String>,
}

impl Operation for CreateCustomKeyStore {
    const NAME: &'static str = "CreateCustomKeyStore";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn recorded(input: &Input) -> Value {
        json!({ "customKeyStoreName": input.custom_key_store_name, "customKeyStoreType": input.custom_key_store_type })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<(), Error> {
        kms.authorise_without_key(call, "kms:CreateCustomKeyStore", &Facts::default())?;
        match input.custom_key_store_type.as_deref() {
            Some("EXTERNAL_KEY_STORE") => Err(Error::bare(Code::XksProxyUriUnreachable)),
            _ => Err(Error::bare(Code::CloudHsmClusterNotFound)),
        }
    }
}
