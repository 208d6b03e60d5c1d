//! The binding: one HMAC over the place, the record and the client's metadata.

use crate::crypto::{Secret, SecretBytes, Unauthentic, constant_time_eq, hmac_sha256};
use crate::seal::{LayerKeys, derive, length_prefixed};

use super::{ClientMetadata, Envelope, Error, Place};

impl Envelope {
    /// Whether the record and what the client set are those that were sealed for this place.
    pub fn verify_binding(&self, deks: &LayerKeys, place: &Place<'_>, metadata: &ClientMetadata) -> Result<(), Error> {
        let expected = self.compute_binding(deks, place, metadata);
        if constant_time_eq(&expected, &self.binding) { Ok(()) } else { Err(Unauthentic.into()) }
    }

    pub(super) fn compute_binding(&self, deks: &LayerKeys, place: &Place<'_>, metadata: &ClientMetadata) -> [u8; 32] {
        let key = binding_key(deks);

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

/// From all data keys together: with two layers, neither key alone can forge.
fn binding_key(deks: &LayerKeys) -> Secret<32> {
    const LABEL: &str = "sealgate/v1/envelope";
    match deks {
        LayerKeys::One(only) => only.derive(LABEL, &[]),
        LayerKeys::Two { inner, outer } => {
            let mut all = Vec::with_capacity(64);
            all.extend_from_slice(inner.secret().expose());
            all.extend_from_slice(outer.secret().expose());
            derive(SecretBytes::new(all).expose(), &[], LABEL, &[])
        }
    }
}
