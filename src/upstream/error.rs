//! What can go wrong between the gateway and the backend.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use quick_xml::events::Event;

use super::BoxError;

/// A failed exchange with the backend.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The backend answered, and said no.
    #[error("the backend refused: {0}")]
    Refused(Box<Failure>),
    /// The body that was to be sent broke: the caller's fault or a failed check, never the backend's.
    #[error("the request body broke off")]
    Body(#[source] BoxError),
    /// No connection, or it broke before an answer.
    #[error("the backend cannot be reached")]
    Unreachable(#[source] BoxError),
    /// No answer, or no byte of one, for as long as the read timeout allows.
    #[error("the backend did not answer within {0:?}")]
    TimedOut(std::time::Duration),
    /// The answer's body broke off.
    #[error("the backend's answer broke off")]
    Answer(#[source] BoxError),
    /// An answer that should be small was not.
    #[error("the backend's answer is longer than {limit} bytes")]
    AnswerTooLong { limit: usize },
    /// The embedded backend failed.
    #[error("the embedded backend failed")]
    Embedded(#[source] crate::embedded::Error),
    /// The certificate authorities of the settings are of no use.
    #[error("the certificate authorities in {path} cannot be used: {reason}")]
    Authorities { path: String, reason: String },
    /// A request that cannot be written down as HTTP.
    #[error("the request to the backend cannot be built")]
    Unbuildable(#[source] BoxError),
}

impl Error {
    /// The backend's refusal, if that is what it is.
    pub fn refused(&self) -> Option<&Failure> {
        match self {
            Self::Refused(failure) => Some(failure),
            _ => None,
        }
    }

    /// Whether the backend refused with this S3 error code.
    pub fn is_code(&self, code: &str) -> bool {
        self.refused().is_some_and(|failure| failure.code == code)
    }

    /// The backend's status, if it answered.
    pub fn status(&self) -> Option<StatusCode> {
        self.refused().map(|failure| failure.status)
    }
}

/// An answer outside 2xx.
#[derive(Clone)]
pub struct Failure {
    pub status: StatusCode,
    /// The S3 error code; for a bare answer (HEAD, 304) the code that S3 documents for its status.
    pub code: String,
    pub message: String,
    pub headers: HeaderMap,
    /// The answer's body as it came, cut at 64 KiB.
    pub body: Bytes,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

/// Headers may hold user metadata: not for logs.
impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failure").field("status", &self.status).field("code", &self.code).finish_non_exhaustive()
    }
}

impl Failure {
    /// The leaf elements directly under the error document's root, in order; none if it is not such a document.
    pub fn fields(&self) -> Vec<(String, String)> {
        leaves(&self.body).unwrap_or_default()
    }
}

/// The name of a document's root element.
pub(super) fn root(xml: &[u8]) -> Option<Vec<u8>> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => return Some(start.local_name().as_ref().to_vec()),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The names and texts of the elements directly under the root.
fn leaves(xml: &[u8]) -> Option<Vec<(String, String)>> {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let mut leaves = Vec::new();
    let (mut depth, mut open) = (0_usize, None::<(String, String)>);
    loop {
        let event = reader.read_event().ok()?;
        match event {
            Event::Start(start) => {
                depth += 1;
                let name = || String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                open = (depth == 2).then(|| (name(), String::new()));
            }
            Event::End(_) => {
                depth = depth.checked_sub(1)?;
                leaves.extend(open.take());
            }
            Event::Eof => return Some(leaves),
            event => {
                if let (Some((_, text)), Some(piece)) = (&mut open, text_of(&event)) {
                    text.push_str(&piece);
                }
            }
        }
    }
}

fn text_of(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Text(piece) => piece.decode().ok().map(Into::into),
        Event::CData(piece) => piece.decode().ok().map(Into::into),
        Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
            Some(character) => Some(character.to_string()),
            None => quick_xml::escape::resolve_predefined_entity(&reference.decode().ok()?).map(str::to_owned),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{leaves, root};

    #[test]
    fn a_document_is_what_its_root_is() {
        let blanks = " \n".repeat(2000);
        let error = format!("<?xml version=\"1.0\"?>{blanks}<Error xmlns=\"x\"><Code>InternalError</Code></Error>");
        assert_eq!(root(error.as_bytes()).unwrap(), b"Error");
        let deleted = b"<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>";
        assert_eq!(root(deleted).unwrap(), b"DeleteResult");
        assert_eq!((root(b""), root(b"no xml")), (None, None));
    }

    #[test]
    fn an_error_document_yields_its_leaves() {
        let xml = br#"<?xml version="1.0"?><Error xmlns="x"><Code>NoSuchKey</Code><Message>a &lt;b&gt; &#65;</Message>
            <Inner><Key>no</Key></Inner><Empty></Empty></Error>"#;
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let expected = [pair("Code", "NoSuchKey"), pair("Message", "a <b> A"), pair("Empty", "")];
        assert_eq!(leaves(xml).unwrap(), expected);
        assert_eq!(leaves(b"<a><b></a>"), None);
    }
}
