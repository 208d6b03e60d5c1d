//! The end of a sealed object: padding, sealed manifest, its length, the version.

use crate::crypto::{NONCE_LEN, TAG_LEN, Unauthentic, hmac_sha256};

use super::cipher::Cipher;
use super::layout::MAX_MANIFEST;
use super::{Error, Layer, Layers, Manifest, SealsManifests, VERSION, layout};

/// Manifest length and version, the last bytes of every sealed object.
const TRAILER_LEN: usize = 4 + 1;

/// What the end of an object gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    Manifest(Manifest),
    /// The manifest is longer than the bytes at hand: so many last bytes of the object are needed.
    Needs(u64),
}

impl Manifest {
    /// Sealed manifest, length, version. Equal manifests under equal keys are equal bytes.
    ///
    /// `commitments` are the data keys', as the envelope holds them, the inner one first.
    pub fn seal(&self, keys: &impl SealsManifests, commitments: &[[u8; 32]]) -> Vec<u8> {
        let mut sealed = self.encode();
        for &layer in layers(keys.layers()) {
            sealed = seal_layer(layer, keys, &associated_data(layer, keys.layers(), commitments), sealed);
        }
        // At most 10,001 entries of 92 bytes.
        let len = sealed.len() as u32;
        sealed.extend_from_slice(&len.to_be_bytes());
        sealed.push(VERSION);
        sealed
    }

    /// Length of [`Manifest::seal`]'s bytes.
    pub fn sealed_len(&self) -> usize {
        let layers = usize::from(self.layers.count());
        self.encode().len() + layers * (NONCE_LEN + TAG_LEN) + TRAILER_LEN
    }

    /// What follows the streams: zeros and the sealed manifest, so that the object has its lawful length. `written`
    /// bytes stand before, padded parts and a staged last part included.
    pub fn tail(&self, keys: &impl SealsManifests, commitments: &[[u8; 32]], written: u64) -> Result<Vec<u8>, Error> {
        self.check()?;
        if self.layers != keys.layers() {
            return Err(Error::Inconsistent("one data key for each layer"));
        }
        let expected = self.body_len();
        if written != expected {
            return Err(Error::Written { written, expected });
        }
        let sealed = self.seal(keys, commitments);
        let sealed_len = layout::sealed_len(self.plain_len);
        let padding = sealed_len.checked_sub(written).and_then(|left| left.checked_sub(sealed.len() as u64));
        let Some(padding) = padding else {
            return Err(Error::DoesNotFit { written, tail: sealed.len() as u64, sealed_len });
        };
        // Below 512 bytes a part: a few MiB at the very most.
        let mut tail = vec![0; padding as usize];
        tail.extend_from_slice(&sealed);
        Ok(tail)
    }

    /// Opens the manifest of an object of `sealed_len` stored bytes whose last bytes are `object_tail`.
    ///
    /// It must agree with the length law and with itself. A length field over 1 MiB, or over the object, is not
    /// believed. Errors: [`Error::Version`] and [`Error::Unauthentic`], both the stored data's.
    pub fn open(
        keys: &impl SealsManifests,
        commitments: &[[u8; 32]],
        object_tail: &[u8],
        sealed_len: u64,
    ) -> Result<Opened, Error> {
        let plain_len = layout::plain_len(sealed_len).ok_or(Unauthentic)?;
        let Some((rest, [length @ .., version])) = object_tail.split_last_chunk::<TRAILER_LEN>() else {
            return Ok(Opened::Needs(TRAILER_LEN as u64));
        };
        if *version != VERSION {
            return Err(Error::Version(*version));
        }
        let [a, b, c, d] = *length;
        let manifest_len = u32::from_be_bytes([a, b, c, d]);
        let needed = u64::from(manifest_len) + TRAILER_LEN as u64;
        if needed > MAX_MANIFEST || needed > sealed_len {
            return Err(Unauthentic.into());
        }
        let Some(start) = rest.len().checked_sub(manifest_len as usize) else { return Ok(Opened::Needs(needed)) };

        let mut sealed = rest.get(start..).ok_or(Unauthentic)?.to_vec();
        for &layer in layers(keys.layers()).iter().rev() {
            sealed = open_layer(layer, keys, &associated_data(layer, keys.layers(), commitments), sealed)?;
        }
        let manifest = Self::decode(&sealed).ok_or(Unauthentic)?;
        manifest.check().map_err(|_| Unauthentic)?;
        let agrees = manifest.plain_len == plain_len
            && manifest.layers == keys.layers()
            && manifest.body_len().checked_add(needed).is_some_and(|least| least <= sealed_len);
        if agrees { Ok(Opened::Manifest(manifest)) } else { Err(Unauthentic.into()) }
    }
}

/// Version, layer count, layer, commitments: only what no copy or rewrap changes.
fn associated_data(layer: Layer, layers: Layers, commitments: &[[u8; 32]]) -> Vec<u8> {
    [&[VERSION, layers.count(), layer.code()], commitments.as_flattened()].concat()
}

/// The inner one first.
fn layers(count: Layers) -> &'static [Layer] {
    match count {
        Layers::One => &[Layer::Inner],
        Layers::Two => &[Layer::Inner, Layer::Outer],
    }
}

/// Nonce, ciphertext, tag. The nonce comes from the text itself, so that no two texts share one.
fn seal_layer(layer: Layer, keys: &impl SealsManifests, aad: &[u8], mut text: Vec<u8>) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&hmac_sha256(keys.nonce_key(layer).expose(), &[&text])[..NONCE_LEN]);
    let tag = Cipher::new(layer, &keys.manifest_key(layer)).seal(nonce, aad, &mut text);
    [nonce.as_slice(), &text, &tag].concat()
}

fn open_layer(
    layer: Layer,
    keys: &impl SealsManifests,
    aad: &[u8],
    mut sealed: Vec<u8>,
) -> Result<Vec<u8>, Unauthentic> {
    let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>().ok_or(Unauthentic)?;
    Cipher::new(layer, &keys.manifest_key(layer)).open(*nonce, aad, text)?;
    sealed.truncate(sealed.len() - TAG_LEN);
    sealed.drain(..NONCE_LEN);
    Ok(sealed)
}
