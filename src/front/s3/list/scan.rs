//! Finds the places in a listing that speak of ciphertext. Reads, never writes.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// What a listing holds, with byte ranges of the document.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Whether keys are URL-encoded within their elements.
    pub url_encoded: bool,
    /// Objects and versions, in order. Delete markers have nothing to put right.
    pub entries: Vec<Entry>,
    /// Checksum elements of multipart uploads.
    pub upload_checksums: Vec<Range<usize>>,
    pub uploads: Vec<Upload>,
    /// Whole elements that tell who owns something.
    pub owners: Vec<Range<usize>>,
    /// The first owner's id, unescaped.
    pub owner_id: Option<String>,
    /// Names of buckets and their whole elements.
    pub buckets: Vec<(String, Range<usize>)>,
}

/// One object or version.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// As it stands in its element, unescaped.
    pub key: String,
    pub version_id: Option<String>,
    pub size: Option<(u64, Range<usize>)>,
    /// With its quotes.
    pub etag: Option<(String, Range<usize>)>,
    /// Whole elements that tell of the backend's checksum.
    pub checksums: Vec<Range<usize>>,
}

/// One multipart upload that is not completed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// As it stands in its element, unescaped.
    pub key: String,
    pub upload_id: String,
    /// The whole element.
    pub initiator: Option<Range<usize>>,
}

impl Scan {
    /// An object key as its element has it, without the listing's encoding. `None`: its encoding is broken.
    pub fn decoded<'a>(&self, key: &'a str) -> Option<Cow<'a, str>> {
        if !self.url_encoded {
            return Some(Cow::Borrowed(key));
        }
        // Form encoding: a space is a plus.
        let spaced = key.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
        Some(Cow::Owned(decoded))
    }
}

/// An open element.
struct Open {
    name: String,
    /// Where its start tag begins, and where it ends.
    begin: usize,
    content: usize,
}

/// Scans a whole document. `None`: it is not XML.
pub fn scan(xml: &[u8]) -> Option<Scan> {
    let mut reader = Reader::from_reader(xml);
    let mut scan = Scan::default();
    let mut path: Vec<Open> = Vec::new();
    loop {
        let begin = position(&reader);
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = String::from_utf8(start.local_name().as_ref().to_vec()).ok()?;
                if path.len() == 1 && is_entry(&name) {
                    scan.entries.push(Entry::default());
                }
                if path.len() == 1 && name == "Upload" {
                    scan.uploads.push(Upload::default());
                }
                path.push(Open { name, begin, content: position(&reader) });
            }
            Event::Empty(empty) if matches!(empty.local_name().as_ref(), b"Owner" | b"Initiator") => {
                let name = String::from_utf8(empty.local_name().as_ref().to_vec()).ok()?;
                let end = position(&reader);
                scan.close(&path, &Open { name, begin, content: end }, "", end, end)?;
            }
            Event::End(_) => {
                let open = path.pop()?;
                let text = std::str::from_utf8(xml.get(open.content..begin)?).ok()?;
                scan.close(&path, &open, text, begin, position(&reader))?;
            }
            Event::Eof => return path.is_empty().then_some(scan),
            _ => {}
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn is_entry(name: &str) -> bool {
    matches!(name, "Contents" | "Version")
}

impl Scan {
    /// Notes an element at its end; `path` leads to its parent.
    fn close(&mut self, path: &[Open], open: &Open, text: &str, content_end: usize, end: usize) -> Option<()> {
        let (content, whole) = (open.content..content_end, open.begin..end);
        let parents: Vec<&str> = path.iter().skip(1).map(|open| open.name.as_str()).collect();
        match (parents.as_slice(), open.name.as_str()) {
            ([], "EncodingType") => self.url_encoded = text == "url",
            ([] | ["Contents" | "Version" | "DeleteMarker" | "Upload"], "Owner") => self.owners.push(whole),
            ([.., "Owner"], "ID") if self.owner_id.is_none() => self.owner_id = Some(unescape(text)?),
            (["Upload"], "Key") => self.uploads.last_mut()?.key = unescape(text)?,
            (["Upload"], "UploadId") => self.uploads.last_mut()?.upload_id = unescape(text)?,
            (["Upload"], "Initiator") => self.uploads.last_mut()?.initiator = Some(whole),
            ([parent], name) if is_entry(parent) => self.entries.last_mut()?.note(name, text, content, whole)?,
            (["Upload"], "ChecksumAlgorithm" | "ChecksumType") => self.upload_checksums.push(whole),
            (["Buckets"], "Bucket") => {
                // Its name was noted before it ended.
                if let Some((_, range)) = self.buckets.last_mut() {
                    *range = whole;
                }
            }
            (["Buckets", "Bucket"], "Name") => self.buckets.push((unescape(text)?, whole)),
            _ => {}
        }
        Some(())
    }
}

impl Entry {
    fn note(&mut self, name: &str, text: &str, content: Range<usize>, whole: Range<usize>) -> Option<()> {
        match name {
            "Key" => self.key = unescape(text)?,
            "VersionId" => self.version_id = Some(unescape(text)?),
            "Size" => self.size = text.parse().ok().map(|size| (size, content)),
            "ETag" => self.etag = Some((unescape(text)?, content)),
            "ChecksumAlgorithm" | "ChecksumType" => self.checksums.push(whole),
            _ => {}
        }
        Some(())
    }
}

fn unescape(text: &str) -> Option<String> {
    quick_xml::escape::unescape(text).ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_and_delete_markers_are_not() {
        let xml = "<?xml version=\"1.0\"?><ListVersionsResult xmlns=\"x\"><Name>b</Name><Version><Key>a&amp;b</Key>\
                   <VersionId>v1</VersionId><Size>7</Size><New><Key>inner</Key></New></Version><DeleteMarker><Key>c</Key>\
                   <Size>0</Size></DeleteMarker></ListVersionsResult>";
        let scan = scan(xml.as_bytes()).unwrap();
        assert_eq!(scan.entries.len(), 1);
        let entry = &scan.entries[0];
        assert_eq!((entry.key.as_str(), entry.version_id.as_deref()), ("a&b", Some("v1")));
        let (size, range) = entry.size.clone().unwrap();
        assert_eq!((size, &xml[range]), (7, "7"));
    }

    #[test]
    fn url_encoding_is_undone_once() {
        let xml = "<R><Contents><Key>a%2Bb+c%2525</Key></Contents><EncodingType>url</EncodingType></R>";
        let scan = scan(xml.as_bytes()).unwrap();
        assert!(scan.url_encoded);
        let key = &scan.entries[0].key;
        assert_eq!(scan.decoded(key).unwrap(), "a+b c%25");
        assert_eq!(Scan::default().decoded(key).unwrap(), "a%2Bb+c%2525");
    }

    #[test]
    fn what_is_not_xml_is_no_listing() {
        for broken in ["<R><Contents></R>", "<R>", "</R>", "<R><Contents><Key>&bad;</Key></Contents></R>"] {
            assert_eq!(scan(broken.as_bytes()), None, "{broken}");
        }
    }
}
