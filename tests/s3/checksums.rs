//! Content-MD5, payload hashes and the ten additional checksums, verified over the plaintext before the object exists.

use crate::support::{Form, Gateway, MIN_PART, Sum, bytes, sums::content_md5};

#[tokio::test]
async fn each_algorithm_is_verified_kept_and_returned_when_asked_for() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    for size in [0, 1, 70_000, 600_000] {
        let plain = bytes(size as u64, size);
        for sum in Sum::ALL {
            let key = format!("{}/{size}", sum.name());
            let put = s3.put(&bucket, &key, plain.clone()).header(&sum.header(), &sum.text(&plain)).send().await.ok();
            assert_eq!(put.must(&sum.header()), sum.text(&plain), "{key}");
            let asked = s3.get(&bucket, &key).header("x-amz-checksum-mode", "ENABLED").send().await.ok();
            assert!(asked.body == plain, "{key}");
            assert_eq!(asked.header(&sum.header()), Some(&*sum.text(&plain)), "{key}");
            assert_eq!(asked.header("x-amz-checksum-type"), Some("FULL_OBJECT"), "{key}");
            let head = s3.head(&bucket, &key).header("x-amz-checksum-mode", "ENABLED").send().await.ok();
            assert_eq!(head.header(&sum.header()), Some(&*sum.text(&plain)), "HEAD {key}");
            let silent = s3.get(&bucket, &key).send().await.ok();
            assert_eq!(silent.header(&sum.header()), None, "{key}");
        }
    }
}

#[tokio::test]
async fn a_wrong_one_leaves_no_object() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    s3.put(&bucket, "old", "kept").send().await.ok();
    for size in [10, 70_000, 3_000_000] {
        let plain = bytes(1, size);
        for sum in Sum::ALL {
            for key in ["new", "old"] {
                let wrong = sum.text(b"something else");
                s3.put(&bucket, key, plain.clone()).header(&sum.header(), &wrong).send().await.error(400, "BadDigest");
            }
        }
        let call = s3.put(&bucket, "new", plain.clone()).header("content-md5", &content_md5(b"something else"));
        call.send().await.error(400, "BadDigest");
        let call = s3.put(&bucket, "new", plain.clone()).header("x-amz-content-sha256", &"0".repeat(64));
        let answer = call.send().await;
        assert!(!answer.status.is_success(), "{}", answer.described());
    }
    s3.head(&bucket, "new").send().await.status(404);
    assert_eq!(s3.get(&bucket, "old").send().await.ok().body, b"kept");
}

#[tokio::test]
async fn trailers_of_each_algorithm() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let plain = bytes(3, 200_000);
    for sum in Sum::ALL {
        for form in [Form::UnsignedTrailer(65_536, sum), Form::ChunkedTrailer(8_192, sum)] {
            let put = s3.put(&bucket, "k", plain.clone()).form(form.clone()).send().await.ok();
            assert_eq!(put.header(&sum.header()), Some(&*sum.text(&plain)), "{form:?}");
            let asked = s3.get(&bucket, "k").header("x-amz-checksum-mode", "ENABLED").send().await.ok();
            assert!(asked.body == plain, "{form:?}");
            assert_eq!(asked.header(&sum.header()), Some(&*sum.text(&plain)), "{form:?}");
        }
    }
}

#[tokio::test]
async fn contradictions_and_malformed_values() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let crc = Sum::Crc32.text(b"data");
    let sha = Sum::Sha256.text(b"data");
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[("x-amz-checksum-crc32", "AAAA")], "InvalidRequest"),
        (&[("x-amz-checksum-crc32", "not base64")], "InvalidRequest"),
        (&[("x-amz-checksum-crc32", "")], "InvalidRequest"),
        (&[("x-amz-checksum-crc32", &crc), ("x-amz-checksum-sha256", &sha)], "InvalidRequest"),
        (&[("x-amz-sdk-checksum-algorithm", "SHA256"), ("x-amz-checksum-crc32", &crc)], "InvalidRequest"),
        (&[("x-amz-sdk-checksum-algorithm", "NONSENSE"), ("x-amz-checksum-crc32", &crc)], "InvalidRequest"),
        (&[("content-md5", "AAAA")], "InvalidDigest"),
        (&[("content-md5", "not base64 at all")], "InvalidDigest"),
    ];
    for (headers, code) in cases {
        let mut call = s3.put(&bucket, "k", "data");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        println!("{headers:?}");
        call.send().await.error(400, code);
    }
    s3.head(&bucket, "k").send().await.status(404);
    s3.put(&bucket, "k", "data")
        .header("content-md5", &content_md5(b"data"))
        .header("x-amz-checksum-crc32", &crc)
        .send()
        .await
        .ok();
}

#[tokio::test]
async fn a_range_carries_no_checksum_of_the_whole() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let plain = bytes(1, 1000);
    s3.put(&bucket, "k", plain.clone()).header("x-amz-checksum-crc32", &Sum::Crc32.text(&plain)).send().await.ok();
    let part = s3.get(&bucket, "k").range("0-9").header("x-amz-checksum-mode", "ENABLED").send().await.status(206);
    assert_eq!(part.header("x-amz-checksum-crc32"), None);
}

#[tokio::test]
async fn composite_and_full_object_of_a_multipart_upload() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let parts = [bytes(1, MIN_PART), bytes(2, MIN_PART + 7), bytes(3, 100)];
    let lent: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let whole = parts.concat();
    let cases = [
        (Sum::Crc32, "COMPOSITE", Sum::Crc32.composite(&lent)),
        (Sum::Sha256, "COMPOSITE", Sum::Sha256.composite(&lent)),
        (Sum::Sha1, "COMPOSITE", Sum::Sha1.composite(&lent)),
        (Sum::Crc32c, "COMPOSITE", Sum::Crc32c.composite(&lent)),
        (Sum::Crc32, "FULL_OBJECT", Sum::Crc32.text(&whole)),
        (Sum::Crc32c, "FULL_OBJECT", Sum::Crc32c.text(&whole)),
        (Sum::Crc64Nvme, "FULL_OBJECT", Sum::Crc64Nvme.text(&whole)),
    ];
    for (sum, kind, value) in cases {
        let created = s3
            .post(&bucket, "k", "")
            .flag("uploads")
            .header("x-amz-checksum-algorithm", sum.name())
            .header("x-amz-checksum-type", kind)
            .send()
            .await
            .ok();
        assert_eq!((created.must("x-amz-checksum-algorithm"), created.must("x-amz-checksum-type")), (sum.name(), kind));
        let upload = created.xml().at("UploadId").to_owned();
        let mut done = String::new();
        for (number, part) in (1..).zip(&parts) {
            let call = s3.part(&bucket, "k", &upload, number, part.clone()).header(&sum.header(), &sum.text(part));
            let answer = call.send().await.ok();
            assert_eq!(answer.must(&sum.header()), sum.text(part));
            let (element, text) = (sum.element(), sum.text(part));
            done.push_str(&format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag><{element}>{text}</{element}></Part>",
                answer.etag()
            ));
        }
        let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
        assert_eq!((listed.at("ChecksumAlgorithm"), listed.at("ChecksumType")), (sum.name(), kind));
        assert_eq!(listed.at(&format!("Part/{}", sum.element())), sum.text(&parts[0]));
        let document = format!("<CompleteMultipartUpload>{done}</CompleteMultipartUpload>");
        let result = s3.post(&bucket, "k", document).query("uploadId", &upload).send().await.xml();
        assert_eq!((result.at(&sum.element()), result.at("ChecksumType")), (&*value, kind));
        for call in [s3.get(&bucket, "k"), s3.head(&bucket, "k")] {
            let answer = call.header("x-amz-checksum-mode", "ENABLED").send().await.ok();
            assert_eq!((answer.must(&sum.header()), answer.must("x-amz-checksum-type")), (&*value, kind));
        }
    }
}

#[tokio::test]
async fn a_wrong_checksum_refuses_the_part_and_the_completion() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let upload = s3.start_upload(&bucket, "k", &[("x-amz-checksum-algorithm", "SHA256")]).await;
    for size in [MIN_PART, 100] {
        let call =
            s3.part(&bucket, "k", &upload, 1, bytes(1, size)).header("x-amz-checksum-sha256", &Sum::Sha256.text(b"no"));
        call.send().await.error(400, "BadDigest");
        let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
        assert_eq!(listed.all("Part").count(), 0, "a refused part of {size} bytes is listed");
    }
    let good = bytes(1, 100);
    let call =
        s3.part(&bucket, "k", &upload, 1, good.clone()).header("x-amz-checksum-sha256", &Sum::Sha256.text(&good));
    let etag = call.send().await.ok().etag();
    let wrong = Sum::Sha256.text(b"no");
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag><ChecksumSHA256>{wrong}</ChecksumSHA256></Part></CompleteMultipartUpload>"
    );
    let answer = s3.post(&bucket, "k", document).query("uploadId", &upload).send().await;
    answer.error(400, "InvalidPart");
    s3.head(&bucket, "k").send().await.status(404);
}

#[tokio::test]
async fn a_bad_retry_does_not_replace_a_good_part() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("sums").await;
    let upload = s3.start_upload(&bucket, "k", &[]).await;
    for (number, size) in [(1, MIN_PART), (2, 100)] {
        let good = s3.part(&bucket, "k", &upload, number, bytes(1, size)).send().await.ok().etag();
        let call = s3.part(&bucket, "k", &upload, number, bytes(2, size)).header("content-md5", &content_md5(b"no"));
        call.send().await.error(400, "BadDigest");
        let listed = s3.get(&bucket, "k").query("uploadId", &upload).send().await.xml();
        assert!(listed.all("Part").any(|part| part.at("ETag") == good), "the good part {number} is gone: {listed:?}");
    }
}
