//! Regions: clients know the gateway's, the backend knows its own.
//!
//! A bucket that a client makes where it believes to be lies in the backend's Region, and is said to lie where the client
//! believes it to be. Every other Region passes as it is.

use std::ops::Range;

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::names::Region;

/// The Region whose constraint is the empty one.
const NAMELESS: &str = "us-east-1";

/// The document of a CreateBucket, for the backend. `at_home`: Regions in which the client believes the gateway to be.
pub fn of_new_bucket(document: Bytes, at_home: &[&Region], backend: &Region) -> Bytes {
    if document.is_empty() {
        return constraint(backend);
    }
    let Some(found) = find(&document) else { return document };
    let named = std::str::from_utf8(&document[found.content.clone()]).unwrap_or_default().trim();
    if !at_home.iter().any(|region| region.as_str() == named) {
        return document;
    }
    match backend.as_str() {
        NAMELESS => replace(&document, found.whole, ""),
        region => replace(&document, found.content, region),
    }
}

/// The answer to a GetBucketLocation, for the client.
pub fn of_bucket(document: Bytes, gateway: &Region, backend: &Region) -> Bytes {
    let Some(found) = find(&document) else { return document };
    let named = std::str::from_utf8(&document[found.content.clone()]).unwrap_or_default().trim();
    let is_backends = named == backend.as_str() || (named.is_empty() && backend.as_str() == NAMELESS);
    if !is_backends || gateway == backend {
        return document;
    }
    match gateway.as_str() {
        NAMELESS => replace(&document, found.content, ""),
        region => replace(&document, found.content, region),
    }
}

fn constraint(backend: &Region) -> Bytes {
    match backend.as_str() {
        NAMELESS => Bytes::new(),
        region => format!(
            "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{region}\
             </LocationConstraint></CreateBucketConfiguration>"
        )
        .into(),
    }
}

/// Where an element stands.
struct Found {
    whole: Range<usize>,
    content: Range<usize>,
}

/// The first LocationConstraint.
fn find(document: &[u8]) -> Option<Found> {
    let mut reader = Reader::from_reader(document);
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).ok();
    let mut open = None;
    loop {
        let begin = position(&reader)?;
        match reader.read_event().ok()? {
            Event::Start(start) if start.local_name().as_ref() == b"LocationConstraint" => {
                open = Some((begin, position(&reader)?));
            }
            Event::End(_) => {
                if let Some((start, content)) = open {
                    return Some(Found { whole: start..position(&reader)?, content: content..begin });
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn replace(document: &[u8], range: Range<usize>, text: &str) -> Bytes {
    [&document[..range.start], text.as_bytes(), &document[range.end..]].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name).unwrap()
    }

    fn create(document: &'static str, backend: &str) -> String {
        let home = region("eu-west-1");
        let document = of_new_bucket(Bytes::from_static(document.as_bytes()), &[&home], &region(backend));
        String::from_utf8(document.to_vec()).unwrap()
    }

    #[test]
    fn a_bucket_is_made_in_the_backends_region() {
        let document = "<C><LocationConstraint>eu-west-1</LocationConstraint><Tags/></C>";
        assert_eq!(create(document, "us-east-1"), "<C><Tags/></C>");
        assert_eq!(create(document, "eu-north-1"), "<C><LocationConstraint>eu-north-1</LocationConstraint><Tags/></C>");
        let elsewhere = "<C><LocationConstraint>ap-south-1</LocationConstraint></C>";
        assert_eq!(create(elsewhere, "us-east-1"), elsewhere);
        assert_eq!(create("", "us-east-1"), "");
        assert!(create("", "eu-north-1").contains("<LocationConstraint>eu-north-1<"));
        assert_eq!(create("<C>", "us-east-1"), "<C>");
    }

    #[test]
    fn a_bucket_is_said_to_lie_in_the_gateways_region() {
        let answer = |document: &'static str, gateway: &str, backend: &str| {
            let document = Bytes::from_static(document.as_bytes());
            String::from_utf8(of_bucket(document, &region(gateway), &region(backend)).to_vec()).unwrap()
        };
        let nameless = "<LocationConstraint xmlns=\"x\"></LocationConstraint>";
        let named = "<LocationConstraint xmlns=\"x\">eu-west-1</LocationConstraint>";
        assert_eq!(answer(nameless, "eu-west-1", "us-east-1"), named);
        assert_eq!(answer(named, "us-east-1", "eu-west-1"), nameless);
        assert_eq!(answer(named, "us-east-1", "ap-south-1"), named);
        assert_eq!(answer(nameless, "us-east-1", "us-east-1"), nameless);
    }
}
