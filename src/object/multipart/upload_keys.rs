//! What opens and closes the records of an upload, and seals the manifest of its object: derived from the data keys, which
//! alone open parts.
//!
//! S3 clients complete an upload under their own key (SSE-C) and list its parts without sending that key. So its record
//! keeps these derived keys, sealed under a key of the gateway's own: the same on all replicas. Neither the customer's key
//! nor the data key is there: who has the gateway's root key and the record learns of the parts what the manifest says,
//! their lengths and checksums.
//!
//! | bytes | in the record, in base64 |
//! |---|---|
//! | 12 | nonce |
//! | 4 * 32 | keys of the upload's record, its parts' records, the manifest, the manifest's nonce: under AES-256-GCM |
//! | 16 | tag |
//!
//! Key: of the gateway; associated data: what stands before it in the record.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::super::error::Error;
use crate::crypto::{Gcm, Secret, SecretBytes, random};
use crate::seal::{Layer, LayerKeys, Layers, ManifestKeys, SealsManifests};

pub struct UploadKeys {
    record: Secret<32>,
    parts: Secret<32>,
    pub manifest: ManifestKeys,
}

impl UploadKeys {
    pub fn of(keys: &LayerKeys) -> Self {
        let derived = |purpose: &str| keys.inner().derive(&format!("sealgate/v1/{purpose}"), &[]);
        Self { record: derived("upload-record"), parts: derived("part-record"), manifest: ManifestKeys::of(keys) }
    }

    /// Seals the upload's own record.
    pub fn of_record(&self) -> Gcm {
        Gcm::new(self.record.expose())
    }

    /// Seals the records of its parts.
    pub fn of_parts(&self) -> Gcm {
        Gcm::new(self.parts.expose())
    }

    /// Sealed for the upload's record; of one layer.
    pub fn seal(&self, gateway: &Secret<32>, before: &[u8]) -> Result<String, Error> {
        if self.manifest.layers() != Layers::One {
            return Err(Error::Internal("an upload of two layers keeps no keys"));
        }
        let (manifest, manifest_nonce) =
            (self.manifest.manifest_key(Layer::Inner), self.manifest.nonce_key(Layer::Inner));
        let mut sealed = Vec::with_capacity(4 * 32);
        for key in [&self.record, &self.parts, &manifest, &manifest_nonce] {
            sealed.extend_from_slice(key.expose());
        }
        let nonce: [u8; 12] = random();
        let tag = Gcm::new(gateway.expose()).seal_in_place(nonce, before, &mut sealed);
        Ok(BASE64.encode([&nonce[..], &sealed, &tag].concat()))
    }

    /// Out of an upload's record.
    pub fn open(text: &str, gateway: &Secret<32>, before: &[u8]) -> Result<Self, Error> {
        const DAMAGED: Error = Error::Damaged("an upload record");
        let sealed = BASE64.decode(text).map_err(|_| DAMAGED)?;
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(DAMAGED)?;
        let mut keys = SecretBytes::new(sealed.to_vec());
        let keys = Gcm::new(gateway.expose()).open_in_place(*nonce, before, keys.expose_mut())?;
        let mut each = keys.chunks_exact(32).filter_map(Secret::from_slice);
        let mut next = || each.next().ok_or(DAMAGED);
        Ok(Self { record: next()?, parts: next()?, manifest: ManifestKeys::one(next()?, next()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(keys: &impl SealsManifests) -> [Secret<32>; 2] {
        [keys.manifest_key(Layer::Inner), keys.nonce_key(Layer::Inner)]
    }

    #[test]
    fn keys_come_back_where_they_were_sealed() {
        let (keys, gateway) = (LayerKeys::random(Layers::One), Secret::random());
        let own = UploadKeys::of(&keys);
        let text = own.seal(&gateway, b"place").unwrap();
        let opened = UploadKeys::open(&text, &gateway, b"place").unwrap();
        assert_eq!(opened.record.expose(), own.record.expose());
        assert_eq!(opened.parts.expose(), own.parts.expose());
        let (kept, data) = (derived(&opened.manifest), derived(&keys));
        assert!(kept.iter().zip(&data).all(|(kept, data)| kept.expose() == data.expose()));
        assert!(UploadKeys::open(&text, &gateway, b"elsewhere").is_err());
        assert!(UploadKeys::open(&text, &Secret::random(), b"place").is_err());
        assert!(UploadKeys::open("", &gateway, b"place").is_err());
        assert!(UploadKeys::of(&LayerKeys::random(Layers::Two)).seal(&gateway, b"place").is_err());
    }

    /// Nothing that is kept is the data key.
    #[test]
    fn the_data_key_is_not_among_them() {
        let (keys, gateway) = (LayerKeys::random(Layers::One), Secret::random());
        let text = UploadKeys::of(&keys).seal(&gateway, b"").unwrap();
        let opened = UploadKeys::open(&text, &gateway, b"").unwrap();
        let dek = keys.inner().secret().expose();
        let [manifest, nonce] = derived(&opened.manifest);
        assert!([&opened.record, &opened.parts, &manifest, &nonce].iter().all(|key| key.expose() != dek));
    }
}
