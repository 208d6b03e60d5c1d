//! In tests: the public half of a key that Wycheproof keeps the private half of. It verifies with the very functions that
//! whole keys verify with.

use crate::kms::spec::{KeySpec, SigningAlgorithm};

use super::{Fault, Message, ecc, ed25519, ml_dsa, rsa};

pub struct PublicHalf {
    pub spec: KeySpec,
    /// In the form that the whole key verifies with.
    pub public: Vec<u8>,
}

impl PublicHalf {
    pub fn verify(&self, algorithm: SigningAlgorithm, message: Message<'_>, signature: &[u8]) -> Result<(), Fault> {
        match (self.spec, message) {
            (KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096, message) => {
                rsa::verify(&self.public, algorithm, message, signature)
            }
            (KeySpec::EccNistEdwards25519, Message::Raw(message)) => ed25519::verify(&self.public, message, signature),
            (KeySpec::MlDsa44 | KeySpec::MlDsa65 | KeySpec::MlDsa87, Message::Raw(message)) => {
                ml_dsa::verify(self.spec, &self.public, message, signature)
            }
            (spec, message) => {
                ecc::curve(spec).ok_or(Fault::Unsupported)?.verify(&self.public, algorithm, message, signature)
            }
        }
    }
}
