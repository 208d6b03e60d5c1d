//! Documents in and out: a writer, and the requests that clients send.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use super::bounded::{Fields, List};
use crate::checksum::{Algorithm, decode_value};
use crate::front::s3::S3Error;
use crate::object::{NamedPart, unquote};

/// S3's namespace.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A document being written.
pub struct Document(String);

impl Document {
    /// Opens the root element, in S3's namespace.
    pub fn new(root: &str) -> Self {
        Self(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">"))
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: impl std::fmt::Display) {
        let text = text.to_string();
        // XML 1.0 has no control characters, not even escaped.
        let legal: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')).collect();
        let _ = write!(self.0, "<{name}>{}</{name}>", quick_xml::escape::escape(legal.as_str()));
    }

    /// An ETag within quotes.
    pub fn etag(&mut self, tag: &str) {
        self.text("ETag", format!("\"{tag}\""));
    }

    /// An element that is made already.
    pub fn raw(&mut self, element: &str) {
        self.0.push_str(element);
    }

    pub fn open(&mut self, name: &str) {
        let _ = write!(self.0, "<{name}>");
    }

    pub fn close(&mut self, name: &str) {
        let _ = write!(self.0, "</{name}>");
    }

    /// Closes the root.
    pub fn finish(mut self, root: &str) -> String {
        self.close(root);
        self.0
    }
}

/// An element within a document of somebody else's.
pub struct Fragment(Document);

impl Fragment {
    pub fn new(name: &str) -> Self {
        Self(Document(format!("<{name}>")))
    }

    pub fn text(&mut self, name: &str, text: impl std::fmt::Display) {
        self.0.text(name, text);
    }

    pub fn finish(self, name: &str) -> String {
        self.0.finish(name)
    }
}

/// The client's list of parts.
pub fn named_parts(xml: &[u8]) -> Result<Vec<NamedPart>, S3Error> {
    #[derive(Deserialize)]
    struct Complete {
        #[serde(rename = "Part", default)]
        parts: List<Fields, 10_000>,
    }
    let complete: Complete = parse(xml)?;
    if complete.parts.0.is_empty() {
        return Err(S3Error::malformed_xml());
    }
    complete.parts.0.iter().map(|fields| named_part(&fields.0)).collect()
}

fn named_part(fields: &BTreeMap<String, String>) -> Result<NamedPart, S3Error> {
    let field = |name: &str| fields.get(name).ok_or_else(S3Error::malformed_xml);
    let number = field("PartNumber")?;
    let number: i64 = number.trim().parse().map_err(|_| S3Error::malformed_xml())?;
    let number = u16::try_from(number).ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
        let message = "PartNumber must be >= 1 and <= 10000";
        S3Error::invalid_argument(message, "PartNumber", number.to_string())
    })?;
    let mut checksum = None;
    for algorithm in Algorithm::ALL {
        let Some(text) = fields.get(&super::request::checksum_element(algorithm)) else { continue };
        let value = decode_value(algorithm, text.trim().as_bytes()).ok_or_else(S3Error::malformed_xml)?;
        if checksum.replace((algorithm, value)).is_some() {
            return Err(S3Error::malformed_xml());
        }
    }
    Ok(NamedPart { number, etag: unquote(field("ETag")?).to_owned(), checksum })
}

/// One object that a client wants deleted.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DoomedObject {
    pub key: String,
    pub version_id: Option<String>,
    #[serde(rename = "ETag")]
    pub etag: Option<String>,
    pub last_modified_time: Option<String>,
    pub size: Option<String>,
}

/// The client's DeleteObjects document.
#[derive(Deserialize)]
pub struct Delete {
    #[serde(rename = "Object", default, deserialize_with = "objects")]
    pub objects: Vec<DoomedObject>,
    #[serde(rename = "Quiet", default)]
    pub quiet: bool,
}

fn objects<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<DoomedObject>, D::Error> {
    List::<DoomedObject, 1000>::deserialize(deserializer).map(|list| list.0)
}

/// A client's document; anything that does not have its shape is MalformedXML.
pub fn parse<T: for<'de> Deserialize<'de>>(xml: &[u8]) -> Result<T, S3Error> {
    let text = std::str::from_utf8(xml).map_err(|_| S3Error::malformed_xml())?;
    quick_xml::de::from_str(text).map_err(|_| S3Error::malformed_xml())
}

/// A time in milliseconds since 1970 as S3 writes it.
pub fn time(ms: u64) -> String {
    let format =
        time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let at = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    at.ok().and_then(|at| at.format(&format).ok()).unwrap_or_default()
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    u64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_with_their_checksums() {
        let xml = br#"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
            <Part><ETag>"aa-1"</ETag><PartNumber>1</PartNumber><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>
            <Part><PartNumber>2</PartNumber><ETag>&quot;bb-1&quot;</ETag></Part></CompleteMultipartUpload>"#;
        let parts = named_parts(xml).unwrap();
        assert_eq!((parts[0].number, parts[0].etag.as_str()), (1, "aa-1"));
        assert_eq!(parts[0].checksum, Some((Algorithm::Crc32, vec![0; 4])));
        assert_eq!((parts[1].number, parts[1].etag.as_str()), (2, "bb-1"));
    }

    #[test]
    fn what_is_no_list_of_parts_is_malformed() {
        for xml in [
            "",
            "<CompleteMultipartUpload/>",
            "<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part>",
        ] {
            assert_eq!(named_parts(xml.as_bytes()).unwrap_err().code, "MalformedXML", "{xml}");
        }
    }

    /// Of a list that is too long, and of an element with too many others, no more is read than is allowed.
    #[test]
    fn a_small_document_makes_no_large_structure() {
        let part = "<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>";
        let parts = |count| format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", part.repeat(count));
        assert_eq!(named_parts(parts(10_000).as_bytes()).unwrap().len(), 10_000);
        assert!(named_parts(parts(10_001).as_bytes()).is_err());
        let fields: String = (0..17).map(|n| format!("<A{n}/>")).collect();
        let fields = part.replace("</Part>", &format!("{fields}</Part>"));
        assert!(named_parts(format!("<C>{fields}</C>").as_bytes()).is_err());
        let delete = |count| format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(count));
        assert_eq!(parse::<Delete>(delete(1000).as_bytes()).unwrap().objects.len(), 1000);
        assert!(parse::<Delete>(delete(1001).as_bytes()).is_err());
        // The rest is not even looked at.
        let endless = delete(1001).replace("</Delete>", "<");
        assert!(parse::<Delete>(endless.as_bytes()).is_err());
    }

    #[test]
    fn times_have_milliseconds() {
        assert_eq!(time(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
    }
}
