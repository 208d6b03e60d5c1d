//! What was answered is there after a stop; what is on the disk tells nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealgate::database::{Config, Database};
use serde_json::json;

use super::room::Room;
use crate::support::postgres;

#[tokio::test]
async fn a_second_start_finds_everything_again() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let managed = room.call("root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok();
    let sealed = room.call("root", "Encrypt", json!({ "KeyId": key, "Plaintext": "c2VjcmV0" })).await.ok();
    let before = room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok();

    let room = room.reopen().await;
    assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": key })).await.ok(), before);
    assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": "alias/aws/s3" })).await.ok(), managed);
    let opened = room.call("root", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] })).await.ok();
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
}

#[tokio::test]
async fn another_root_key_is_refused_at_the_start() {
    let room = Room::open().await;
    room.symmetric().await;
    let file = room.folder().join("root.key");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, bytes.iter().map(|byte| !byte).collect::<Vec<u8>>()).unwrap();
    let database = sealgate::database::Database::open(room.database.clone()).await.unwrap();
    let trail =
        sealgate::audit::Config { file: room.folder().join("a"), durability: sealgate::audit::Durability::Written };
    let config = sealgate::kms::Config {
        root_key_file: file,
        account: sealgate::names::AccountId::new(super::room::ACCOUNT).unwrap(),
        region: sealgate::names::Region::new(super::room::REGION).unwrap(),
        clock: sealgate::kms::Clock::System,
        quotas: sealgate::kms::QuotaMode::Off,
    };
    let refused = sealgate::kms::Kms::open(
        config,
        database,
        sealgate::audit::Audit::open(&trail).unwrap(),
        room.identities.clone(),
    )
    .await;
    assert!(refused.err().unwrap().to_string().contains("root.key"));
}

/// Imported material would be the sharpest test, since its bytes are known; a data key's bytes are known as well, and the
/// symmetric material must not stand in the file in the form in which it is used.
#[tokio::test]
async fn nothing_in_the_database_can_be_read() {
    let room = Room::open().await;
    let rsa = room.key(json!({ "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY" })).await;
    let made = room
        .call("root", "GenerateDataKey", json!({ "KeyId": room.symmetric().await, "KeySpec": "AES_256" }))
        .await
        .ok();
    let plaintext = STANDARD.decode(made["Plaintext"].as_str().unwrap()).unwrap();
    let root_key = std::fs::read(room.folder().join("root.key")).unwrap();
    let room = room.reopen().await;
    let stored = match &room.database {
        Config::Sqlite(file) => {
            let files = ["db", "db-wal"].map(|kind| std::fs::read(file.with_extension(kind)).unwrap_or_default());
            files.concat()
        }
        Config::Postgres(_) => postgres::shared().stored(),
    };
    let holds = |needle: &[u8]| memchr::memmem::find(&stored, needle).is_some();
    assert!(holds(rsa.as_bytes()), "the right files were read");
    assert!(!holds(&plaintext));
    assert!(!holds(&root_key));
    // rsaEncryption (1.2.840.113549.1.1.1) stands in every RSA private key in PKCS #8.
    assert!(!holds(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]));
    drop(room);
}

/// PostgreSQL keeps deleted rows until its own VACUUM.
#[tokio::test]
async fn of_a_destroyed_key_nothing_is_left_in_the_files() {
    let room = Room::open().await;
    let Config::Sqlite(file) = room.database.clone() else { return };
    let key = room.symmetric().await;
    let database = Database::open(room.database.clone()).await.unwrap();
    let query = "SELECT sealed FROM kms_material WHERE key_id = $1";
    let id = key.rsplit('/').next().unwrap().to_owned();
    let sealed: Vec<u8> = sqlx::query_scalar(query).bind(id).fetch_one(database.pool()).await.unwrap();
    let stands = || {
        let files = ["db", "db-wal"].map(|kind| std::fs::read(file.with_extension(kind)).unwrap_or_default());
        memchr::memmem::find(&files.concat(), &sealed).is_some()
    };
    assert!(stands());
    room.call("root", "ScheduleKeyDeletion", json!({ "KeyId": key, "PendingWindowInDays": 7 })).await.ok();
    room.pass_days(8);
    room.kms.tend().await.unwrap();
    assert_eq!(room.call("root", "DescribeKey", json!({ "KeyId": key })).await.code(), "NotFoundException");
    assert!(!stands());
}
