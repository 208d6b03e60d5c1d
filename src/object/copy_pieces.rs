//! A copy beyond the backend's limit for one request: the same stored bytes as parts of a backend upload.

use http::header::{HeaderMap, HeaderValue};

use super::Objects;
use super::copy::{Copy, CopyResult, now, source_changed};
use super::error::Error;
use super::put::place;
use super::read::Unlocked;

/// The usual longest piece, in bytes. Where that makes too many, they are longer.
const PIECE: u64 = 1024 * 1024 * 1024;
const MOST_PIECES: u64 = 10_000;

impl Objects {
    /// A stored object beyond the backend's limit for one copy: the same bytes as parts of a backend upload.
    pub(super) async fn copy_in_pieces(
        &self,
        copy: &Copy,
        unlocked: &Unlocked,
        mut headers: HeaderMap,
        source: HeaderMap,
    ) -> Result<(HeaderMap, CopyResult), Error> {
        let (bucket, object_key) = place(&copy.permit)?;
        if headers.remove("x-amz-tagging-directive").is_none_or(|directive| directive != "REPLACE")
            && let Some(tags) = self.source_tags(copy, unlocked.stored.version()).await?
        {
            headers.insert("x-amz-tagging", tags);
        }
        let upload = self.create_backend_upload((&bucket, &object_key), headers).await?;
        let stored_len = unlocked.stored.stored_len;
        let piece = PIECE.min(self.settings.max_backend_copy).max(stored_len.div_ceil(MOST_PIECES));
        let copied = async {
            let mut parts = Vec::new();
            for (number, start) in (1_u16..).zip((0..stored_len).step_by(piece as usize)) {
                let end = stored_len.min(start + piece) - 1;
                let mut headers = source.clone();
                let range = HeaderValue::from_str(&format!("bytes={start}-{end}"));
                headers.insert("x-amz-copy-source-range", range.map_err(|_| Error::Internal("a range"))?);
                parts.push((
                    number,
                    self.copy_backend_part((&bucket, &object_key), upload.id(), number, headers).await?,
                ));
            }
            let conditions = copy.conditions.for_backend(self.forms(&bucket), None);
            self.complete_backend_upload((&bucket, &object_key), upload.id(), &parts, conditions).await
        };
        match copied.await {
            Ok(answer) => {
                upload.keep();
                let etag = answer.get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
                Ok((answer, CopyResult { etag, last_modified: now() }))
            }
            Err(error) => {
                upload.give_up().await;
                Err(source_changed(error))
            }
        }
    }
}
