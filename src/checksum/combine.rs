//! Checksums of whole objects out of their parts' checksums.

use super::Algorithm;

/// The full-object checksum from (value, plaintext length) of each part, in order. None for algorithms that cannot be
/// combined, and for a value of the wrong length.
pub fn combine<'a>(algorithm: Algorithm, parts: impl Iterator<Item = (&'a [u8], u64)>) -> Option<Vec<u8>> {
    let _ = (algorithm, parts);
    todo!()
}

/// The checksum of the concatenated part checksums, without the "-N" that S3 writes behind it.
pub fn composite<'a>(algorithm: Algorithm, part_values: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let _ = (algorithm, part_values);
    todo!()
}
