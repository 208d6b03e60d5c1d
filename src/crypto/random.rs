//! Random bytes of the system's generator, by aws-lc-rs.

/// `N` fresh random bytes, for salts, identifiers and other values that may be seen.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Seeds the generator on a thread of its own. It measures the processor's jitter for that, some 30 ms that a start need
/// not wait for.
pub fn seed_early() {
    std::thread::spawn(random::<1>);
}

/// Overwrites `bytes` with fresh random ones.
#[expect(clippy::expect_used, reason = "without randomness no key can be made: the process must not go on")]
pub(super) fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the system's random generator works");
}
