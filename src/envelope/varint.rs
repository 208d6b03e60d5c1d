//! Numbers and byte strings of variable length.

use crate::seal::Reader;

/// Appends `number` in groups of seven bits, the lowest first, the top bit set on all but the last byte.
pub(super) fn put_number(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Appends `bytes` after their number.
pub(super) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

pub(super) fn number(from: &mut Reader<'_>) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..63).step_by(7) {
        let byte = from.byte()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None // 2^63 or more: nothing here is so large.
}

/// A byte string; it borrows, so that a length that lies allocates nothing.
pub(super) fn bytes<'a>(from: &mut Reader<'a>) -> Option<&'a [u8]> {
    let len = usize::try_from(number(from)?).ok()?;
    from.take(len)
}

pub(super) fn text<'a>(from: &mut Reader<'a>) -> Option<&'a str> {
    str::from_utf8(bytes(from)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, (1 << 63) - 1] {
            let mut to = Vec::new();
            put_number(&mut to, value);
            let mut from = Reader::new(&to);
            assert_eq!(number(&mut from), Some(value));
            assert_eq!(from.end(), Some(()));
        }
    }

    #[test]
    fn hostile_lengths_are_no_length() {
        assert_eq!(number(&mut Reader::new(&[0xff; 20])), None);
        assert_eq!(number(&mut Reader::new(&[0x80])), None);
        assert_eq!(bytes(&mut Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1])), None);
    }
}
