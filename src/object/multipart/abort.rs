//! AbortMultipartUpload: the backend's upload first, then record and staged parts.

use super::super::Objects;
use super::super::error::{Error, Fault};
use super::super::put::place;
use super::upload_part::no_such_upload;
use super::upload_record::UploadName;
use crate::identity::Permit;
use crate::upstream::Request;

impl Objects {
    /// Gives an upload up.
    pub async fn abort_upload(&self, permit: &Permit, upload_id: &str) -> Result<(), Error> {
        let (bucket, object_key) = place(permit)?;
        let name = UploadName { bucket, object_key, upload_id: upload_id.to_owned() };
        // The record of a completed upload stays for a day: only the backend knows whether the upload lives.
        match self.upload_record(&name).await {
            // The backend's alone: of a request of ours that a crash cut short.
            Err(Error::Caller(Fault::NoSuchUpload)) => {
                self.list_backend_parts(name.place(), upload_id, 0, 1).await.map_err(no_such_upload)?;
            }
            record => drop(record?),
        }
        let request = Request::new(http::Method::DELETE)
            .object(&name.bucket, &name.object_key)
            .query("uploadId", name.upload_id.as_str());
        let answer = self.upstream.expect(request).await.map_err(Error::from).map_err(no_such_upload);
        let answer = match answer {
            Ok(_) => Ok(()),
            // MinIO answers an abort of what is gone with success; others with 404. Both leave nothing to keep.
            Err(Error::Caller(Fault::NoSuchUpload)) => return Err(Fault::NoSuchUpload.into()),
            Err(error) => Err(error),
        };
        answer?;
        self.clear_upload(&name).await
    }

    /// Removes everything that the system bucket holds of an upload.
    pub(super) async fn clear_upload(&self, name: &UploadName) -> Result<(), Error> {
        self.forget_upload(name).await;
        self.clear_folder(&name.folder(), |_| true).await
    }

    /// Removes the objects below `folder` that `which` picks.
    pub(in crate::object) async fn clear_folder(
        &self,
        folder: &str,
        which: impl Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let mut after: Option<String> = None;
        loop {
            let (objects, more) = self.list_system_objects(folder, after.as_deref()).await?;
            let doomed: Vec<&str> = objects.iter().map(|object| object.key.as_str()).filter(|key| which(key)).collect();
            self.delete_system_objects(&doomed).await?;
            match objects.into_iter().next_back() {
                Some(last) if more => after = Some(last.key),
                _ => return Ok(()),
            }
        }
    }
}
