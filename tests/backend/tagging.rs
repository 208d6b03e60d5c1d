//! Tags of objects and buckets.

use super::port::{Port, refused, texts};
use super::scenarios;
use crate::support::{Sum, Xml};

scenarios! {
    tags_of_an_object
    tags_of_a_bucket
}

fn document(tags: &[(&str, &str)]) -> String {
    let tags: String =
        tags.iter().map(|(name, value)| format!("<Tag><Key>{name}</Key><Value>{value}</Value></Tag>")).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

fn pairs(tagging: &Xml) -> Vec<(String, String)> {
    let set = tagging.child("TagSet").unwrap();
    let mut pairs: Vec<_> = texts(set, "Tag", "Key").into_iter().zip(texts(set, "Tag", "Value")).collect();
    pairs.sort();
    pairs
}

async fn tags_of_an_object(port: &Port) {
    let bucket = port.bucket().await;
    port.send(port.s3().put(&bucket, "key", "x").header("x-amz-tagging", "a=1&b%20c=d%3De")).await.ok();
    let tags = || port.send(port.s3().get(&bucket, "key").flag("tagging"));
    assert_eq!(pairs(&tags().await.xml()), [("a".into(), "1".into()), ("b c".into(), "d=e".into())]);
    let put = |document: String| {
        let md5 = Sum::Md5.text(document.as_bytes());
        port.send(port.s3().put(&bucket, "key", document).flag("tagging").header("content-md5", &md5))
    };
    put(document(&[("only", "one")])).await.ok();
    assert_eq!(pairs(&tags().await.xml()), [("only".into(), "one".into())]);
    let etag = port.get(&bucket, "key").await.etag();
    refused(&put(document(&[("twice", "1"), ("twice", "2")])).await, 400, "InvalidTag");
    port.send(port.s3().delete(&bucket, "key").flag("tagging")).await.status(204);
    assert!(pairs(&tags().await.xml()).is_empty());
    assert_eq!(port.get(&bucket, "key").await.etag(), etag);
    refused(&port.send(port.s3().get(&bucket, "never").flag("tagging")).await, 404, "NoSuchKey");
}

async fn tags_of_a_bucket(port: &Port) {
    let bucket = port.bucket().await;
    let tags = || port.send(port.s3().get(&bucket, "").flag("tagging"));
    refused(&tags().await, 404, "NoSuchTagSet");
    let document = document(&[("a", "1")]);
    let md5 = Sum::Md5.text(document.as_bytes());
    port.send(port.s3().put(&bucket, "", document).flag("tagging").header("content-md5", &md5)).await.ok();
    assert_eq!(pairs(&tags().await.xml()), [("a".into(), "1".into())]);
    port.send(port.s3().delete(&bucket, "").flag("tagging")).await.status(204);
    refused(&tags().await, 404, "NoSuchTagSet");
}
