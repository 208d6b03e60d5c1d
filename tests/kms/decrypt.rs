use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::room::Room;

const HIDDEN: &str = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or \
                      you are not allowed to access.";

async fn sealed(room: &Room, key: &str, context: Value) -> String {
    let body = json!({ "KeyId": key, "Plaintext": "c2VjcmV0", "EncryptionContext": context });
    room.call("root", "Encrypt", body).await.ok()["CiphertextBlob"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_key_is_found_in_the_blob() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let blob = sealed(&room, &key, json!({})).await;
    let opened = room.call("reader", "Decrypt", json!({ "CiphertextBlob": blob })).await.ok();
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
    assert_eq!(opened["KeyId"], key);
    assert_eq!(opened["EncryptionAlgorithm"], "SYMMETRIC_DEFAULT");
    assert_eq!(opened["KeyMaterialId"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn the_context_must_match_exactly() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let blob = sealed(&room, &key, json!({ "team": "blue", "stage": "test" })).await;
    let open = async |context| {
        room.call("admin", "Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": context })).await
    };
    open(json!({ "stage": "test", "team": "blue" })).await.ok();
    for context in [json!({}), json!({ "team": "blue" }), json!({ "team": "Blue", "stage": "test" })] {
        open(context).await.fails("InvalidCiphertextException", "");
    }
}

#[tokio::test]
async fn every_damage_is_answered_alike() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let blob = STANDARD.decode(sealed(&room, &key, json!({})).await).unwrap();
    let mut damaged: Vec<Vec<u8>> = vec![blob[..blob.len() - 1].to_vec(), blob[..60].to_vec(), vec![0], vec![9; 122]];
    // The version, the material's id, N, the ciphertext and the tag.
    for position in [0, 20, 60, 75, blob.len() - 1] {
        let mut copy = blob.clone();
        copy[position] ^= 1;
        damaged.push(copy);
    }
    for bytes in damaged {
        for key_id in [None, Some(key.as_str())] {
            let body = json!({ "CiphertextBlob": STANDARD.encode(&bytes), "KeyId": key_id });
            room.call("admin", "Decrypt", body).await.fails("InvalidCiphertextException", "");
        }
    }
    let body = json!({ "CiphertextBlob": STANDARD.encode(vec![1; 6145]) });
    room.call("admin", "Decrypt", body).await.fails(
        "ValidationException",
        "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length less \
         than or equal to 6144",
    );
}

#[tokio::test]
async fn a_key_that_is_not_there_and_one_that_is_forbidden_look_alike() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let blob = sealed(&room, &key, json!({})).await;
    let body = json!({ "CiphertextBlob": blob });
    room.call("nobody", "Decrypt", body.clone()).await.fails("AccessDeniedException", HIDDEN);
    room.call("guest", "Decrypt", body.clone()).await.fails("AccessDeniedException", HIDDEN);
    room.call_in("eu-west-1", "admin", "Decrypt", body).await.fails("AccessDeniedException", HIDDEN);
    let mut other = STANDARD.decode(&blob).unwrap();
    other[2] ^= 1;
    let body = json!({ "CiphertextBlob": STANDARD.encode(other) });
    room.call("admin", "Decrypt", body).await.fails("AccessDeniedException", HIDDEN);
}

#[tokio::test]
async fn another_key_than_the_blobs_is_incorrect() {
    let room = Room::open().await;
    let (key, other) = (room.symmetric().await, room.symmetric().await);
    let blob = sealed(&room, &key, json!({})).await;
    room.call("admin", "Decrypt", json!({ "CiphertextBlob": blob, "KeyId": other })).await.fails(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    );
}

#[tokio::test]
async fn recipients_are_refused_and_dry_runs_tell_the_truth() {
    let room = Room::open().await;
    let key = room.symmetric().await;
    let blob = sealed(&room, &key, json!({})).await;
    let recipient = json!({ "KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": "AA==" });
    let body = json!({ "CiphertextBlob": blob, "Recipient": recipient });
    assert_eq!(room.call("admin", "Decrypt", body).await.code(), "ValidationException");
    let body = json!({ "CiphertextBlob": blob, "DryRun": true });
    assert_eq!(room.call("admin", "Decrypt", body).await.code(), "DryRunOperationException");
    let body = json!({ "CiphertextBlob": blob, "DryRun": true, "EncryptionContext": { "a": "b" } });
    assert_eq!(room.call("admin", "Decrypt", body).await.code(), "InvalidCiphertextException");
    let body = json!({ "KeyId": key, "DryRun": true, "DryRunModifiers": ["IGNORE_CIPHERTEXT"] });
    assert_eq!(room.call("admin", "Decrypt", body.clone()).await.code(), "DryRunOperationException");
    assert_eq!(room.call("nobody", "Decrypt", body).await.code(), "AccessDeniedException");
    assert_eq!(room.call("admin", "Decrypt", json!({})).await.code(), "ValidationException");
}
