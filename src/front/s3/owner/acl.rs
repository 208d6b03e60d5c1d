//! The backend's answer about an ACL: its owner is ours, and so is a grant to its owner.

use std::ops::Range;

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::front::s3::list::edit::{self, Edit};
use crate::names::AccountId;
use crate::policy::canonical_user_id;

/// A grantee's element, and what it says of who that is.
#[derive(Default)]
struct Grantee {
    content: usize,
    id: Option<(String, Range<usize>)>,
    display_name: Option<Range<usize>>,
    /// A group's URI, or a mail address.
    other: bool,
}

/// Where an ACL speaks of its owner.
#[derive(Default)]
struct Scan {
    owner: Option<Range<usize>>,
    owner_id: String,
    grantees: Vec<Grantee>,
}

/// The document with `account` as its owner. `None`: it is no XML.
pub fn of_answer(document: &Bytes, account: &AccountId) -> Option<Bytes> {
    let Scan { owner, owner_id, grantees } = scan(document)?;
    let id = format!("<ID>{}</ID>", canonical_user_id(account.as_str()));
    let mut edits: Vec<Edit> = owner.map(|range| edit::replace(range, super::element(account))).into_iter().collect();
    // Some backends leave the owner's id empty, or out.
    let is_owner =
        |grantee: &&Grantee| !grantee.other && grantee.id.as_ref().is_none_or(|(granted, _)| *granted == owner_id);
    for grantee in grantees.iter().filter(is_owner) {
        let place = grantee.id.as_ref().map_or(grantee.content..grantee.content, |(_, range)| range.clone());
        edits.push(edit::replace(place, id.clone()));
        edits.extend(grantee.display_name.clone().map(edit::remove));
    }
    Some(edit::apply(document, edits))
}

fn scan(xml: &[u8]) -> Option<Scan> {
    let mut reader = Reader::from_reader(xml);
    let mut scan = Scan::default();
    let mut path: Vec<(String, usize, usize)> = Vec::new();
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let begin = position(&reader);
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = String::from_utf8(start.local_name().as_ref().to_vec()).ok()?;
                if name == "Grantee" {
                    scan.grantees.push(Grantee { content: position(&reader), ..Grantee::default() });
                }
                path.push((name, begin, position(&reader)));
            }
            Event::Empty(empty) => {
                let name = String::from_utf8(empty.local_name().as_ref().to_vec()).ok()?;
                scan.close(&path, &name, "", begin..position(&reader))?;
            }
            Event::End(_) => {
                let (name, from, content) = path.pop()?;
                let text = std::str::from_utf8(xml.get(content..begin)?).ok()?;
                scan.close(&path, &name, text, from..position(&reader))?;
            }
            Event::Eof => return path.is_empty().then_some(scan),
            _ => {}
        }
    }
}

impl Scan {
    /// Notes an element at its end; `path` leads to its parent.
    fn close(&mut self, path: &[(String, usize, usize)], name: &str, text: &str, whole: Range<usize>) -> Option<()> {
        let parents: Vec<&str> = path.iter().skip(1).map(|(name, ..)| name.as_str()).collect();
        match (parents.as_slice(), name) {
            ([], "Owner") => self.owner = Some(whole),
            (["Owner"], "ID") => self.owner_id = unescaped(text)?,
            (["AccessControlList", "Grant", "Grantee"], name) => {
                let grantee = self.grantees.last_mut()?;
                match name {
                    "ID" => grantee.id = Some((unescaped(text)?, whole)),
                    "DisplayName" => grantee.display_name = Some(whole),
                    "URI" | "EmailAddress" => grantee.other |= !text.is_empty(),
                    _ => {}
                }
            }
            _ => {}
        }
        Some(())
    }
}

fn unescaped(text: &str) -> Option<String> {
    quick_xml::escape::unescape(text).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(document: &str) -> String {
        let account = AccountId::new("000000000000").unwrap();
        let id = canonical_user_id("000000000000");
        let put_right = of_answer(&Bytes::copy_from_slice(document.as_bytes()), &account).unwrap();
        std::str::from_utf8(&put_right).unwrap().replace(&id, "OURS")
    }

    #[test]
    fn the_owner_is_ours_and_others_stay() {
        let acl = |owner: &str, grantees: [&str; 2]| {
            let [first, second] = grantees;
            format!(
                "<A xmlns=\"x\">{owner}<AccessControlList><Grant><Grantee xsi:type=\"CanonicalUser\">{first}</Grantee>\
                 <Permission>FULL_CONTROL</Permission></Grant><Grant><Grantee>{second}</Grantee></Grant>\
                 </AccessControlList></A>"
            )
        };
        const OURS: &str = "<Owner><ID>OURS</ID></Owner>";
        for (owner, grantees, expected) in [
            (
                "<Owner><ID>them</ID><DisplayName>minio</DisplayName></Owner>",
                ["<ID>them</ID><DisplayName>minio</DisplayName>", "<ID>another</ID><DisplayName>x</DisplayName>"],
                ["<ID>OURS</ID>", "<ID>another</ID><DisplayName>x</DisplayName>"],
            ),
            (
                "<Owner><ID></ID><DisplayName></DisplayName></Owner>",
                ["<Type>CanonicalUser</Type>", "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>"],
                [
                    "<ID>OURS</ID><Type>CanonicalUser</Type>",
                    "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>",
                ],
            ),
            (
                "<Owner/>",
                ["<ID/>", "<EmailAddress>a@b</EmailAddress>"],
                ["<ID>OURS</ID>", "<EmailAddress>a@b</EmailAddress>"],
            ),
        ] {
            assert_eq!(answer(&acl(owner, grantees)), acl(OURS, expected));
        }
        assert_eq!(of_answer(&Bytes::from_static(b"<A>"), &AccountId::new("000000000000").unwrap()), None);
    }
}
