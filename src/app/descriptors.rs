//! File descriptors: enough for the connections that may be, or fewer connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What else the process opens: files, databases, its own sockets.
const OTHERS: u64 = 100;

/// Asks for all descriptors that the process may have. Returns how many clients' connections they are enough for, at most
/// `wanted`: each may have one to the backend beside it.
pub fn make_room(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let enough = enough_for(getrlimit(Resource::Nofile).current, wanted);
    if enough < wanted {
        tracing::warn!(
            wanted,
            enough,
            "fewer connections than `max_connections`: too few files may be open (ulimit -n)"
        );
    }
    enough
}

fn enough_for(descriptors: Option<u64>, wanted: usize) -> usize {
    let Some(descriptors) = descriptors else { return wanted };
    let pairs = descriptors.saturating_sub(OTHERS) / 2;
    usize::try_from(pairs).unwrap_or(usize::MAX).clamp(1, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_descriptors_for_each_connection_and_some_for_the_rest() {
        assert_eq!(enough_for(None, 10_000), 10_000);
        assert_eq!(enough_for(Some(1_048_576), 10_000), 10_000);
        assert_eq!(enough_for(Some(1100), 10_000), 500);
        assert_eq!(enough_for(Some(10), 10_000), 1);
        make_room(1);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
