//! The binding: one HMAC over the place, the record and the client's metadata.

use crate::crypto::{SecretBytes, Unauthentic, constant_time_eq, hmac_sha256};
use crate::seal::{LayerKeys, derive, length_prefixed};

use super::{ClientMetadata, Envelope, Error, Place};

impl Envelope {
    /// Whether the record and what the client set are those that were sealed for this place.
    pub fn verify_binding(&self, deks: &LayerKeys, place: &Place<'_>, metadata: &ClientMetadata) -> Result<(), Error> {
        let expected = self.compute_binding(deks, place, metadata);
        if constant_time_eq(&expected, &self.binding) { Ok(()) } else { Err(Unauthentic.into()) }
    }

    pub(super) fn compute_binding(&self, deks: &LayerKeys, place: &Place<'_>, metadata: &ClientMetadata) -> [u8; 32] {
        // All data keys together: with two layers, neither key alone can forge.
        let mut all = Vec::with_capacity(64);
        deks.iter().for_each(|(_, dek)| all.extend_from_slice(dek.expose()));
        let all = SecretBytes::new(all);
        let key = derive::<32>(all.expose(), &[], "sealgate/v1/envelope", &[]);

        let mut bound = Vec::with_capacity(1024);
        length_prefixed(&mut bound, place.bucket.as_str().as_bytes());
        length_prefixed(&mut bound, place.object_key.as_str().as_bytes());
        length_prefixed(&mut bound, &self.bound_bytes());
        for (name, value) in metadata.iter() {
            length_prefixed(&mut bound, name.as_bytes());
            length_prefixed(&mut bound, value);
        }
        hmac_sha256(key.expose(), &[&bound])
    }
}
