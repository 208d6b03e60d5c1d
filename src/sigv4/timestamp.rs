//! The three spellings of time that signed requests use.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

const BASIC: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// RFC 1123, the only form of `Date` that HTTP senders may make.
const HTTP: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// `20130524T000000Z`, exactly.
pub(super) fn parse_basic(text: &str) -> Option<OffsetDateTime> {
    // The description would also take a sign before the year.
    (text.len() == 16).then(|| PrimitiveDateTime::parse(text, BASIC).ok()).flatten().map(PrimitiveDateTime::assume_utc)
}

/// `Fri, 24 May 2013 00:00:00 GMT`.
pub(super) fn parse_http(text: &str) -> Option<OffsetDateTime> {
    PrimitiveDateTime::parse(text, HTTP).ok().map(PrimitiveDateTime::assume_utc)
}

/// `20130524T000000Z`. From the other form, which the library writes in a fifth of the time that a description of its own
/// takes.
pub(super) fn basic(time: OffsetDateTime) -> String {
    let mut text = extended(time);
    text.retain(|mark| !matches!(mark, '-' | ':'));
    text
}

/// `2013-05-24T00:00:00Z`.
pub(super) fn extended(time: OffsetDateTime) -> String {
    let whole = time.to_offset(UtcOffset::UTC).replace_nanosecond(0).ok();
    whole.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A signature covers the text that the client sent, where only its date is looked at.
        #[test]
        fn a_time_has_one_basic_text(text in "[0-9+-]{4}(0[1-9]|1[0-2])[0-3][0-9][Tt][0-2][0-9][0-6][0-9][0-6][0-9][Zz]") {
            if let Some(time) = parse_basic(&text) {
                prop_assert_eq!(basic(time), text);
            }
        }
    }
}
