//! Multipart uploads, without any state outside the backend.

use crate::support::{Answer, Gateway, MIN_PART, Xml, bytes};

fn number_and_etag(number: u32, answer: &Answer) -> (u32, String) {
    (number, answer.etag())
}

#[tokio::test]
async fn parts_of_odd_sizes_come_back_as_one() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let cases: [&[usize]; 9] = [
        &[1],
        &[0],
        &[MIN_PART],
        &[MIN_PART - 1],
        &[MIN_PART, 1],
        &[MIN_PART, MIN_PART],
        &[MIN_PART + 1, MIN_PART + 65_481, MIN_PART - 1],
        &[2 * MIN_PART + 13, 65_480],
        &[MIN_PART, 0],
    ];
    for (at, sizes) in cases.into_iter().enumerate() {
        let parts: Vec<Vec<u8>> = sizes.iter().enumerate().map(|(seed, size)| bytes(seed as u64, *size)).collect();
        let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let key = format!("k{at}");
        let done = s3.put_parts(&bucket, &key, &[("x-amz-meta-a", "b"), ("content-type", "text/x-m")], &lent).await;
        let result = Xml::parse(&done.body);
        assert_eq!(
            (result.name.as_str(), result.at("Bucket"), result.at("Key")),
            ("CompleteMultipartUploadResult", &*bucket, &*key)
        );
        let answer = s3.get(&bucket, &key).send().await.ok();
        assert!(answer.body == parts.concat(), "{sizes:?}");
        assert_eq!(answer.etag(), result.at("ETag"), "{sizes:?}");
        assert_eq!((answer.must("x-amz-meta-a"), answer.must("content-type")), ("b", "text/x-m"));
        let head = s3.head(&bucket, &key).send().await.ok();
        assert_eq!(head.must("content-length"), answer.body.len().to_string(), "{sizes:?}");
    }
}

#[tokio::test]
async fn answers_name_the_encryption() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let created =
        s3.post(&bucket, "k", "").flag("uploads").header("x-amz-server-side-encryption", "aws:kms").send().await.ok();
    let key_id = created.must("x-amz-server-side-encryption-aws-kms-key-id").to_owned();
    assert_eq!(created.must("x-amz-server-side-encryption"), "aws:kms");
    let upload = created.clone().xml().at("UploadId").to_owned();
    let part = s3.part(&bucket, "k", &upload, 1, bytes(1, 100)).send().await.ok();
    let done = s3.complete(&bucket, "k", &upload, &[(1, part.etag())]).send().await.ok();
    for answer in [&part, &done, &s3.head(&bucket, "k").send().await.ok()] {
        assert_eq!(answer.must("x-amz-server-side-encryption"), "aws:kms", "{}", answer.described());
        assert_eq!(answer.must("x-amz-server-side-encryption-aws-kms-key-id"), key_id);
    }
}

#[tokio::test]
async fn the_etag_of_a_part_is_no_md5_of_it() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let first = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok().etag();
    let again = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok().etag();
    assert!(first.ends_with("-1\"") && first.len() == 36, "{first}");
    assert_ne!(first, again, "each attempt has its own keys");
    // Complete pins the attempt: the replaced one is no longer there.
    s3.complete(&bucket, "k", &upload, &[(1, first)]).send().await.error(400, "InvalidPart");
    s3.complete(&bucket, "k", &upload, &[(1, again)]).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(1, MIN_PART));
}

#[tokio::test]
async fn a_part_sent_again_replaces_the_first_attempt() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    for size in [MIN_PART, 1000] {
        let upload = s3.start_upload(&bucket, "k", &[]).await;
        s3.part(&bucket, "k", &upload, 1, bytes(1, size)).send().await.ok();
        let second = s3.part(&bucket, "k", &upload, 1, bytes(2, size + 1)).send().await.ok();
        let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
        assert_eq!(listed.all("Part").count(), 1);
        assert_eq!(
            (listed.at("Part/Size"), listed.at("Part/ETag")),
            ((size + 1).to_string().as_str(), &*second.etag())
        );
        s3.complete(&bucket, "k", &upload, &[number_and_etag(1, &second)]).send().await.ok();
        assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(2, size + 1));
    }
}

#[tokio::test]
async fn list_parts_shows_plain_sizes_in_pages() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let mut sent = Vec::new();
    for (number, size) in [(1, MIN_PART), (3, MIN_PART + 77), (4, 12), (9_999, 0), (10_000, 5)] {
        let part = s3.part(&bucket, "k", &upload, number, bytes(u64::from(number), size)).send().await.ok();
        sent.push((number.to_string(), size.to_string(), part.etag()));
    }
    let mut seen = Vec::new();
    let mut marker = "0".to_owned();
    loop {
        let call = s3.get(&bucket, "k").query("uploadId", &upload).query("max-parts", "2");
        let page = call.query("part-number-marker", &marker).send().await.xml();
        assert_eq!((page.at("Bucket"), page.at("Key"), page.at("UploadId")), (&*bucket, "k", &*upload));
        for part in page.all("Part") {
            assert!(part.find("LastModified").is_some());
            seen.push((part.at("PartNumber").to_owned(), part.at("Size").to_owned(), part.at("ETag").to_owned()));
        }
        if page.at("IsTruncated") == "false" {
            break;
        }
        marker = page.at("NextPartNumberMarker").to_owned();
    }
    assert_eq!(seen, sent);
}

/// A part without a record is one that a crash cut off, and no client has its ETag.
#[tokio::test]
async fn listing_goes_on_behind_parts_that_nobody_knows() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    for number in ["1", "2", "4"] {
        let query = [("partNumber", number), ("uploadId", &*upload)];
        gateway.backend().send("PUT", (&bucket, "k"), &query, &[], bytes(0xbac4, 50)).await.ok();
    }
    for number in [3, 5] {
        s3.part(&bucket, "k", &upload, number, bytes(u64::from(number), MIN_PART)).send().await.ok();
    }
    s3.part(&bucket, "k", &upload, 6, bytes(6, 5)).send().await.ok();
    for limit in ["1", "2", "3", "1000"] {
        let (mut seen, mut marker, mut pages) = (Vec::new(), "0".to_owned(), 0);
        loop {
            let call = s3.get(&bucket, "k").query("uploadId", &upload).query("max-parts", limit);
            let page = call.query("part-number-marker", &marker).send().await.xml();
            seen.extend(page.all("Part").map(|part| part.at("PartNumber").to_owned()));
            pages += 1;
            assert!(pages < 10, "the listing does not end");
            if page.at("IsTruncated") == "false" {
                break;
            }
            marker = page.at("NextPartNumberMarker").to_owned();
        }
        assert_eq!(seen, ["3", "5", "6"], "in pages of {limit}");
    }
}

#[tokio::test]
async fn a_subset_with_gaps_completes() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    for last in [2, 9_999, 10_000] {
        for size in [3, MIN_PART] {
            let upload = s3.start_upload(&bucket, "k", &[]).await;
            let first = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok();
            s3.part(&bucket, "k", &upload, 7, bytes(7, MIN_PART)).send().await.ok();
            let end = s3.part(&bucket, "k", &upload, last, bytes(9, size)).send().await.ok();
            let parts = [number_and_etag(1, &first), number_and_etag(last, &end)];
            s3.complete(&bucket, "k", &upload, &parts).send().await.ok();
            let answer = s3.get(&bucket, "k").send().await.ok();
            assert!(answer.body == [bytes(1, MIN_PART), bytes(9, size)].concat(), "1 and {last} of {size}");
            let part = s3.get(&bucket, "k").query("partNumber", "2").send().await;
            if part.status == 206 {
                assert!(part.body == bytes(9, size), "part 2 is the second in order");
            }
        }
    }
}

#[tokio::test]
async fn wrong_completions_are_refused_and_leave_the_upload() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let mut parts = Vec::new();
    for (number, size) in [(1, MIN_PART), (2, 1000), (3, MIN_PART)] {
        let answer = s3.part(&bucket, "k", &upload, number, bytes(1, size)).send().await.ok();
        parts.push(number_and_etag(number, &answer));
    }
    let [one, two, three] = [parts[0].clone(), parts[1].clone(), parts[2].clone()];
    let zeros = "\"00000000000000000000000000000000-1\"".to_owned();
    let cases: [(&str, Vec<(u32, String)>, &str); 7] = [
        ("a small part in the middle", vec![one.clone(), two.clone(), three.clone()], "EntityTooSmall"),
        ("reordered", vec![three.clone(), one.clone()], "InvalidPartOrder"),
        ("twice the same", vec![one.clone(), one.clone()], "InvalidPartOrder"),
        ("a part that was never sent", vec![one.clone(), (5, three.1.clone())], "InvalidPart"),
        ("another part's tag", vec![(1, three.1.clone()), three.clone()], "InvalidPart"),
        ("a made-up tag", vec![(1, zeros)], "InvalidPart"),
        ("no tag", vec![(1, String::new())], "InvalidPart"),
    ];
    for (what, list, code) in cases {
        println!("{what}");
        let answer = s3.complete(&bucket, "k", &upload, &list).send().await;
        // A long completion may have begun its answer: the error then stands in the body of a 200.
        if answer.status == 200 {
            assert_eq!(Xml::parse(&answer.body).find("Code"), Some(code), "{what}");
        } else {
            answer.error(400, code);
        }
        s3.head(&bucket, "k").send().await.status(404);
    }
    let complete = |document: &str| s3.post(&bucket, "k", document.to_owned()).query("uploadId", &upload);
    let numbers = ["0", "10001", "-1", "x", ""];
    for number in numbers {
        let document = format!(
            "<CompleteMultipartUpload><Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
            one.1
        );
        let answer = complete(&document).send().await;
        assert_eq!(answer.status, 400, "{number:?}: {}", answer.described());
    }
    for document in ["", "<CompleteMultipartUpload></CompleteMultipartUpload>", "<CompleteMultipartUpload><Part>", "x"]
    {
        complete(document).send().await.error(400, "MalformedXML");
    }
    s3.complete(&bucket, "k", &upload, &[one, three]).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == [bytes(1, MIN_PART), bytes(1, MIN_PART)].concat());
}

#[tokio::test]
async fn completing_again_answers_again() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let part = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok();
    let last = s3.part(&bucket, "k", &upload, 2, bytes(2, 9)).send().await.ok();
    let parts = [number_and_etag(1, &part), number_and_etag(2, &last)];
    let first = s3.complete(&bucket, "k", &upload, &parts).send().await.xml();
    let second = s3.complete(&bucket, "k", &upload, &parts).send().await.xml();
    assert_eq!(first.at("ETag"), second.at("ETag"));
    assert!(s3.get(&bucket, "k").send().await.ok().body == [bytes(1, MIN_PART), bytes(2, 9)].concat());
}

#[tokio::test]
async fn racing_completions_make_one_whole_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    for round in 0..3 {
        let key = format!("k{round}");
        let upload = s3.start_upload(&bucket, &key, &[]).await;
        let part = s3.part(&bucket, &key, &upload, 1, bytes(1, MIN_PART)).send().await.ok();
        let last = s3.part(&bucket, &key, &upload, 2, bytes(2, 9)).send().await.ok();
        let parts = [number_and_etag(1, &part), number_and_etag(2, &last)];
        let calls = (0..4).map(|_| s3.complete(&bucket, &key, &upload, &parts).send());
        let answers = futures::future::join_all(calls).await;
        for answer in &answers {
            let xml = Xml::parse(&answer.body);
            let settled = xml.name == "CompleteMultipartUploadResult"
                || matches!(xml.find("Code"), Some("NoSuchUpload" | "OperationAborted"));
            assert!(settled, "{}", answer.described());
        }
        assert!(answers.iter().any(|answer| Xml::parse(&answer.body).name == "CompleteMultipartUploadResult"));
        assert!(s3.get(&bucket, &key).send().await.ok().body == [bytes(1, MIN_PART), bytes(2, 9)].concat());
    }
}

#[tokio::test]
async fn racing_uploads_of_one_part_never_mix() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    for size in [MIN_PART, 4_000] {
        let upload = s3.start_upload(&bucket, "k", &[]).await;
        let calls = (0..4_u64).map(|seed| s3.part(&bucket, "k", &upload, 1, bytes(seed, size)).send());
        let answers = futures::future::join_all(calls).await;
        let mut whole = 0;
        for (seed, answer) in (0_u64..).zip(answers) {
            let done = s3.complete(&bucket, "k", &upload, &[number_and_etag(1, &answer.ok())]).send().await;
            if Xml::parse(&done.body).name == "CompleteMultipartUploadResult" {
                assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(seed, size), "attempt {seed} of {size}");
                whole += 1;
                break;
            }
            done.error(400, "InvalidPart");
        }
        assert_eq!(whole, 1, "one attempt must have won");
    }
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("multi").await;
    let system = gateway.system_bucket();
    let before = backend.objects(&system, "").await.len();
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok();
    s3.part(&bucket, "k", &upload, 2, bytes(2, 100)).send().await.ok();
    assert!(backend.objects(&system, "").await.len() > before, "records are kept in the system bucket");
    s3.delete(&bucket, "k").query("uploadId", &upload).send().await.status(204);
    assert_eq!(backend.objects(&system, "").await.len(), before, "records are left");
    s3.get(&bucket, "k").query("uploadId", &upload).send().await.error(404, "NoSuchUpload");
    s3.part(&bucket, "k", &upload, 1, bytes(1, 10)).send().await.error(404, "NoSuchUpload");
    s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.error(404, "NoSuchUpload");
    s3.complete(&bucket, "k", &upload, &[(1, "\"x\"".into())]).send().await.error(404, "NoSuchUpload");
    s3.delete(&bucket, "k").query("uploadId", &upload).send().await.error(404, "NoSuchUpload");
}

#[tokio::test]
async fn an_upload_belongs_to_its_key() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    s3.part(&bucket, "other", &upload, 1, bytes(1, 10)).send().await.error(404, "NoSuchUpload");
    s3.part(&bucket, "other", &upload, 1, bytes(1, MIN_PART)).send().await.error(404, "NoSuchUpload");
    for upload in ["nonsense", "../../x", "00000000-0000-0000-0000-000000000000"] {
        s3.part(&bucket, "k", upload, 1, bytes(1, 10)).send().await.error(404, "NoSuchUpload");
    }
    let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
    assert_eq!(listed.all("Part").count(), 0);
}

#[tokio::test]
async fn part_numbers_have_their_bounds() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    for number in ["0", "10001", "-1", "x", "1.5", "99999999999999999999"] {
        let call = s3.put(&bucket, "k", "data").query("partNumber", number).query("uploadId", &upload);
        call.send().await.error(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn open_uploads_are_listed() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "dir/k", &[]).await;
    let listing = s3.get(&bucket, "").flag("uploads").query("prefix", "dir/k").send().await.xml();
    assert_eq!((listing.at("Upload/Key"), listing.at("Upload/UploadId")), ("dir/k", &*upload));
}

#[tokio::test]
async fn one_part_is_read_by_its_number() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let parts = [bytes(1, MIN_PART + 5), bytes(2, MIN_PART), bytes(3, 333)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    s3.put_parts(&bucket, "k", &[], &lent).await;
    let total: usize = parts.iter().map(Vec::len).sum();
    let mut start = 0;
    for (number, part) in (1..).zip(&parts) {
        let answer = s3.get(&bucket, "k").query("partNumber", &number.to_string()).send().await.status(206);
        assert!(answer.body == *part, "part {number}");
        assert_eq!(answer.must("content-range"), format!("bytes {start}-{}/{total}", start + part.len() - 1));
        assert_eq!(answer.must("x-amz-mp-parts-count"), "3");
        start += part.len();
    }
    s3.get(&bucket, "k").query("partNumber", "4").send().await.error(416, "InvalidPartNumber");
    s3.get(&bucket, "k").query("partNumber", "0").send().await.error(400, "InvalidArgument");
    s3.get(&bucket, "k").query("partNumber", "1").range("0-5").send().await.error(400, "InvalidRequest");
    s3.put(&bucket, "single", "abc").send().await.ok();
    assert_eq!(s3.get(&bucket, "single").query("partNumber", "1").send().await.status(206).body, b"abc");
}

#[tokio::test]
async fn records_keep_their_path_segments_short_whatever_the_key() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("multi").await;
    let key = format!("{0}/{0}/{0}/{0}/{1}", "k".repeat(200), "ä".repeat(100));
    let upload = s3.start_upload(&bucket, &key, &[]).await;
    let part = s3.part(&bucket, &key, &upload, 1, bytes(1, 100)).send().await.ok();
    for (name, _) in backend.objects(&gateway.system_bucket(), "").await {
        assert!(name.split('/').all(|segment| segment.len() <= 200), "{name}");
        assert!(!name.contains(&"k".repeat(50)), "a client's key stands in {name}");
    }
    s3.complete(&bucket, &key, &upload, &[number_and_etag(1, &part)]).send().await.ok();
    assert!(s3.get(&bucket, &key).send().await.ok().body == bytes(1, 100));
}

#[tokio::test]
async fn another_gateway_on_the_same_backend_carries_on() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("multi").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    let first = s3.part(&bucket, "k", &upload, 1, bytes(1, MIN_PART)).send().await.ok();
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    let last = s3.part(&bucket, "k", &upload, 2, bytes(2, 50)).send().await.ok();
    let parts = [number_and_etag(1, &first), number_and_etag(2, &last)];
    s3.complete(&bucket, "k", &upload, &parts).send().await.ok();
    assert!(s3.get(&bucket, "k").send().await.ok().body == [bytes(1, MIN_PART), bytes(2, 50)].concat());
}

/// A crash in the middle of a long copy leaves one, which ListMultipartUploads shows.
#[tokio::test]
async fn an_upload_that_only_the_backend_knows_can_be_aborted() {
    let gateway = Gateway::start().await;
    let (s3, backend) = (gateway.s3(), gateway.backend());
    let bucket = s3.bucket("multipart").await;
    let made = backend.send("POST", (&bucket, "k"), &[("uploads", "")], &[], "").await.xml();
    let abort = || s3.delete(&bucket, "k").query("uploadId", made.at("UploadId")).send();
    s3.delete(&bucket, "other").query("uploadId", made.at("UploadId")).send().await.error(404, "NoSuchUpload");
    abort().await.status(204);
    abort().await.error(404, "NoSuchUpload");
}
