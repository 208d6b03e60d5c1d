//! ACLs that would open something to everyone: Block Public Access refuses them.

use http::{HeaderMap, StatusCode};

use super::S3Error;

const GRANTS: [&str; 5] = [
    "x-amz-grant-read",
    "x-amz-grant-write",
    "x-amz-grant-read-acp",
    "x-amz-grant-write-acp",
    "x-amz-grant-full-control",
];

/// Groups that anybody belongs to.
const EVERYONE: [&str; 2] = ["/global/AllUsers", "/global/AuthenticatedUsers"];

/// Whether headers set a public ACL.
pub fn in_headers(headers: &HeaderMap) -> bool {
    let is_public = |canned: &str| canned.starts_with("public-") || canned == "authenticated-read";
    headers.iter().any(|(name, value)| {
        let text = || String::from_utf8_lossy(value.as_bytes());
        match name.as_str() {
            "x-amz-acl" => text().split(',').any(|canned| is_public(canned.trim())),
            name => GRANTS.contains(&name) && names_everyone(&text()),
        }
    })
}

/// Whether a document of an ACL is public. One that cannot be read is, and so is one with markup that no ACL needs, by which
/// a group's name can be taken apart.
pub fn in_document(document: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(document) else { return true };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let text = match text.strip_prefix("<?xml ") {
        Some(declared) => declared.split_once("?>").map_or(declared, |(_, text)| text),
        None => text,
    };
    let text = if text.contains("<!") || text.contains("<?") { None } else { quick_xml::escape::unescape(text).ok() };
    text.is_none_or(|text| names_everyone(&text))
}

/// The refusal of a new bucket with a public ACL: its Block Public Access begins with it.
pub fn of_new_bucket() -> S3Error {
    let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
    S3Error::new(StatusCode::BAD_REQUEST, "InvalidBucketAclWithBlockPublicAccessError", message)
}

fn names_everyone(text: &str) -> bool {
    EVERYONE.iter().any(|group| text.contains(group))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn public_acls_are_known() {
        let public = |name: &'static str, value: &'static str| {
            in_headers(&HeaderMap::from_iter([(http::HeaderName::from_static(name), HeaderValue::from_static(value))]))
        };
        assert!(public("x-amz-acl", "public-read") && public("x-amz-acl", "public-read-write"));
        assert!(public("x-amz-acl", "authenticated-read"));
        assert!(!public("x-amz-acl", "private") && !public("x-amz-acl", "bucket-owner-full-control"));
        assert!(public("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""));
        assert!(!public("x-amz-grant-read", "id=\"79a59d\""));
        assert!(in_document(b"<URI>http://acs.amazonaws.com/groups/global/All&#85;sers</URI>"));
        for split in ["<![CDATA[ers]]>", "<!-- -->ers", "<?x?>ers"] {
            let uri = format!("<?xml version='1.0'?>\n<URI>http://acs.amazonaws.com/groups/global/AllUs{split}</URI>");
            assert!(in_document(uri.as_bytes()), "{uri}");
        }
        assert!(!in_document(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><AccessControlPolicy/>"));
        assert!(!in_document(b"<AccessControlPolicy><Owner><ID>o</ID></Owner></AccessControlPolicy>"));
    }
}
