//! How many requests a read costs at the backend: of an object that the gateway has never read at most one more than a
//! plain store's, of one that it has read none more.

use crate::support::client::Call;
use crate::support::meter::Meter;
use crate::support::sse::SSE;
use crate::support::{Gateway, MIN_PART, S3, bytes};

/// A section of an object, and what it costs cold in one piece and in parts.
struct Section {
    name: &'static str,
    ask: fn(Call) -> Call,
    /// First byte and length within (one piece, parts).
    wanted: fn(&[u8], bool) -> std::ops::Range<usize>,
    cold: (usize, usize),
}

const FAR: usize = 8 << 20;
/// Of both objects; the parts are cut in the middle.
const SIZE: usize = FAR + (2 << 20);

const SECTIONS: [Section; 10] = [
    Section { name: "whole", ask: |call| call, wanted: |plain, _| 0..plain.len(), cold: (1, 2) },
    Section { name: "near", ask: |call| call.range("100-65635"), wanted: |_, _| 100..65_636, cold: (1, 2) },
    Section { name: "first 8 MiB", ask: |call| call.range("0-8388607"), wanted: |_, _| 0..FAR, cold: (1, 2) },
    Section {
        name: "from the second part",
        ask: |call| call.range("5300000-5365535"),
        wanted: |_, _| 5_300_000..5_365_536,
        cold: (1, 2),
    },
    Section {
        name: "open",
        ask: |call| call.range("6000000-"),
        wanted: |plain, _| 6_000_000..plain.len(),
        cold: (1, 2),
    },
    Section {
        name: "far",
        ask: |call| call.range("8500000-8565535"),
        wanted: |_, _| 8_500_000..8_565_536,
        cold: (2, 2),
    },
    Section { name: "suffix", ask: |call| call.range("-9000"), wanted: |plain, _| last(plain, 9_000), cold: (1, 1) },
    Section {
        name: "long suffix",
        ask: |call| call.range("-900000"),
        wanted: |plain, _| last(plain, 900_000),
        cold: (2, 2),
    },
    Section {
        name: "part 1",
        ask: |call| call.query("partNumber", "1"),
        wanted: |plain, parts| 0..if parts { MIN_PART } else { plain.len() },
        cold: (2, 2),
    },
    Section {
        name: "the last part",
        ask: |call| call,
        wanted: |plain, parts| if parts { MIN_PART..plain.len() } else { 0..plain.len() },
        cold: (1, 2),
    },
];

fn last(plain: &[u8], len: usize) -> std::ops::Range<usize> {
    plain.len() - len..plain.len()
}

/// Writes the same bytes in one piece, "single", and in two parts, "parts".
async fn write(s3: &S3, bucket: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let plain = bytes(1, SIZE);
    let mut put = s3.put(bucket, "single", plain.clone());
    for (name, value) in headers {
        put = put.header(name, value);
    }
    put.send().await.ok();
    s3.put_parts(bucket, "parts", headers, &[&plain[..MIN_PART], &plain[MIN_PART..]]).await;
    plain
}

/// Reads a section and returns how many requests that took.
async fn cost(gateway: &Gateway, meter: &Meter, bucket: &str, key: &str, section: &Section, plain: &[u8]) -> usize {
    let path = format!("/{bucket}/{key}");
    let (_, before) = meter.reads(&path, meter.sent().len());
    let call = (section.ask)(gateway.s3().get(bucket, key));
    let call = match section.name {
        "the last part" if key == "parts" => call.query("partNumber", "2"),
        _ => call,
    };
    let answer = call.send().await;
    assert!(answer.status.is_success() && !answer.broken, "{key}, {}: {}", section.name, answer.described());
    assert!(answer.body == plain[(section.wanted)(plain, key == "parts")], "{key}, {}", section.name);
    meter.reads(&path, before).0
}

#[tokio::test]
async fn cold_and_warm() {
    let Some((mut gateway, meter)) = Meter::gateway(&[]).await else { return };
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("cost").await;
    let plain = write(&s3, &bucket, &[]).await;
    let mut seen = Vec::new();
    for section in &SECTIONS {
        gateway = gateway.restart().await;
        for (key, cold) in [("single", section.cold.0), ("parts", section.cold.1)] {
            let first = cost(&gateway, &meter, &bucket, key, section, &plain).await;
            let again = cost(&gateway, &meter, &bucket, key, section, &plain).await;
            seen.push((section.name, key, (first, again), (cold, 1)));
        }
    }
    // One read makes every other warm.
    for section in SECTIONS.iter().filter(|section| section.name != "part 1") {
        for key in ["single", "parts"] {
            let warm = cost(&gateway, &meter, &bucket, key, section, &plain).await;
            seen.push((section.name, key, (1, warm), (1, 1)));
        }
    }
    let wrong: Vec<_> = seen.iter().filter(|(_, _, seen, expected)| seen != expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_head_makes_ranges_of_one_piece_warm() {
    let Some((gateway, meter)) = Meter::gateway(&[]).await else { return };
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("cost").await;
    let plain = bytes(1, SIZE);
    s3.put(&bucket, "single", plain.clone()).send().await.ok();
    s3.head(&bucket, "single").send().await.ok();
    for section in SECTIONS.iter().filter(|section| section.name == "far" || section.name == "long suffix") {
        assert_eq!(cost(&gateway, &meter, &bucket, "single", section, &plain).await, 1, "{}", section.name);
    }
}

#[tokio::test]
async fn two_layers_too() {
    let Some((gateway, meter)) = Meter::gateway(&[]).await else { return };
    let s3 = S3 { watch: None, ..gateway.s3() };
    let bucket = s3.bucket("cost").await;
    let plain = write(&s3, &bucket, &[(SSE, "aws:kms:dsse")]).await;
    let far = SECTIONS.iter().find(|section| section.name == "far").unwrap();
    for key in ["single", "parts"] {
        assert_eq!(cost(&gateway, &meter, &bucket, key, far, &plain).await, 2, "{key}");
        for section in SECTIONS.iter().filter(|section| !section.name.contains("part 1")) {
            assert_eq!(cost(&gateway, &meter, &bucket, key, section, &plain).await, 1, "{key}, {}", section.name);
        }
    }
}
