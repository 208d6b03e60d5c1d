//! Changes to a listing, as replacements of byte ranges.

use std::ops::Range;

use bytes::Bytes;

use super::scan::{Entry, Scan};
use crate::object::{etag_to_client, unquote};
use crate::seal::layout;

/// A range of the document and what takes its place.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    range: Range<usize>,
    text: String,
}

pub fn replace(range: Range<usize>, text: String) -> Edit {
    Edit { range, text }
}

pub fn remove(range: Range<usize>) -> Edit {
    Edit { range, text: String::new() }
}

/// A sealed object as its client knows it: the plaintext's size, an ETag that is no MD5, no checksum of ciphertext.
pub fn put_right(entry: &Entry) -> Vec<Edit> {
    let mut edits: Vec<Edit> = entry.checksums.iter().cloned().map(remove).collect();
    if let Some((sealed_len, range)) = &entry.size {
        match layout::plain_len(*sealed_len) {
            Some(plain_len) => edits.push(Edit { range: range.clone(), text: plain_len.to_string() }),
            None => tracing::warn!(sealed_len, "a sealed object's length is not one of the length law"),
        }
    }
    if let Some((etag, range)) = &entry.etag {
        let etag = etag_to_client(unquote(etag));
        edits.push(Edit { range: range.clone(), text: format!("&quot;{}&quot;", quick_xml::escape::escape(&*etag)) });
    }
    edits
}

/// Removes a bucket from the list of buckets.
pub fn hide_bucket(scan: &Scan, name: &str) -> Vec<Edit> {
    scan.buckets.iter().filter(|(known, _)| known == name).map(|(_, range)| remove(range.clone())).collect()
}

/// The document with its edits, which do not overlap.
pub fn apply(document: &Bytes, mut edits: Vec<Edit>) -> Bytes {
    if edits.is_empty() {
        return document.clone();
    }
    edits.sort_by_key(|edit| edit.range.start);
    let mut edited = Vec::with_capacity(document.len());
    let mut done = 0;
    for Edit { range, text } in edits {
        edited.extend_from_slice(&document[done..range.start]);
        edited.extend_from_slice(text.as_bytes());
        done = range.end;
    }
    edited.extend_from_slice(&document[done..]);
    edited.into()
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::*;

    #[test]
    fn only_the_facts_of_ciphertext_change() {
        let sealed = layout::sealed_len(1_000_000);
        let before = format!(
            "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\"><Contents><Key>k</Key><Size>{sealed}</Size><ETag>&#34;\
             336311a016184326ddbdd61edd4eeb52&#34;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Unheard a='1'>\
             <!-- of --></Unheard></Contents><Contents><Key>l</Key><ETag>\"336311a016184326ddbdd61edd4eeb52-2\"</ETag>\
             </Contents></ListBucketResult>"
        );
        let found = scan(before.as_bytes()).unwrap();
        let edits = found.entries.iter().flat_map(put_right).collect();
        let after = apply(&before.into(), edits);
        assert_eq!(
            std::str::from_utf8(&after).unwrap(),
            "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\"><Contents><Key>k</Key><Size>1000000</Size><ETag>&quot;\
             336311a016184326ddbdd61edd4eeb52-0&quot;</ETag><Unheard a='1'><!-- of --></Unheard></Contents><Contents>\
             <Key>l</Key><ETag>&quot;336311a016184326ddbdd61edd4eeb52-2&quot;</ETag></Contents></ListBucketResult>"
        );
    }

    #[test]
    fn the_system_bucket_is_left_out() {
        let before = "<R><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>a</Name><X>1</X></Bucket><Bucket><CreationDate/>\
                      <Name>sealgate-system</Name></Bucket><Bucket><Name>z</Name></Bucket></Buckets></R>";
        let found = scan(before.as_bytes()).unwrap();
        let after = apply(&before.into(), hide_bucket(&found, "sealgate-system"));
        let expected = "<R><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>a</Name><X>1</X></Bucket><Bucket><Name>z</Name>\
                        </Bucket></Buckets></R>";
        assert_eq!(after, expected);
    }
}
