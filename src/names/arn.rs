//! Amazon Resource Names of the kinds that the gateway makes and reads.

use std::fmt;
use std::str::FromStr;

use super::{AccountId, InvalidName, Region};

/// `arn:aws:kms:<region>:<account>:key/<key id>`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KeyArn {
    pub region: Region,
    pub account: AccountId,
    /// The key id: a UUID, or `mrk-` and 32 hex digits.
    pub key_id: std::sync::Arc<str>,
}

impl fmt::Display for KeyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:aws:kms:{}:{}:key/{}", self.region, self.account, self.key_id)
    }
}

impl FromStr for KeyArn {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid =
            || InvalidName { kind: "key ARN", reason: "expected arn:aws:kms:<region>:<account>:key/<key id>" };
        let mut pieces = text.strip_prefix("arn:aws:kms:").ok_or_else(invalid)?.splitn(3, ':');
        let region = Region::new(pieces.next().ok_or_else(invalid)?)?;
        let account = AccountId::new(pieces.next().ok_or_else(invalid)?)?;
        let key_id = pieces.next().and_then(|rest| rest.strip_prefix("key/")).ok_or_else(invalid)?;
        if key_id.is_empty() || key_id.contains(['/', ':']) {
            return Err(invalid());
        }
        Ok(Self { region, account, key_id: key_id.into() })
    }
}

/// `arn:aws:iam::<account>:<resource>`, where the resource is `root`, `user/<name>` or `role/<name>`.
pub fn principal_arn(account: &AccountId, resource: &str) -> String {
    format!("arn:aws:iam::{account}:{resource}")
}
