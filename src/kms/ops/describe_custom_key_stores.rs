//! DescribeCustomKeyStores. There are no custom key stores here yet.

use super::prelude::*;

pub struct DescribeCustomKeyStores;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub custom_key_store_id: Option<String>,
    pub custom_key_store_name: Option<String>,
    pub marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub custom_key_stores: [(); 0],
    pub truncated: bool,
}

impl Operation for DescribeCustomKeyStores {
    const NAME: &'static str = "DescribeCustomKeyStores";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "customKeyStoreId": input.custom_key_store_id, "customKeyStoreName": input.custom_key_store_name })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, _: &mut Trail) -> Result<Output, Error> {
        kms.authorise_without_key(call, "kms:DescribeCustomKeyStores", &Facts::default())?;
        // No page was followed by another.
        if input.marker.is_some() {
            return Err(Error::bare(Code::InvalidMarker));
        }
        if input.custom_key_store_id.is_some() || input.custom_key_store_name.is_some() {
            return Err(Error::bare(Code::CustomKeyStoreNotFound));
        }
        Ok(Output { custom_key_stores: [], truncated: false })
    }
}
