//! KEKs for objects, as S3 asks for them in a client's name.

use std::sync::Arc;
use std::time::Duration;

use sealgate::datakey::{Config, DataKeys, Error, Kek, Protection, Recorded, RecordedKind};
use sealgate::identity::{BucketPolicy, Permit, Question, Target, authorise};
use sealgate::names::{BucketName, EncryptionContext, ObjectKey, Region};
use sealgate::policy::NoFacts;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::room::{REGION, Room, origin};

struct Place(BucketName, ObjectKey);

fn place(bucket: &str, key: &str) -> Place {
    Place(BucketName::new(bucket).unwrap(), ObjectKey::new(key).unwrap())
}

impl Place {
    fn pair(&self) -> (&BucketName, &ObjectKey) {
        (&self.0, &self.1)
    }

    fn permit(&self, room: &Room, who: &str) -> Permit {
        let target = Target::Object(self.0.clone(), self.1.clone());
        let question = Question {
            caller: &room.caller(who),
            action: "s3:PutObject",
            target: &target,
            origin: &origin(&Region::new(REGION).unwrap()),
            now: OffsetDateTime::now_utc(),
            bucket: BucketPolicy::Absent,
            facts: &NoFacts,
        };
        authorise(&question).unwrap()
    }
}

fn data_keys(room: &Room) -> DataKeys {
    DataKeys::new(room.kms.clone(), Config { bucket_key_lifetime: Duration::from_secs(300), bucket_key_wraps: 3 })
}

fn kms(key: Option<&str>, bucket_key: bool) -> Protection {
    Protection::SseKms { key: key.map(str::to_owned), bucket_key, context: EncryptionContext::new() }
}

/// The KMS calls in the audit trail, with the place that each names.
fn calls(room: &Room) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls = room.audit().into_iter().filter(|record| record["eventName"] != "CreateKey");
    calls
        .map(|record| {
            (text(&record["eventName"]), text(&record["requestParameters"]["encryptionContext"]["aws:s3:arn"]))
        })
        .collect()
}

async fn reopen(
    keys: &DataKeys,
    permit: &Permit,
    at: &Place,
    kind: RecordedKind,
    keks: &[Kek],
) -> Result<Vec<Arc<sealgate::crypto::Secret<32>>>, Error> {
    let blobs: Vec<&[u8]> = keks.iter().map(|kek| &kek.blob[..]).collect();
    let context = EncryptionContext::new();
    keys.unwrap(permit, at.pair(), &Recorded { kind, key: keks[0].key.as_ref(), context: &context, blobs: &blobs })
        .await
}

#[tokio::test]
async fn sse_s3_asks_nobody_and_leaves_no_record() {
    let room = Room::open().await;
    let (keys, at) = (data_keys(&room), place("bucket", "key"));
    let permit = at.permit(&room, "root");
    let made = keys.generate(&permit, at.pair(), &Protection::SseS3).await.unwrap();
    let opened = reopen(&keys, &permit, &at, RecordedKind::SseS3, &made).await.unwrap();
    assert_eq!(opened[0].expose(), made[0].secret.expose());
    assert_eq!(calls(&room), []);
    // The key is nobody's: not listed, not described, no use to a client who has the blob.
    let arn = made[0].key.as_ref().unwrap().to_string();
    assert_eq!(room.call("root", "ListKeys", json!({})).await.ok()["Keys"], json!([]));
    assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": arn })).await.code(), "NotFoundException");
    use base64::Engine as _;
    let blob = base64::engine::general_purpose::STANDARD.encode(&made[0].blob);
    let body = json!({ "CiphertextBlob": blob, "EncryptionContext": { "aws:s3:arn": "arn:aws:s3:::bucket/key" } });
    assert_eq!(room.call("root", "Decrypt", body).await.code(), "AccessDeniedException");
    // It opens in its place only.
    let elsewhere = place("bucket", "other");
    let refused = reopen(&keys, &elsewhere.permit(&room, "root"), &elsewhere, RecordedKind::SseS3, &made).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn without_bucket_keys_each_object_asks() {
    let room = Room::open().await;
    let (keys, at) = (data_keys(&room), place("bucket", "key"));
    let permit = at.permit(&room, "root");
    let made = keys.generate(&permit, at.pair(), &kms(None, false)).await.unwrap();
    for _ in 0..2 {
        let kind = RecordedKind::SseKms { bucket_key: false };
        let opened = reopen(&keys, &permit, &at, kind, &made).await.unwrap();
        assert_eq!(opened[0].expose(), made[0].secret.expose());
    }
    let object = "arn:aws:s3:::bucket/key".to_owned();
    let expected = ["GenerateDataKey", "Decrypt", "Decrypt"].map(|name| (name.to_owned(), object.clone()));
    assert_eq!(calls(&room), expected);
    assert_eq!(room.audit()[0]["userIdentity"]["invokedBy"], "AWS Internal");
    let described =
        room.call("root", "DescribeKey", json!({ "KeyId": made[0].key.as_ref().unwrap().to_string() })).await.ok();
    assert_eq!(described["KeyMetadata"]["KeyManager"], "AWS");
}

#[tokio::test]
async fn a_bucket_key_serves_many_objects_of_one_requester() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let keys = data_keys(&room);
    let (one, two) = (place("bucket", "one"), place("bucket", "two"));
    let permit = one.permit(&room, "root");
    let first = keys.generate(&permit, one.pair(), &kms(Some(&key), true)).await.unwrap();
    let second = keys.generate(&two.permit(&room, "root"), two.pair(), &kms(Some(&key), true)).await.unwrap();
    assert_eq!(first[0].blob, second[0].blob);
    assert_eq!(calls(&room), [("GenerateDataKey".to_owned(), "arn:aws:s3:::bucket".to_owned())]);

    // Leave to have it made is no leave to have it opened; once opened it serves again.
    let kind = RecordedKind::SseKms { bucket_key: true };
    reopen(&keys, &permit, &one, kind, &first).await.unwrap();
    reopen(&keys, &permit, &one, kind, &first).await.unwrap();
    assert_eq!(calls(&room).len(), 2);

    // Another bucket has another.
    let other = place("other", "one");
    let third = keys.generate(&other.permit(&room, "root"), other.pair(), &kms(Some(&key), true)).await.unwrap();
    assert_ne!(third[0].blob, first[0].blob);
}

#[tokio::test]
async fn a_bucket_key_wears_out() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let (keys, at) = (data_keys(&room), place("bucket", "key"));
    let permit = at.permit(&room, "root");
    let mut blobs = Vec::new();
    for _ in 0..4 {
        blobs.push(keys.generate(&permit, at.pair(), &kms(Some(&key), true)).await.unwrap()[0].blob.clone());
    }
    assert_eq!(blobs[0], blobs[2]);
    assert_ne!(blobs[2], blobs[3]);
}

#[tokio::test]
async fn requests_that_miss_together_ask_once() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let keys = DataKeys::new(room.kms.clone(), Config::default());
    let at = place("bucket", "key");
    let permit = at.permit(&room, "root");
    let protection = kms(Some(&key), true);
    let all = (0..32).map(|_| keys.generate(&permit, at.pair(), &protection));
    for made in futures::future::join_all(all).await {
        made.unwrap();
    }
    assert_eq!(calls(&room).len(), 1);
}

#[tokio::test]
async fn two_layers_have_two_keys() {
    let room = Room::open().await;
    let (keys, at) = (data_keys(&room), place("bucket", "key"));
    let permit = at.permit(&room, "root");
    let protection = Protection::DsseKms { key: None, context: EncryptionContext::new() };
    let made = keys.generate(&permit, at.pair(), &protection).await.unwrap();
    assert_ne!(made[0].secret.expose(), made[1].secret.expose());
    let opened = reopen(&keys, &permit, &at, RecordedKind::DsseKms, &made).await.unwrap();
    assert_eq!(opened[1].expose(), made[1].secret.expose());
}

#[tokio::test]
async fn the_key_managers_refusal_is_kept() {
    let room = Room::open().await;
    let (keys, at) = (data_keys(&room), place("bucket", "key"));
    let permit = at.permit(&room, "root");
    for bucket_key in [false, true] {
        let refused = keys.generate(&permit, at.pair(), &kms(Some("fake-key-id"), bucket_key)).await;
        let Err(Error::Kms(error)) = refused else { panic!("refused") };
        assert_eq!(
            (error.code().as_str(), error.message()),
            ("NotFoundException", Some("Invalid keyId 'fake-key-id'"))
        );
    }
    let mut context = EncryptionContext::new();
    context.insert("aws:s3:arn", "arn:aws:s3:::elsewhere/key");
    let protection = Protection::SseKms { key: None, bucket_key: false, context };
    assert!(matches!(keys.generate(&permit, at.pair(), &protection).await, Err(Error::ContextContradicts)));
    let other = place("bucket", "other");
    assert!(matches!(keys.generate(&permit, other.pair(), &kms(None, false)).await, Err(Error::OutsidePermit)));
}
