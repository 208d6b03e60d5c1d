//! The system's random generator for libraries that want one handed in.

use std::convert::Infallible;

use crate::crypto::random;

pub struct SystemRng;

impl rand_core::TryRng for SystemRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(random()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(random()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(32) {
            let fresh: [u8; 32] = random();
            chunk.copy_from_slice(&fresh[..chunk.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for SystemRng {}
