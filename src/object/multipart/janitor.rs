//! What uploads leave in the system bucket when nobody completes or aborts them, or after they completed.

use super::super::Objects;
use super::super::error::Error;
use super::upload_record::UploadRecord;
use crate::upstream;

/// How long the record of an upload that the backend no longer knows is kept: a repeated Complete finds it.
const KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// How long a bucket that is not there may only be out of reach.
const BUCKET_GONE_MS: u64 = 7 * KEPT_MS;

impl Objects {
    /// Removes what belongs to no upload of the backend. Returns how many uploads were cleared.
    pub async fn clear_abandoned_uploads(&self, now_ms: u64) -> Result<usize, Error> {
        let mut cleared = 0;
        let mut after: Option<String> = None;
        let mut folder: Option<Folder> = None;
        loop {
            let (objects, more) = self.list_system_objects("uploads/", after.as_deref()).await?;
            after = objects.last().map(|object| object.key.clone());
            for object in objects {
                let Some(name) = folder_of(&object.key) else { continue };
                let newest = milliseconds(&object.last_modified);
                match folder.as_mut().filter(|folder| folder.name == name) {
                    Some(folder) => folder.newest_ms = folder.newest_ms.max(newest),
                    None => {
                        let next = Folder { name: name.to_owned(), newest_ms: newest };
                        cleared += self.clear_if_abandoned(folder.replace(next), now_ms).await?;
                    }
                }
            }
            if !more || after.is_none() {
                return Ok(cleared + self.clear_if_abandoned(folder.take(), now_ms).await?);
            }
        }
    }

    async fn clear_if_abandoned(&self, folder: Option<Folder>, now_ms: u64) -> Result<usize, Error> {
        let Some(folder) = folder else { return Ok(0) };
        // What was written lately may belong to a request that still runs.
        let age_ms = now_ms.saturating_sub(folder.newest_ms);
        if age_ms < KEPT_MS {
            return Ok(0);
        }
        match self.is_abandoned(&folder.name, age_ms).await {
            Ok(true) => self.clear_folder(&folder.name, |_| true).await.map(|()| 1),
            Ok(false) => Ok(0),
            // A record of a later version or a damaged one keeps its own folder only.
            Err(error) if !matches!(error, Error::Backend(_)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    folder = folder.name,
                    "an upload's record cannot be read; what belongs to it stays"
                );
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }

    /// Only what the backend says of the upload itself counts: another 404 may be anything's.
    async fn is_abandoned(&self, folder: &str, age_ms: u64) -> Result<bool, Error> {
        let answer = match self.read_system_object(&format!("{folder}record")).await {
            // Staged pieces without a record: a form that broke off, or an upload that was aborted half way.
            Err(error) if error.is_not_found() => return Ok(true),
            answer => answer?,
        };
        let record = UploadRecord::decode(&upstream::collect(answer.into_body(), 64 * 1024).await?)?;
        let name = record.name;
        match self.list_backend_parts(name.place(), &name.upload_id, 0, 1).await {
            Ok(_) => Ok(false),
            Err(Error::Backend(error)) if error.is_code("NoSuchUpload") => Ok(true),
            Err(Error::Backend(error)) if error.is_code("NoSuchBucket") => Ok(age_ms >= BUCKET_GONE_MS),
            Err(error) => Err(error),
        }
    }
}

/// An upload's folder in the system bucket, and when something was last written to it.
struct Folder {
    name: String,
    newest_ms: u64,
}

/// A time of a listing; what cannot be read counts as written just now.
fn milliseconds(text: &str) -> u64 {
    use time::format_description::well_known::Rfc3339;
    let parsed = time::OffsetDateTime::parse(text, &Rfc3339).ok();
    parsed.and_then(|time| u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()).unwrap_or(u64::MAX)
}

/// `uploads/<hash>/` of a name below it.
fn folder_of(name: &str) -> Option<&str> {
    let hash_end = "uploads/".len() + name.strip_prefix("uploads/")?.find('/')?;
    name.get(..=hash_end)
}
