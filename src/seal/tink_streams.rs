//! Writes sealed objects for stock Tink to open: `tests/clients/tink_opens.py` runs this and does the opening.

use std::fmt::Write;
use std::path::PathBuf;

use crate::crypto::{Secret, sha256};

use super::stream::{Attempt, StreamId};
use super::test_bytes::{plaintext, seal_object, seal_stream};
use super::{LayerKeys, layout};

/// Around every edge of the segments.
const PLAIN_LENS: [u64; 10] = [0, 1, 65_479, 65_480, 65_481, 65_520, 131_000, 131_001, 1_000_000, 5 * 1024 * 1024];

/// The data keys and associated data of a stream, the outermost layer first, as JSON.
fn layers_json(keys: &LayerKeys, part: u16) -> String {
    let [high, low] = part.to_be_bytes();
    let mut layers: Vec<_> = keys
        .iter()
        .map(|(layer, dek)| {
            let associated_data = hex::encode([1, layer.code(), high, low]);
            format!(r#"{{"dek": "{}", "associated_data": "{associated_data}"}}"#, hex::encode(dek.secret().expose()))
        })
        .collect();
    layers.reverse();
    layers.join(", ")
}

#[test]
#[ignore = "writes files for tests/clients/tink_opens.py, which names the folder in SEALGATE_TINK_DIR"]
fn writes_streams_for_tink() {
    let folder = PathBuf::from(std::env::var_os("SEALGATE_TINK_DIR").expect("SEALGATE_TINK_DIR names a folder"));
    let keys = [LayerKeys::one(Secret::random()), LayerKeys::two(Secret::random(), Secret::random())];
    let attempt: Attempt = [7; 16];
    let ids = [StreamId::default(), StreamId { part: 258, attempt: Some(attempt) }];

    let mut list = String::from("[");
    for plain_len in PLAIN_LENS {
        for (keys, id) in keys.iter().flat_map(|keys| ids.iter().map(move |id| (keys, id))) {
            let plain = plaintext(plain_len);
            let layers = keys.count();
            // A single-request object is written whole: its stream stands at its start.
            let stored = if id.part == 0 { seal_object(keys, &plain) } else { seal_stream(keys, id, &plain) };
            let file = format!("{plain_len}-{}-{}", layers.count(), id.part);
            std::fs::write(folder.join(&file), stored).unwrap();
            let separator = if list.len() > 1 { "," } else { "" };
            write!(
                list,
                "{separator}\n {{\"file\": \"{file}\", \"stream_len\": {}, \"plain_sha256\": \"{}\", \"layers\": [{}]}}",
                layout::stream_len(plain_len, layers),
                hex::encode(sha256(&[&plain])),
                layers_json(keys, id.part),
            )
            .unwrap();
        }
    }
    list.push_str("\n]\n");
    std::fs::write(folder.join("streams.json"), list).unwrap();
}
