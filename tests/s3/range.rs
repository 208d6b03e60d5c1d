//! Ranges: every form, at every boundary, of objects in one piece and in parts.

use crate::support::{Gateway, MIN_PART, S3, bytes};

/// Checks `range` of an object that holds `plain`.
async fn check(s3: &S3, bucket: &str, key: &str, plain: &[u8], range: &str) {
    let answer = s3.get(bucket, key).range(range).send().await;
    let total = plain.len();
    let (first, last) = range.split_once('-').unwrap();
    let wanted = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first < total => Some((first, last.min(total - 1))),
        (Ok(first), Err(_)) if first < total => Some((first, total - 1)),
        (Err(_), Ok(count)) if count > 0 && total > 0 => Some((total.saturating_sub(count), total - 1)),
        _ => None,
    };
    match wanted {
        Some((first, last)) => {
            let answer = answer.status(206);
            assert_eq!(answer.must("content-range"), format!("bytes {first}-{last}/{total}"), "{range} of {total}");
            assert_eq!(answer.must("content-length"), (last - first + 1).to_string(), "{range} of {total}");
            assert!(answer.body == plain[first..=last], "{range} of {total}");
        }
        None => {
            if answer.header("content-range").is_some() {
                assert_eq!(answer.must("content-range"), format!("bytes */{total}"));
            }
            answer.error(416, "InvalidRange");
        }
    }
}

#[tokio::test]
async fn of_an_object_in_one_piece() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("range").await;
    for size in [0, 1, 100, 65_480, 65_481, 131_001, 200_000] {
        let plain = bytes(size as u64, size);
        s3.put(&bucket, "k", plain.clone()).send().await.ok();
        for range in [
            "0-0",
            "0-",
            "0-99",
            "-1",
            "-0",
            "-100",
            "-1000000",
            "50-60",
            "65479-65480",
            "65480-65480",
            "65481-",
            "65000-66000",
            "130999-131001",
            "131000-131000",
            "0-65479",
            "0-65480",
            "1-199998",
            "199999-",
            "200000-",
            "199999-999999999",
            "-65520",
            "-65536",
            "-131072",
        ] {
            check(&s3, &bucket, "k", &plain, range).await;
        }
    }
}

#[tokio::test]
async fn of_an_object_in_parts() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("range").await;
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 70_001), bytes(3, 99_999)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "k", &[], &lent).await;
    let plain = parts.concat();
    let (first, second) = (MIN_PART, 2 * MIN_PART + 70_001);
    let mut ranges: Vec<String> =
        vec!["0-0".into(), "0-".into(), "-1".into(), "-99999".into(), "-100000".into(), "-99999999".into()];
    for edge in [first, second, plain.len()] {
        for (before, after) in [(1, 0), (0, 0), (0, 5), (70_000, 70_000), (5, 5)] {
            ranges.push(format!("{}-{}", edge - before, edge + after));
        }
        ranges.push(format!("{}-", edge - 1));
        ranges.push(format!("{edge}-"));
    }
    ranges.push(format!("{}-{}", first - 1, second + 1));
    for range in ranges {
        check(&s3, &bucket, "k", &plain, &range).await;
    }
}

#[tokio::test]
async fn what_is_no_range_is_ignored() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("range").await;
    let plain = bytes(4, 1000);
    s3.put(&bucket, "k", plain.clone()).send().await.ok();
    for value in ["bytes=abc", "lines=0-9", "bytes 0-9"] {
        let answer = s3.get(&bucket, "k").header("range", value).send().await.status(200);
        assert!(answer.body == plain, "{value}");
    }
}

#[tokio::test]
async fn if_range_is_honoured_or_the_whole_is_sent() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("range").await;
    let plain = bytes(5, 100_000);
    s3.put(&bucket, "k", plain.clone()).send().await.ok();
    // A download that is taken up again after the object has changed must not splice two objects.
    let stale = s3.get(&bucket, "k").range("10-19").header("if-match", "\"00000000000000000000000000000000-0\"");
    stale.send().await.error(412, "PreconditionFailed");
}
