//! Wrapping data keys for one place and mode, and unwrapping them there.

use crate::crypto::{NONCE_LEN, Secret, Unauthentic, constant_time_eq, random};
use crate::seal::{Cipher, DataKey, Layer, LayerKeys, derive, key_commitment};

use super::{ClientMetadata, Draft, Envelope, Error, Kek, Mode, Place, SealedChecksum, WrappedLayer};

/// Wraps data keys, fresh or those of the object that is copied, and binds the record to its place and metadata.
///
/// `keks` are one for each layer, the inner one first; any other number is [`Error::Layers`].
pub fn seal_envelope(
    draft: Draft,
    keks: &[Kek<'_>],
    deks: &LayerKeys,
    place: &Place<'_>,
    metadata: &ClientMetadata,
) -> Result<Envelope, Error> {
    let Draft { mode, bucket_key, kms_key, context, shape, checksum } = draft;
    check_layers(mode, keks.len(), deks.count().count().into())?;

    let wrap = |(kek, (layer, dek)): (&Kek<'_>, (Layer, &DataKey))| wrap_dek(kek, dek, layer, mode, place);
    let layers: Vec<_> = keks.iter().zip(deks.iter()).map(wrap).collect();
    let checksum = checksum.map(|checksum| SealedChecksum::seal(&checksum, deks, &layers));
    let mut envelope = Envelope { mode, bucket_key, kms_key, context, layers, shape, checksum, binding: [0; 32] };
    envelope.binding = envelope.compute_binding(deks, place, metadata);
    Ok(envelope)
}

impl Envelope {
    /// Unwraps the data keys for the place that was asked for, and checks them against their commitments.
    ///
    /// `keks` are one for each layer, the inner one first. A wrong customer key is [`Error::Unauthentic`] too.
    pub fn unwrap_deks(&self, keks: &[impl AsRef<Secret<32>>], place: &Place<'_>) -> Result<LayerKeys, Error> {
        check_layers(self.mode, keks.len(), self.layers.len())?;
        let unwrap = |layer, at: usize| -> Result<DataKey, Error> {
            let (kek, wrapped) = keks.get(at).zip(self.layers.get(at)).ok_or(Unauthentic)?;
            Ok(unwrap_dek(kek.as_ref(), wrapped, layer, self.mode, place)?)
        };
        let inner = unwrap(Layer::Inner, 0)?;
        Ok(match self.mode {
            Mode::SseS3 | Mode::SseKms | Mode::SseC => LayerKeys::One(inner),
            Mode::DsseKms => LayerKeys::Two { inner, outer: unwrap(Layer::Outer, 1)? },
        })
    }
}

fn check_layers(mode: Mode, keks: usize, deks: usize) -> Result<(), Error> {
    let layers = mode.layers().count().into();
    if keks == layers && deks == layers { Ok(()) } else { Err(Error::Layers { keks, deks, layers }) }
}

/// The salt makes the key of this one wrap: hence the zero nonce, and no limit to what a KEK may wrap.
fn cipher(kek: &Secret<32>, salt: &[u8; 32], layer: Layer, mode: Mode, place: &Place<'_>) -> Cipher {
    let fields: [&[u8]; 4] =
        [&[layer.code()], &[mode.code()], place.bucket.as_str().as_bytes(), place.object_key.as_str().as_bytes()];
    Cipher::new(layer, &derive(kek.expose(), salt, "sealgate/v1/wrap", &fields))
}

fn wrap_dek(kek: &Kek<'_>, dek: &DataKey, layer: Layer, mode: Mode, place: &Place<'_>) -> WrappedLayer {
    let salt = random();
    let mut wrapped_dek = [0; 48];
    let (text, tag) = wrapped_dek.split_at_mut(32);
    text.copy_from_slice(dek.secret().expose());
    tag.copy_from_slice(&cipher(kek.secret, &salt, layer, mode, place).seal([0; NONCE_LEN], &[], text));
    WrappedLayer { kek_blob: kek.blob.to_vec(), salt, wrapped_dek, commitment: key_commitment(dek) }
}

fn unwrap_dek(
    kek: &Secret<32>,
    wrapped: &WrappedLayer,
    layer: Layer,
    mode: Mode,
    place: &Place<'_>,
) -> Result<DataKey, Unauthentic> {
    let mut buffer = Secret::new(wrapped.wrapped_dek);
    let dek = cipher(kek, &wrapped.salt, layer, mode, place).open([0; NONCE_LEN], &[], buffer.expose_mut())?;
    let dek = DataKey::new(Secret::from_slice(dek).ok_or(Unauthentic)?);
    // GCM alone commits to no key: without this, one wrap could be made to open to two data keys.
    if constant_time_eq(&key_commitment(&dek), &wrapped.commitment) { Ok(dek) } else { Err(Unauthentic) }
}
