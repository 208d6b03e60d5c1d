//! Several gateways on one database: no change is lost, each is heard of. With SQLite in the file of one folder, with
//! PostgreSQL in a database.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::future::join_all;
use sealgate::database::{Config, Database};
use serde_json::{Value, json};

use super::room::Room;
use crate::support::{Gateway, kms, postgres};

async fn state(room: &Room, key: &str) -> Value {
    room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok()["KeyMetadata"]["KeyState"].clone()
}

#[tokio::test]
async fn what_one_changes_the_other_has_after_a_refresh() {
    let here = Room::open().await;
    let there = here.replica().await;
    let key = here.symmetric().await;
    let sealed = here.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "c2VjcmV0" })).await.ok();
    here.call("root", "CreateAlias", json!({ "AliasName": "alias/one", "TargetKeyId": key })).await.ok();
    let grant =
        json!({ "KeyId": key, "GranteePrincipal": "arn:aws:iam::000000000000:user/nobody", "Operations": ["Decrypt"] });
    let grant = here.call("root", "CreateGrant", grant).await.ok()["GrantId"].clone();
    assert_eq!(there.call("root", "DescribeKey", json!({ "KeyId": key })).await.code(), "NotFoundException");

    there.kms.refresh().await.unwrap();
    let opened = there.call("nobody", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
    assert_eq!(state(&there, "alias/one").await, "Enabled");

    there.call("root", "RevokeGrant", json!({ "KeyId": key, "GrantId": grant })).await.ok();
    there.call("root", "DisableKey", json!({ "KeyId": key })).await.ok();
    there.call("root", "DeleteAlias", json!({ "AliasName": "alias/one" })).await.ok();
    here.kms.refresh().await.unwrap();
    assert_eq!(state(&here, &key).await, "Disabled");
    let refused = here.call("nobody", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await;
    assert_eq!(refused.code(), "AccessDeniedException");
    assert_eq!(here.call("root", "DescribeKey", json!({ "KeyId": "alias/one" })).await.code(), "NotFoundException");
}

#[tokio::test]
async fn a_destroyed_key_is_gone_everywhere_with_all_that_went_with_it() {
    let here = Room::open().await;
    let there = here.replica().await;
    let key = here.symmetric().await;
    here.call("root", "CreateAlias", json!({ "AliasName": "alias/one", "TargetKeyId": key })).await.ok();
    there.kms.refresh().await.unwrap();
    there.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 })).await.ok();
    here.pass_days(8);
    // Both find it due.
    here.kms.refresh().await.unwrap();
    let (one, two) = tokio::join!(here.kms.tend(), there.kms.tend());
    one.and(two).unwrap();
    for room in [&here, &there] {
        room.kms.refresh().await.unwrap();
        assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": key })).await.code(), "NotFoundException");
        let aliases = room.call("root", "ListAliases", json!({})).await.ok().to_string();
        assert!(!aliases.contains("alias/one"), "{aliases}");
    }
    // And its name is free again.
    let other = there.symmetric().await;
    there.call("root", "CreateAlias", json!({ "AliasName": "alias/one", "TargetKeyId": other })).await.ok();
}

#[tokio::test]
async fn no_change_is_lost_when_both_write_at_once() {
    let here = Room::open().await;
    let there = here.replica().await;
    let key = here.symmetric().await;
    // Each tag is a change to the whole record of the key.
    let tag = async |room: &Room, name: String| {
        let body = json!({ "KeyId": key, "Tags": [{ "TagKey": name, "TagValue": "x" }] });
        room.call("root", "TagResource", body).await.ok();
    };
    there.kms.refresh().await.unwrap();
    let ours = (0..20).map(|n| tag(&here, format!("here-{n}")));
    let theirs = (0..20).map(|n| tag(&there, format!("there-{n}")));
    tokio::join!(join_all(ours), join_all(theirs));
    for room in [&here, &there, &here.replica().await] {
        room.kms.refresh().await.unwrap();
        let tags = room.call("root", "ListResourceTags", json!({ "KeyId": key })).await.ok();
        assert_eq!(tags["Tags"].as_array().unwrap().len(), 40);
    }
}

#[tokio::test]
async fn what_may_be_there_once_is_made_once() {
    let here = Room::open().await;
    let there = here.replica().await;
    let key = here.symmetric().await;
    there.kms.refresh().await.unwrap();
    let alias = json!({ "AliasName": "alias/only", "TargetKeyId": key });
    let (one, two) =
        tokio::join!(here.call("root", "CreateAlias", alias.clone()), there.call("root", "CreateAlias", alias));
    assert_eq!(BTreeSet::from([one.status, two.status]), BTreeSet::from([200, 400]));

    // AWS's own key is made by whoever needs it first.
    let describe = json!({ "KeyId": "alias/aws/s3" });
    let (one, two) =
        tokio::join!(here.call("root", "DescribeKey", describe.clone()), there.call("root", "DescribeKey", describe));
    assert_eq!(one.ok()["KeyMetadata"]["Arn"], two.ok()["KeyMetadata"]["Arn"]);
}

#[tokio::test]
async fn who_missed_much_reads_everything() {
    let here = Room::open().await;
    let there = here.replica().await;
    let key = here.symmetric().await;
    let database = Database::open(here.database.clone()).await.unwrap();
    // As if the journal no longer went back so far.
    sqlx::query("DELETE FROM kms_journal").execute(database.pool()).await.unwrap();
    there.kms.refresh().await.unwrap();
    assert_eq!(state(&there, &key).await, "Enabled");
}

#[tokio::test]
async fn a_watch_hears_of_a_change() {
    let room = Room::open().await;
    let database = Database::open(room.database.clone()).await.unwrap();
    let mut watch = database.watch().await.unwrap();
    let started = Instant::now();
    let (heard, _) = tokio::join!(watch.next(), room.symmetric());
    heard.unwrap();
    // Sooner than by the poll that stands behind PostgreSQL's notifications.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

/// By the poll: whoever wrote did not say so, or the word was lost.
#[tokio::test]
async fn a_watch_looks_even_where_nobody_announced() {
    let room = Room::open().await;
    let database = Database::open(room.database.clone()).await.unwrap();
    let mut watch = database.watch().await.unwrap();
    sqlx::query("UPDATE kms_revision SET revision = revision + 1").execute(database.pool()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(8), watch.next()).await.expect("a look by now").unwrap();
}

/// The server ends the connection that listens, as it does when it is restarted.
#[tokio::test]
async fn a_watch_that_lost_its_connection_listens_again() {
    let Some(_) = postgres::programs() else { return };
    let room = Room::open().await;
    let database = Database::open(room.database.clone()).await.unwrap();
    let mut watch = database.watch().await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let ended: Vec<bool> = sqlx::query_scalar(end).fetch_all(database.pool()).await.unwrap();
    assert_eq!(ended, [true]);
    // Told that something may have been missed.
    let started = Instant::now();
    watch.next().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let (heard, _) = tokio::join!(watch.next(), room.symmetric());
    heard.unwrap();
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn gateways_with_one_postgresql_are_one() {
    let Some(_) = postgres::programs() else { return };
    let here = Gateway::start().await;
    let there = here.replica().await;
    let (ours, theirs) = (kms::Kms::of(&here.s3()), kms::Kms::of(&there.s3()));
    let made = ours.call("CreateKey", "{}").await.json();
    let key = json!({ "KeyId": made["KeyMetadata"]["Arn"] }).to_string();
    eventually(async || theirs.call("DescribeKey", &key).await.status == 200).await;
    theirs.call("DisableKey", &key).await.ok();
    eventually(async || ours.call("GenerateDataKey", &made_data_key(&made)).await.status == 400).await;
}

fn made_data_key(made: &Value) -> String {
    json!({ "KeyId": made["KeyMetadata"]["Arn"], "KeySpec": "AES_256" }).to_string()
}

/// Within two seconds: the poll alone would need five.
async fn eventually(mut happens: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(2);
    while !happens().await {
        assert!(Instant::now() < deadline, "not heard of in time");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_newer_schema_and_a_missing_server_stop_the_start() {
    let room = Room::open().await;
    let database = Database::open(room.database.clone()).await.unwrap();
    sqlx::query("UPDATE schema_version SET version = 99 WHERE room = 'kms'").execute(database.pool()).await.unwrap();
    let error = database.migrate("kms", &[]).await.unwrap_err().to_string();
    assert!(error.contains("version 99, newer than this program's 0"), "{error}");
    let nowhere = Config::Postgres("postgres://u:secret@127.0.0.1:1/d".to_owned().into());
    let error = format!("{:?}", Database::open(nowhere).await.err().unwrap());
    assert!(!error.contains("secret"), "{error}");
}

/// A newer program's record, or a damaged one.
#[tokio::test]
async fn a_record_that_cannot_be_read_costs_its_own_key_alone() {
    let here = Room::open().await;
    let there = here.replica().await;
    let (bad, good) = (here.symmetric().await, here.symmetric().await);
    there.kms.refresh().await.unwrap();
    let database = Database::open(here.database.clone()).await.unwrap();
    here.call("root", "DisableKey", json!({ "KeyId": bad })).await.ok();
    let id = bad.rsplit('/').next().unwrap().to_owned();
    let spoil = "UPDATE kms_key SET record = '{\"state\":\"Fused\"}' WHERE key_id = $1";
    sqlx::query(spoil).bind(id).execute(database.pool()).await.unwrap();
    here.call("root", "DisableKey", json!({ "KeyId": good })).await.ok();
    there.kms.refresh().await.unwrap();
    assert_eq!(state(&there, &good).await, "Disabled");
    let used = there.call("root", "Encrypt", json!({ "KeyId": bad, "Plaintext": "AA==" })).await;
    assert_eq!(used.code(), "NotFoundException");
    there.call("root", "EnableKey", json!({ "KeyId": good })).await.ok();
}

/// The permission is on the key that the alias leads to when it is changed, not on the one that a replica remembers.
#[tokio::test]
async fn an_alias_that_was_moved_meanwhile_is_asked_for_anew() {
    let here = Room::open().await;
    let there = here.replica().await;
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:root" }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": { "AWS": "arn:aws:iam::000000000000:user/admin" },
          "Action": ["kms:DeleteAlias", "kms:UpdateAlias"], "Resource": "*" }
    ] });
    let (open, closed) = (here.symmetric().await, here.key(json!({ "Policy": policy.to_string() })).await);
    let alias = |key: &str| json!({ "AliasName": "alias/one", "TargetKeyId": key });
    here.call("root", "CreateAlias", alias(&open)).await.ok();
    there.kms.refresh().await.unwrap();
    here.call("root", "UpdateAlias", alias(&closed)).await.ok();
    assert_eq!(there.call("admin", "UpdateAlias", alias(&open)).await.code(), "AccessDeniedException");
    here.call("root", "UpdateAlias", alias(&open)).await.ok();
    there.kms.refresh().await.unwrap();
    here.call("root", "UpdateAlias", alias(&closed)).await.ok();
    assert_eq!(
        there.call("admin", "DeleteAlias", json!({ "AliasName": "alias/one" })).await.code(),
        "AccessDeniedException"
    );
    there.call("root", "DeleteAlias", json!({ "AliasName": "alias/one" })).await.ok();
    assert_eq!(
        there.call("root", "DeleteAlias", json!({ "AliasName": "alias/one" })).await.code(),
        "NotFoundException"
    );
}
