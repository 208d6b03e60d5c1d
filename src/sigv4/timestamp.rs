//! The three spellings of time that signed requests use.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

const BASIC: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
const EXTENDED: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
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

/// `20130524T000000Z`.
pub(super) fn basic(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC).format(BASIC).unwrap_or_default()
}

/// `2013-05-24T00:00:00Z`.
pub(super) fn extended(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC).format(EXTENDED).unwrap_or_default()
}
