//! PutObject in every upload form.

use crate::support::{Form, Gateway, Sum, bytes};

/// Sizes on both sides of each boundary of the stream format: empty, one byte, first segment, second, many.
const SIZES: [usize; 9] = [0, 1, 4_095, 65_479, 65_480, 65_481, 131_000, 131_001, 1_000_003];

fn forms() -> Vec<Form> {
    vec![
        Form::Header,
        Form::Unsigned,
        Form::Presigned(60),
        Form::Chunked(65_536),
        Form::ChunkedTrailer(65_536, Sum::Crc32c),
        Form::UnsignedTrailer(65_536, Sum::Crc64Nvme),
    ]
}

#[tokio::test]
async fn every_form_and_size_comes_back_equal() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("put").await;
    for (at, form) in forms().into_iter().enumerate() {
        for size in SIZES {
            let data = bytes(size as u64, size);
            let key = format!("{at}/{size}");
            s3.put(&bucket, &key, data.clone()).form(form.clone()).send().await.ok();
            let answer = s3.get(&bucket, &key).send().await.ok();
            assert!(answer.body == data, "{form:?} {size}");
            assert_eq!(answer.must("content-length"), size.to_string());
        }
    }
}
