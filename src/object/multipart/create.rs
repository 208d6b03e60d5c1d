//! CreateMultipartUpload: the data key is drawn, the envelope set, the record written.

use http::HeaderMap;

use super::super::error::Error;
use super::super::protection::Protected;
use super::super::put::place;
use super::super::{Objects, attributes};
use super::upload_keys::UploadKeys;
use super::upload_record::{Begun, UploadName, UploadRecord};
use crate::checksum::{Algorithm, ChecksumKind};
use crate::datakey::Protection;
use crate::envelope::{self, Mode, Shape};
use crate::identity::Permit;

/// A new upload.
pub struct Create {
    pub permit: Permit,
    pub protection: Protection,
    /// The client's headers that are stored.
    pub attributes: HeaderMap,
    /// The client's headers by which policies will decide on the parts.
    pub declared: HeaderMap,
    /// What the parts' checksums will be.
    pub checksum: Option<(Algorithm, ChecksumKind)>,
}

/// What the client gets to know of it.
pub struct Created {
    pub upload_id: String,
    pub headers: HeaderMap,
    pub protected: Protected,
}

impl Objects {
    /// Starts an upload. It exists once its record does; a failure in between gives the backend's upload up.
    pub async fn create_upload(&self, create: Create) -> Result<Created, Error> {
        let (bucket, object_key) = place(&create.permit)?;
        let sealed =
            self.envelop(&create.permit, &create.protection, &create.attributes, Shape::Multipart, None).await?;
        let encoded = sealed
            .headers
            .get(envelope::HEADER)
            .and_then(|value| value.to_str().ok())
            .ok_or(Error::Internal("an envelope that is no header"))?
            .to_owned();
        let (upload, answer) = self.create_backend_upload_with_answer((&bucket, &object_key), sealed.headers).await?;
        let name = UploadName { bucket, object_key, upload_id: upload.id().to_owned() };
        let initiator = create.permit.caller().arn();
        let begun = Begun { envelope: &encoded, declared: &create.declared, initiator, checksum: create.checksum };
        let kept = (sealed.protected.mode == Mode::SseC).then_some(&self.uploads.secret);
        let record = UploadRecord::seal(&name, &begun, &UploadKeys::of(&sealed.keys), kept)?;
        if let Err(error) = self.write_upload_record(&name, record).await {
            upload.give_up().await;
            return Err(error);
        }
        upload.keep();
        let headers = attributes::to_client(&answer);
        Ok(Created { upload_id: name.upload_id, headers, protected: sealed.protected })
    }
}
