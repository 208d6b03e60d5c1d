//! RotateKeyOnDemand. It is done when it is answered.

use crate::kms::rotation::{MOST_ON_DEMAND, RotationType};
use crate::kms::spec::KeyOrigin;

use super::prelude::*;

pub struct RotateKeyOnDemand;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub key_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub key_id: String,
}

impl Operation for RotateKeyOnDemand {
    const NAME: &'static str = "RotateKeyOnDemand";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({ "keyId": input.key_id })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let named = kms.resolve(call, &input.key_id, Aliases::Refused).await?;
        let key = &named.key;
        trail.touch(&key.arn);
        kms.authorise(call, "kms:RotateKeyOnDemand", key, &Facts::of(&named))?;
        key.check_symmetric_rotation()?;
        key.check_usable()?;
        if key.origin == KeyOrigin::External {
            let words = format!("No available key material pending rotation for the key: {}.", key.arn);
            return Err(Error::new(Code::InvalidState, words));
        }
        if key.on_demand.used >= MOST_ON_DEMAND {
            let words = format!(
                "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
                 performed for this key: {}",
                key.arn
            );
            return Err(Error::new(Code::LimitExceeded, words));
        }
        if !kms.rotate(key, RotationType::OnDemand, kms.now()).await? {
            return Err(Error::new(Code::Conflict, format!("{} is being changed by another request.", key.arn)));
        }
        trail.response_elements = json!({ "keyId": key.arn.to_string() });
        Ok(Output { key_id: key.arn.to_string() })
    }
}
