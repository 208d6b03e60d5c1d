//! What the alias actions demand of a name.

use crate::names::{AccountId, Region};

use super::error::{Code, Error};
use super::store::Partition;

/// How many aliases a key may have.
const MOST_PER_KEY: usize = 50;

/// Whether a key may have one more. `partition` is the key's.
pub fn check_count(partition: Option<&Partition>, key_id: &str) -> Result<(), Error> {
    let aliases = partition.into_iter().flat_map(|partition| partition.aliases.values());
    if aliases.filter(|alias| alias.key_id == key_id).count() < MOST_PER_KEY {
        return Ok(());
    }
    Err(Error::bare(Code::LimitExceeded))
}

/// A name that a customer may make, change or remove.
pub fn check_name(name: &str) -> Result<(), Error> {
    let Some(rest) = name.strip_prefix("alias/") else {
        return Err(Error::validation(
            "Alias must start with the prefix \"alias/\". Please see \
             https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ));
    };
    if rest.starts_with("aws/") {
        return Err(Error::bare(Code::NotAuthorized));
    }
    // The model's pattern admits a colon, which an alias has not.
    if rest.is_empty() || rest.contains(':') {
        return Err(Error::validation(format!("{name} contains invalid characters for an alias")));
    }
    Ok(())
}

pub fn arn(account: &AccountId, region: &Region, name: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:{name}")
}

pub fn not_found(arn: &str) -> Error {
    Error::new(Code::NotFound, format!("Alias {arn} is not found."))
}
