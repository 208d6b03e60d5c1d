//! Walking a bucket's entries: prefix, delimiter, page length, and where the next page begins.
//!
//! Entries come in the order of their keys' bytes. A common prefix is skipped by one seek, however many keys it holds.

use sqlx::sqlite::SqliteConnection;

use super::Error;
use super::index::{Bucket, Cursor, Entry, Listing, batch};

/// Lines in one read of the index, where nothing is skipped.
const BATCH: i64 = 1000;

/// Lines in one read after a common prefix: the rest of them may be under that prefix too.
const SHORT_BATCH: i64 = 16;

pub(super) struct Walk<'a> {
    pub bucket: &'a Bucket,
    pub listing: Listing,
    pub prefix: &'a str,
    /// Empty: none.
    pub delimiter: &'a str,
    /// Entries and common prefixes together.
    pub limit: usize,
}

#[derive(Default)]
pub(super) struct Page {
    pub entries: Vec<Entry>,
    pub prefixes: Vec<String>,
    /// Where the page ends, if more follows.
    pub last: Option<Last>,
}

/// The last line of a page that is not the last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Last {
    Entry { key: String, id: i64, name: String },
    Prefix(String),
}

impl Walk<'_> {
    pub(super) async fn page(&self, connection: &mut SqliteConnection, from: Cursor) -> Result<Page, Error> {
        let mut page = Page::default();
        if self.limit == 0 {
            return Ok(page);
        }
        let end = successor(self.prefix.as_bytes());
        let mut cursor = not_before(from, self.prefix.as_bytes());
        // Keys below this bound are under a common prefix that the page has already.
        let mut skip: Vec<u8> = Vec::new();
        let mut last = None;
        let mut limit = if self.delimiter.is_empty() { BATCH } else { SHORT_BATCH };
        loop {
            let inside = inside(&cursor);
            let entries = batch(connection, self.bucket, self.listing, &cursor, end.as_deref(), limit).await?;
            let exhausted = i64::try_from(entries.len()).is_ok_and(|count| count < limit);
            cursor = entries.last().map_or(cursor, |entry| self.after(entry));
            for entry in entries {
                if entry.key.as_bytes() < skip.as_slice() {
                    continue;
                }
                if page.entries.len() + page.prefixes.len() == self.limit {
                    page.last = last;
                    return Ok(page);
                }
                match self.common_prefix(&entry.key) {
                    Some(prefix) => {
                        skip = successor(prefix.as_bytes()).unwrap_or_else(|| vec![0xff]);
                        last = Some(Last::Prefix(prefix.to_owned()));
                        page.prefixes.push(prefix.to_owned());
                    }
                    None => {
                        last = Some(Last::Entry { key: entry.key.clone(), id: entry.id, name: entry.name.clone() });
                        page.entries.push(entry);
                    }
                }
            }
            match inside {
                // The entries of one key are through; the next key follows.
                Some(key) if exhausted => cursor = Cursor::At(next_key(&key)),
                None if exhausted => return Ok(page),
                _ => {}
            }
            let sought = not_before(cursor.clone(), &skip);
            limit = if sought == cursor { BATCH.min(limit * 4) } else { SHORT_BATCH };
            cursor = sought;
        }
    }

    /// The key up to and with the first delimiter after the prefix.
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.get(self.prefix.len()..)?;
        let at = rest.find(self.delimiter)?;
        key.get(..self.prefix.len() + at + self.delimiter.len())
    }

    fn after(&self, entry: &Entry) -> Cursor {
        let key = entry.key.as_bytes();
        match self.listing {
            Listing::Objects => Cursor::At(next_key(key)),
            Listing::Versions => Cursor::Version(key.to_vec(), entry.id),
            Listing::Uploads => Cursor::Upload(key.to_vec(), entry.name.clone()),
        }
    }

    /// The first key after a marker. A marker that is itself a common prefix ends a page: its keys were told already.
    pub(super) fn after_marker(&self, marker: &str) -> Vec<u8> {
        if marker.starts_with(self.prefix) && self.common_prefix(marker) == Some(marker) {
            return successor(marker.as_bytes()).unwrap_or_else(|| vec![0xff]);
        }
        next_key(marker.as_bytes())
    }
}

/// The least key above `key`.
pub(super) fn next_key(key: &[u8]) -> Vec<u8> {
    [key, b"\0"].concat()
}

/// The least string of bytes above all that begin with `prefix`; none for the empty prefix.
pub(super) fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut bound = prefix.to_vec();
    while let Some(last) = bound.pop() {
        if let Some(next) = last.checked_add(1) {
            bound.push(next);
            return Some(bound);
        }
    }
    None
}

/// The key inside which a cursor stands.
fn inside(cursor: &Cursor) -> Option<Vec<u8>> {
    match cursor {
        Cursor::At(_) => None,
        Cursor::Version(key, _) | Cursor::Upload(key, _) => Some(key.clone()),
    }
}

fn not_before(cursor: Cursor, bound: &[u8]) -> Cursor {
    let (Cursor::At(key) | Cursor::Version(key, _) | Cursor::Upload(key, _)) = &cursor;
    if key.as_slice() < bound { Cursor::At(bound.to_vec()) } else { cursor }
}
