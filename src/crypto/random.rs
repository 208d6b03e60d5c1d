//! Random bytes of the system's generator, by aws-lc-rs.

use std::cell::RefCell;

/// `N` fresh random bytes, for salts, identifiers and other values that may be seen.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// `N` fresh random bytes, at most [`AHEAD`], for names of requests and events alone: they come from a store that was drawn
/// ahead and lies in memory, for a tenth of the time that a draw of their own takes.
pub fn random_id<const N: usize>() -> [u8; N] {
    const { assert!(N <= AHEAD) };
    DRAWN.with_borrow_mut(|(drawn, used)| {
        if *used + N > AHEAD {
            fill(drawn);
            *used = 0;
        }
        let mut bytes = [0; N];
        bytes.copy_from_slice(&drawn[*used..*used + N]);
        *used += N;
        bytes
    })
}

/// What a thread draws at once for [`random_id`].
const AHEAD: usize = 1024;

thread_local! {
    /// And how much of it is used.
    static DRAWN: RefCell<([u8; AHEAD], usize)> = const { RefCell::new(([0; AHEAD], AHEAD)) };
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_id_comes_twice() {
        let ids: HashSet<[u8; 16]> = (0..1000).map(|_| random_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(!ids.contains(&[0; 16]));
    }
}
