//! Pages of a listing: a limit, and an opaque marker that names the last entry of the page before.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::{Code, Error};

pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins. `None`: this is the last.
    pub next_marker: Option<String>,
}

/// What a listing takes: `largest` is the action's own cap, `usual` its page without a limit.
#[derive(Clone, Copy)]
pub struct Limits {
    pub usual: usize,
    pub largest: usize,
}

/// One page of `entries`, which come in ascending order of their names.
pub fn page<'a, T>(
    entries: impl Iterator<Item = (&'a str, T)>,
    marker: Option<&str>,
    limit: Option<u32>,
    limits: Limits,
) -> Result<Page<T>, Error> {
    let limit = limit.map_or(limits.usual, |limit| (limit as usize).clamp(1, limits.largest));
    let after = marker.map(read).transpose()?;
    let mut rest = entries.skip_while(|(name, _)| after.as_deref().is_some_and(|after| *name <= after)).peekable();
    let mut items = Vec::new();
    let mut last = "";
    while items.len() < limit {
        let Some((name, item)) = rest.next() else { break };
        last = name;
        items.push(item);
    }
    let next_marker = rest.peek().map(|_| URL_SAFE_NO_PAD.encode(last));
    Ok(Page { items, next_marker })
}

fn read(marker: &str) -> Result<String, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| Error::bare(Code::InvalidMarker))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { usual: 2, largest: 3 };

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let names = ["a", "b", "c", "d", "e"];
        let entries = || names.iter().map(|name| (*name, *name));
        let first = page(entries(), None, None, LIMITS).unwrap();
        assert_eq!(first.items, ["a", "b"]);
        let second = page(entries(), first.next_marker.as_deref(), Some(1000), LIMITS).unwrap();
        assert_eq!(second.items, ["c", "d", "e"]);
        assert_eq!(second.next_marker, None);
    }

    #[test]
    fn a_marker_of_a_removed_entry_goes_on_behind_it() {
        let first = page([("a", 1), ("b", 2), ("c", 3)].into_iter(), None, Some(2), LIMITS).unwrap();
        let second = page([("a", 1), ("c", 3)].into_iter(), first.next_marker.as_deref(), None, LIMITS).unwrap();
        assert_eq!(second.items, [3]);
    }

    #[test]
    fn a_foreign_marker_is_refused() {
        let error = page([("a", 1)].into_iter(), Some("!"), None, LIMITS).err().unwrap();
        assert_eq!(error.code(), Code::InvalidMarker);
    }
}
