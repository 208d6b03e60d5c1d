//! From an envelope to the data keys it wraps.

use std::sync::Arc;

use super::Objects;
use super::error::{CustomerKeyFault, Error};
use super::stored::{Kind, Stored};
use crate::datakey::{CustomerKey, Recorded, RecordedKind};
use crate::envelope::{ClientMetadata, Envelope, Mode, Place};
use crate::identity::Permit;
use crate::names::{BucketName, ObjectKey};
use crate::seal::LayerKeys;

impl Objects {
    /// Unwraps the data keys of what stands at `bucket` and `object_key` for the caller, and verifies that the envelope
    /// was bound to this place and these client headers: false where it was not and the settings let that pass.
    pub(super) async fn unlock(
        &self,
        permit: &Permit,
        (bucket, object_key): (&BucketName, &ObjectKey),
        envelope: &Envelope,
        stored: &Stored,
        customer: Option<&CustomerKey>,
    ) -> Result<(Arc<LayerKeys>, bool), Error> {
        let keys = self.unwrap(permit, (bucket, object_key), envelope, customer).await?;
        let place = Place { bucket: self.bound_name(bucket), object_key };
        let metadata = ClientMetadata::from_headers(&stored.headers);
        let bound = envelope.verify_binding(&keys, &place, &metadata).is_ok();
        if !bound {
            if self.settings.metadata_check == super::MetadataCheck::Refuse {
                return Err(Error::Damaged("its metadata"));
            }
            tracing::warn!(%bucket, "an object's metadata is not what was sealed with it");
        }
        Ok((keys, bound))
    }

    /// Unwraps the data keys only: for uploads, whose metadata is not served.
    pub(super) async fn unwrap(
        &self,
        permit: &Permit,
        (bucket, object_key): (&BucketName, &ObjectKey),
        envelope: &Envelope,
        customer: Option<&CustomerKey>,
    ) -> Result<Arc<LayerKeys>, Error> {
        let bucket = self.bound_name(bucket);
        let kind = match envelope.mode {
            Mode::SseS3 => RecordedKind::SseS3,
            Mode::SseKms => RecordedKind::SseKms { bucket_key: envelope.bucket_key },
            Mode::DsseKms => RecordedKind::DsseKms,
            Mode::SseC => {
                let customer = customer.ok_or(CustomerKeyFault::Missing)?;
                // Whether it is the right key shows here and nowhere else: nothing of it is stored.
                let deks = envelope.unwrap_deks(&[customer.secret()], &Place { bucket, object_key });
                return Ok(Arc::new(deks.map_err(|_| CustomerKeyFault::Wrong)?));
            }
        };
        let blobs: Vec<&[u8]> = envelope.layers.iter().map(|layer| layer.kek_blob.as_slice()).collect();
        let recorded = Recorded { kind, key: envelope.kms_key.as_ref(), context: &envelope.context, blobs: &blobs };
        let keks = self.datakeys.unwrap(permit, (bucket, object_key), &recorded).await?;
        let keks: Vec<&crate::crypto::Secret<32>> = keks.iter().map(|kek| &**kek).collect();
        Ok(Arc::new(envelope.unwrap_deks(&keks, &Place { bucket, object_key })?))
    }
}

/// A customer's key must come with an object that was sealed under one, and with no other.
pub(super) fn check_customer_key(customer: Option<&CustomerKey>, kind: &Kind) -> Result<(), Error> {
    let sse_c = matches!(kind, Kind::Sealed(envelope) if envelope.mode == Mode::SseC);
    match (sse_c, customer) {
        (true, None) => Err(CustomerKeyFault::Missing.into()),
        (false, Some(_)) => Err(CustomerKeyFault::NotApplicable.into()),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}
