//! DescribeKey.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kms::authorise::Facts;
use crate::kms::error::Error;
use crate::kms::metadata::KeyMetadata;
use crate::kms::resolve::Aliases;
use crate::kms::{Call, Kms, Operation, Trail};

pub struct DescribeKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_metadata: KeyMetadata,
}

impl Operation for DescribeKey {
    const NAME: &'static str = "DescribeKey";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Accepted).await?;
        trail.touch(&named.key.arn);
        let facts = Facts::of(&named).tokens(&input.grant_tokens);
        kms.authorise(call, "kms:DescribeKey", &named.key, &facts)?;
        Ok(Output { key_metadata: KeyMetadata::of(&named.key) })
    }
}
