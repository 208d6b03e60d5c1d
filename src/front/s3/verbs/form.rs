//! `multipart/form-data` (RFC 7578) as it arrives: the fields before the file, then the file as a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes, BytesMut};
use futures::{Stream, StreamExt};
use http_body_util::BodyStream;

use crate::front::s3::S3Error;
use crate::object::{BodyFault, FORM_SLACK, Remaining};
use crate::sigv4::PostFields;
use crate::upstream::OwnBody;

/// The most that may stand before the file: S3 API reference, "POST Object".
const MAX_FIELDS: usize = 20 * 1024;

/// A form being read.
pub struct Form {
    body: BodyStream<OwnBody>,
    buffer: BytesMut,
    /// `\r\n--boundary`.
    delimiter: Bytes,
    left: Arc<Left>,
}

/// How much of the request's declared length has not been read.
pub struct Left(AtomicU64);

impl Remaining for Left {
    fn remaining(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What precedes the file's bytes.
pub struct Fields {
    pub fields: PostFields,
    /// The file's name without folders.
    pub filename: String,
}

impl Form {
    /// `content_type` names the boundary; `content_length` is the request's.
    pub fn new(body: OwnBody, content_type: &str, content_length: u64) -> Result<Self, S3Error> {
        let boundary =
            parameter(content_type, "boundary").filter(|text| (1..=70).contains(&text.len())).ok_or_else(malformed)?;
        let delimiter = Bytes::from(format!("\r\n--{boundary}"));
        // The first delimiter has no line break before it.
        let buffer = BytesMut::from(&b"\r\n"[..]);
        Ok(Self {
            body: BodyStream::new(body),
            buffer,
            delimiter,
            left: Arc::new(Left(AtomicU64::new(content_length))),
        })
    }

    pub fn left(&self) -> Arc<Left> {
        self.left.clone()
    }

    /// Reads everything before the file.
    pub async fn fields(&mut self) -> Result<Fields, S3Error> {
        let mut fields = PostFields::new();
        let mut taken = 0;
        // What stands before the first delimiter is no field.
        taken += self.until_delimiter(MAX_FIELDS).await?.len();
        loop {
            while self.buffer.len() < 2 {
                self.more().await?;
            }
            if self.buffer.starts_with(b"--") {
                let message = "POST requires exactly one file upload per request.";
                return Err(S3Error::invalid_argument(message, "file", "0"));
            }
            let head = self.until(b"\r\n\r\n", room(taken)?).await?;
            taken += head.len();
            let head = String::from_utf8(head.to_vec()).map_err(|_| malformed())?;
            let disposition = head
                .lines()
                .find_map(|line| {
                    line.split_once(':').filter(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
                })
                .map(|(_, value)| value)
                .ok_or_else(malformed)?;
            let name = parameter(disposition, "name").ok_or_else(malformed)?;
            if name.eq_ignore_ascii_case("file") {
                let filename = parameter(disposition, "filename").unwrap_or_default();
                let filename = filename.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                return Ok(Fields { fields, filename });
            }
            let value = self.until_delimiter(room(taken)?).await?;
            taken += value.len();
            fields.push(name, String::from_utf8(value.to_vec()).map_err(|_| malformed())?);
        }
    }

    /// The file's bytes, up to the delimiter behind them.
    pub fn file(self) -> impl Stream<Item = Result<BytesMut, BodyFault>> + Send {
        futures::stream::try_unfold(Some(self), |form| async move {
            let Some(mut form) = form else { return Ok(None) };
            loop {
                if let Some(at) = memchr::memmem::find(&form.buffer, &form.delimiter) {
                    let last = form.buffer.split_to(at);
                    form.buffer.clear();
                    form.drain().await;
                    return Ok(Some((last, None)));
                }
                // A delimiter may have begun in the last bytes.
                let certain = form.buffer.len().saturating_sub(form.delimiter.len() - 1);
                if certain > 0 {
                    let piece = form.buffer.split_to(certain);
                    return Ok(Some((piece, Some(form))));
                }
                if !form.read().await? {
                    return Err(BodyFault::Disconnected("the form ends without its closing boundary".into()));
                }
            }
        })
    }

    async fn until_delimiter(&mut self, limit: usize) -> Result<Bytes, S3Error> {
        let delimiter = self.delimiter.clone();
        self.until(&delimiter, limit).await
    }

    /// The bytes before `mark`; the mark is consumed.
    async fn until(&mut self, mark: &[u8], limit: usize) -> Result<Bytes, S3Error> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, mark) {
                let found = self.buffer.split_to(at).freeze();
                self.buffer.advance(mark.len());
                return Ok(found);
            }
            if self.buffer.len() > limit {
                return Err(too_long());
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), S3Error> {
        match self.read().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(malformed()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Reads on; false at the end.
    async fn read(&mut self) -> Result<bool, BodyFault> {
        loop {
            match self.body.next().await {
                None => return Ok(false),
                Some(Err(error)) => return Err(BodyFault::Disconnected(error)),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    let read = data.len() as u64;
                    let _ = self
                        .left
                        .0
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(read)));
                    self.buffer.extend_from_slice(&data);
                    return Ok(true);
                }
            }
        }
    }

    /// Reads what follows the file, which is ignored, so that the connection can go on.
    async fn drain(&mut self) {
        let mut drained = 0;
        while drained < FORM_SLACK && matches!(self.read().await, Ok(true)) {
            drained += self.buffer.len() as u64;
            self.buffer.clear();
        }
    }
}

/// A parameter of a header value such as `form-data; name="file"; filename="a.txt"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (found, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (text, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => match behind.split_once(';') {
                Some((text, behind)) => (text.trim().to_owned(), behind),
                None => (behind.trim().to_owned(), ""),
            },
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(text);
        }
        rest = behind.trim_start().strip_prefix(';').unwrap_or(behind);
    }
}

/// The text up to the closing quote, `\"` resolved, and what is behind it.
fn quoted_text(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((text, quoted.get(at + 1..)?)),
            '\\' if quoted.get(at + 1..)?.starts_with('"') => {
                text.push('"');
                characters.next();
            }
            other => text.push(other),
        }
    }
    None
}

fn room(taken: usize) -> Result<usize, S3Error> {
    MAX_FIELDS.checked_sub(taken).ok_or_else(too_long)
}

fn malformed() -> S3Error {
    let message = "The body of your POST request is not well-formed multipart/form-data.";
    S3Error::new(http::StatusCode::BAD_REQUEST, "MalformedPOSTRequest", message).close()
}

fn too_long() -> S3Error {
    let message = "Your POST request fields preceding the upload file were too large.";
    S3Error::new(http::StatusCode::BAD_REQUEST, "MaxPostPreDataLengthExceeded", message).close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Frame;
    use http_body_util::{BodyExt, StreamBody};

    const FORM: &str = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nuploads/${filename}\r\n--x\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a \\\"b\\\".txt\"\r\nContent-Type: text/plain\r\n\r\n\
        first\r\n--y\r\nsecond\r\n--x--\r\n";

    fn body(text: &str, piece: usize) -> OwnBody {
        let pieces: Vec<_> =
            text.as_bytes().chunks(piece).map(|piece| Ok(Frame::data(BytesMut::from(piece)))).collect();
        StreamBody::new(futures::stream::iter(pieces)).boxed_unsync()
    }

    async fn read(text: &str, piece: usize) -> Result<(Fields, Vec<u8>), S3Error> {
        let mut form = Form::new(body(text, piece), "multipart/form-data; boundary=x", text.len() as u64)?;
        let fields = form.fields().await?;
        let mut file = Vec::new();
        let mut stream = std::pin::pin!(form.file());
        while let Some(piece) = stream.next().await {
            file.extend_from_slice(&piece.map_err(S3Error::from)?);
        }
        Ok((fields, file))
    }

    #[tokio::test]
    async fn fields_and_file_in_pieces_of_any_size() {
        for piece in 1..40 {
            let (fields, file) = read(FORM, piece).await.unwrap();
            assert_eq!(fields.fields.get("key"), Some("uploads/${filename}"));
            assert_eq!(fields.filename, "a \"b\".txt");
            assert_eq!(file, b"first\r\n--y\r\nsecond");
        }
    }

    #[tokio::test]
    async fn a_form_that_stops_short_is_an_error() {
        for len in 0..FORM.len() - 4 {
            assert!(read(&FORM[..len], 7).await.is_err(), "{len}");
        }
    }

    #[tokio::test]
    async fn fields_are_bounded() {
        let long = FORM.replace("uploads/", &"u".repeat(MAX_FIELDS + 1));
        assert_eq!(read(&long, 4096).await.err().unwrap().code, "MaxPostPreDataLengthExceeded");
    }
}
