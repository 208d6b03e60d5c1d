//! The keys of a manifest, derived from the data keys: they open and seal manifests, and nothing of what an object holds.

use super::{DataKey, Layer, LayerKeys, Layers};
use crate::crypto::Secret;

/// What manifests are sealed and opened with: the data keys, or what is derived from them for this alone.
pub trait SealsManifests: Sync {
    fn layers(&self) -> Layers;

    fn manifest_key(&self, layer: Layer) -> Secret<32>;

    /// By which the nonce comes from the text.
    fn nonce_key(&self, layer: Layer) -> Secret<32>;
}

impl SealsManifests for LayerKeys {
    fn layers(&self) -> Layers {
        self.count()
    }

    fn manifest_key(&self, layer: Layer) -> Secret<32> {
        data_key(self, layer).derive("sealgate/v1/manifest", &[&[layer.code()]])
    }

    fn nonce_key(&self, layer: Layer) -> Secret<32> {
        data_key(self, layer).derive("sealgate/v1/manifest-nonce", &[&[layer.code()]])
    }
}

fn data_key(keys: &LayerKeys, layer: Layer) -> &DataKey {
    match (layer, keys.outer()) {
        (Layer::Outer, Some(outer)) => outer,
        (Layer::Inner | Layer::Outer, _) => keys.inner(),
    }
}

/// Derived keys without the data keys that they come from.
#[derive(Debug)]
pub struct ManifestKeys {
    inner: Pair,
    outer: Option<Pair>,
}

#[derive(Debug)]
struct Pair {
    manifest: Secret<32>,
    nonce: Secret<32>,
}

impl ManifestKeys {
    pub fn of(keys: &LayerKeys) -> Self {
        let pair = |layer| Pair { manifest: keys.manifest_key(layer), nonce: keys.nonce_key(layer) };
        Self { inner: pair(Layer::Inner), outer: keys.outer().map(|_| pair(Layer::Outer)) }
    }

    /// Of an object of one layer.
    pub fn one(manifest: Secret<32>, nonce: Secret<32>) -> Self {
        Self { inner: Pair { manifest, nonce }, outer: None }
    }

    fn pair(&self, layer: Layer) -> &Pair {
        match (layer, &self.outer) {
            (Layer::Outer, Some(outer)) => outer,
            (Layer::Inner | Layer::Outer, _) => &self.inner,
        }
    }
}

impl SealsManifests for ManifestKeys {
    fn layers(&self) -> Layers {
        if self.outer.is_some() { Layers::Two } else { Layers::One }
    }

    fn manifest_key(&self, layer: Layer) -> Secret<32> {
        self.pair(layer).manifest.duplicate()
    }

    fn nonce_key(&self, layer: Layer) -> Secret<32> {
        self.pair(layer).nonce.duplicate()
    }
}
