//! What uploads leave in the system bucket when nobody completes or aborts them, or after they completed.

use std::collections::BTreeSet;

use super::super::Objects;
use super::super::error::{Error, Fault};
use super::upload_part::no_such_upload;
use super::upload_record::UploadRecord;
use crate::upstream;

/// How long the record of an upload that the backend no longer knows is kept: a repeated Complete finds it.
const KEPT_MS: u64 = 24 * 60 * 60 * 1000;

impl Objects {
    /// Removes what belongs to no upload of the backend. Returns how many uploads were cleared.
    pub async fn clear_abandoned_uploads(&self, now_ms: u64) -> Result<usize, Error> {
        let mut cleared = 0;
        let mut after: Option<String> = None;
        let mut seen = BTreeSet::new();
        loop {
            let (names, more) = self.list_system_objects("uploads/", after.as_deref()).await?;
            for folder in names.iter().filter_map(|name| folder_of(name)) {
                if seen.insert(folder.to_owned()) && self.is_abandoned(folder, now_ms).await? {
                    self.clear_folder(folder, |_| true).await?;
                    cleared += 1;
                }
            }
            match names.into_iter().next_back() {
                Some(last) if more => after = Some(last),
                _ => return Ok(cleared),
            }
        }
    }

    async fn is_abandoned(&self, folder: &str, now_ms: u64) -> Result<bool, Error> {
        let answer = match self.read_system_object(&format!("{folder}record")).await {
            // Staged parts without a record: their upload was never acknowledged, or was aborted half way.
            Err(error) if error.is_not_found() => return Ok(true),
            answer => answer?,
        };
        let record = UploadRecord::decode(&upstream::collect(answer.into_body(), 64 * 1024).await?)?;
        if record.created_ms.saturating_add(KEPT_MS) > now_ms {
            return Ok(false);
        }
        let name = record.name;
        match self.list_backend_parts(name.place(), &name.upload_id, 0, 1).await.map_err(no_such_upload) {
            Err(Error::Caller(Fault::NoSuchUpload)) => Ok(true),
            answer => answer.map(|_| false),
        }
    }
}

/// `uploads/<hash>/` of a name below it.
fn folder_of(name: &str) -> Option<&str> {
    let hash_end = "uploads/".len() + name.strip_prefix("uploads/")?.find('/')?;
    name.get(..=hash_end)
}
