//! An answer, read whole, and the assertions that tests make about it.

use http::{HeaderMap, StatusCode};

use super::Xml;

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// What was asked, for messages: method and target.
    pub asked: String,
    /// The body ended before it was complete: the connection broke, as it does when stored bytes do not verify.
    pub broken: bool,
}

impl Answer {
    /// Stands for a status where the connection closed without any answer.
    pub const NONE: u16 = 599;

    /// Asserts a status of 2xx.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success() && !self.broken, "{}", self.described());
        self
    }

    /// Asserts this status.
    #[track_caller]
    pub fn status(self, expected: u16) -> Self {
        assert!(self.status == expected && !self.broken, "expected {expected}: {}", self.described());
        self
    }

    /// Asserts an S3 error of this status and code, with the fields every S3 error has.
    #[track_caller]
    pub fn error(self, status: u16, code: &str) -> Xml {
        assert_eq!(self.status, status, "expected {status} {code}: {}", self.described());
        assert!(!self.body.is_empty(), "expected {status} {code} with a body: {}", self.described());
        let xml = Xml::parse(&self.body);
        assert_eq!((xml.name.as_str(), xml.find("Code")), ("Error", Some(code)), "{}", self.described());
        assert!(xml.find("RequestId").is_some_and(|id| !id.is_empty()), "no RequestId: {}", self.described());
        assert!(xml.find("Message").is_some(), "no Message: {}", self.described());
        xml
    }

    /// The XML document of a successful answer.
    #[track_caller]
    pub fn xml(self) -> Xml {
        Xml::parse(&self.ok().body)
    }

    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap_or_else(|_| panic!("{name} is not ASCII")))
    }

    /// A header's value that must be there.
    #[track_caller]
    pub fn must(&self, name: &str) -> &str {
        self.header(name).unwrap_or_else(|| panic!("no header {name}: {}", self.described()))
    }

    /// The entity tag as it stands in the header, with its quotes.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.must("etag").to_owned()
    }

    pub fn described(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(1500)]);
        format!(
            "{} -> {}{} {:?} {text}",
            self.asked,
            self.status,
            if self.broken { " (broken)" } else { "" },
            self.headers
        )
    }
}
