//! Secret bytes: zeroized when dropped, redacted when printed, neither `Clone` nor `Serialize`.

use std::fmt;

use zeroize::Zeroize;

/// `N` secret bytes. They live on the heap, so that moving the value leaves no copy behind.
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Takes `bytes` over and erases the caller's array, which is the argument itself.
    pub fn new(mut bytes: [u8; N]) -> Self {
        let secret = Self(Box::new(bytes));
        bytes.zeroize();
        secret
    }

    /// Fresh bytes of the system's random generator.
    pub fn random() -> Self {
        let mut secret = Self(Box::new([0; N]));
        super::random::fill(secret.0.as_mut_slice());
        secret
    }

    /// The bytes of `slice`, where it has exactly `N`.
    pub fn from_slice(slice: &[u8]) -> Option<Self> {
        if slice.len() != N {
            return None;
        }
        let mut secret = Self(Box::new([0; N]));
        secret.0.copy_from_slice(slice);
        Some(secret)
    }

    /// A secret that `fill` writes in place.
    pub fn filled(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0);
        secret
    }

    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    /// For transformations in place.
    pub fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }

    /// A second copy of the bytes: explicit, since every copy is one more to lose.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<const N: usize> AsRef<Self> for Secret<N> {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{N}>(redacted)")
    }
}

/// Secret bytes of any length, with the rules of [`Secret`].
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// `len` fresh bytes of the system's random generator.
    pub fn random(len: usize) -> Self {
        let mut secret = Self(vec![0; len]);
        super::random::fill(&mut secret.0);
        secret
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// For transformations in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A second copy of the bytes: explicit, since every copy is one more to lose.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_byte() {
        assert_eq!(format!("{:?}", Secret::new([7u8; 4])), "Secret<4>(redacted)");
        assert_eq!(format!("{:?}", SecretBytes::new(vec![7; 4])), "SecretBytes(redacted)");
    }

    #[test]
    fn a_slice_of_another_length_is_no_secret() {
        assert!(Secret::<32>::from_slice(&[1; 31]).is_none());
        assert_eq!(Secret::<2>::from_slice(&[1, 2]).unwrap().expose(), &[1, 2]);
    }

    #[test]
    fn random_secrets_differ() {
        assert_ne!(Secret::<32>::random().expose(), Secret::<32>::random().expose());
        assert_ne!(SecretBytes::random(32).expose(), SecretBytes::random(32).expose());
    }
}
