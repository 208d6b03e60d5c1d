//! A KMS key's ARN in few bytes: the account as a number, the usual key ids as 16 bytes.

use uuid::Uuid;

use crate::names::{AccountId, KeyArn, Region};
use crate::seal::Reader;

use super::varint;

const UUID: u8 = 0;
const MULTI_REGION: u8 = 1;
const TEXT: u8 = 2;

pub(super) fn encode(arn: &KeyArn, to: &mut Vec<u8>) {
    // Twelve digits, as the type says: below 2^40.
    let account: u64 = arn.account.as_str().parse().unwrap_or_default();
    to.extend_from_slice(&account.to_be_bytes()[3..]);
    varint::put_bytes(to, arn.region.as_str().as_bytes());
    match compact(&arn.key_id) {
        Some((kind, id)) => {
            to.push(kind);
            to.extend_from_slice(id.as_bytes());
        }
        None => {
            to.push(TEXT);
            varint::put_bytes(to, arn.key_id.as_bytes());
        }
    }
}

pub(super) fn decode(from: &mut Reader<'_>) -> Option<KeyArn> {
    let [a, b, c, d, e] = from.array()?;
    let account = AccountId::from_number(u64::from_be_bytes([0, 0, 0, a, b, c, d, e])).ok()?;
    let region = Region::new(varint::text(from)?).ok()?;
    let key_id = match from.byte()? {
        UUID => Uuid::from_bytes(from.array()?).hyphenated().to_string(),
        MULTI_REGION => format!("mrk-{}", Uuid::from_bytes(from.array()?).simple()),
        TEXT => varint::text(from)?.to_owned(),
        _ => return None,
    };
    KeyArn::new(region, account, &key_id).ok()
}

/// The kind and bytes of a key id that is written exactly as a UUID, or as `mrk-` and 32 hex digits.
fn compact(key_id: &str) -> Option<(u8, Uuid)> {
    let (kind, text) = match key_id.strip_prefix("mrk-") {
        Some(digits) => (MULTI_REGION, digits),
        None => (UUID, key_id),
    };
    let id = Uuid::try_parse(text).ok()?;
    let same = match kind {
        UUID => id.hyphenated().to_string() == text,
        _ => id.simple().to_string() == text,
    };
    same.then_some((kind, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_arns_come_back_and_the_usual_ones_are_short() {
        let ids = [
            ("1234abcd-12ab-34cd-56ef-1234567890ab", 32),
            ("mrk-1234abcd12ab34cd56ef1234567890ab", 32),
            ("1234ABCD-12ab-34cd-56ef-1234567890ab", 53),
            ("1234abcd12ab34cd56ef1234567890ab", 49),
            ("mrk-x", 22),
        ];
        for (id, len) in ids {
            let arn: KeyArn = format!("arn:aws:kms:us-east-1:000000000042:key/{id}").parse().unwrap();
            let mut to = Vec::new();
            encode(&arn, &mut to);
            assert_eq!(to.len(), len, "{id}");
            let mut from = Reader::new(&to);
            assert_eq!(decode(&mut from), Some(arn));
            assert_eq!(from.end(), Some(()));
        }
    }
}
