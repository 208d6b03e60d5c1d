//! The bytes of a manifest, as the module documentation of `seal` lays them down.

use crate::checksum::Algorithm;

use super::reader::Reader;
use super::{ChecksumKind, FullChecksum, Layers, Manifest, PartEntry};

const HAS_ATTEMPT: u8 = 1;
const HAS_CHECKSUM: u8 = 2;
const STAGED: u8 = 4;

/// What one entry takes at most; the layout's padding reckons with 96.
const MAX_ENTRY: usize = 2 + 1 + 8 + 16 + 1 + 64;
const _: () = assert!(MAX_ENTRY <= 96);

impl Manifest {
    /// The plaintext bytes of a manifest that passed `check`.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(96 + self.parts.len() * MAX_ENTRY);
        to.push(self.layers.count());
        to.extend_from_slice(&self.plain_len.to_be_bytes());
        match &self.checksum {
            Some(checksum) => checksum.encode(&mut to),
            None => to.push(0),
        }
        // `check` allows at most 10,001 parts.
        to.extend_from_slice(&(self.parts.len() as u16).to_be_bytes());
        self.parts.iter().for_each(|part| part.encode(&mut to));
        to
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let layers = Layers::from_count(from.byte()?)?;
        let plain_len = u64::from_be_bytes(from.array()?);
        let checksum = match from.byte()? {
            0 => None,
            code => Some(FullChecksum::decode(code, &mut from)?),
        };
        let count = u16::from_be_bytes(from.array()?);
        let parts = (0..count).map(|_| PartEntry::decode(&mut from)).collect::<Option<_>>()?;
        from.end()?;
        Some(Self { plain_len, layers, parts, checksum })
    }
}

impl FullChecksum {
    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.push(self.algorithm.code());
        to.push(match self.kind {
            ChecksumKind::Composite => 1,
            ChecksumKind::FullObject => 2,
        });
        to.extend_from_slice(&self.value);
    }

    /// What follows the algorithm's `code`.
    pub(crate) fn decode(code: u8, from: &mut Reader<'_>) -> Option<Self> {
        let algorithm = Algorithm::from_code(code)?;
        let kind = match from.byte()? {
            1 => ChecksumKind::Composite,
            2 => ChecksumKind::FullObject,
            _ => return None,
        };
        let value = from.take(algorithm.value_len())?.to_vec();
        Some(Self { algorithm, kind, value })
    }
}

impl PartEntry {
    fn encode(&self, to: &mut Vec<u8>) {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        to.extend_from_slice(&self.number.to_be_bytes());
        to.push(
            flag(self.attempt.is_some(), HAS_ATTEMPT)
                | flag(self.checksum.is_some(), HAS_CHECKSUM)
                | flag(self.staged, STAGED),
        );
        to.extend_from_slice(&self.plain_len.to_be_bytes());
        if let Some(attempt) = &self.attempt {
            to.extend_from_slice(attempt);
        }
        if let Some(checksum) = &self.checksum {
            to.push(checksum.len() as u8); // `check` allows at most 64.
            to.extend_from_slice(checksum);
        }
    }

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = u16::from_be_bytes(from.array()?);
        let flags = from.byte()?;
        if flags & !(HAS_ATTEMPT | HAS_CHECKSUM | STAGED) != 0 {
            return None;
        }
        let plain_len = u64::from_be_bytes(from.array()?);
        let attempt = if flags & HAS_ATTEMPT != 0 { Some(from.array()?) } else { None };
        let checksum = if flags & HAS_CHECKSUM != 0 {
            let len = from.byte()?;
            Some(from.take(len.into())?.to_vec())
        } else {
            None
        };
        Some(Self { number, plain_len, attempt, checksum, staged: flags & STAGED != 0 })
    }
}
