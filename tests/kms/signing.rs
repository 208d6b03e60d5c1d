//! Sign, Verify, GetPublicKey, GenerateMac, VerifyMac, DeriveSharedSecret, Encapsulate, Decapsulate.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::room::Room;

async fn key(room: &Room, spec: &str, usage: &str) -> String {
    room.key(json!({ "KeySpec": spec, "KeyUsage": usage })).await
}

#[tokio::test]
async fn every_signing_algorithm() {
    let room = Room::open().await;
    let long = STANDARD.encode([7; 64]);
    for (spec, algorithms) in [
        ("RSA_2048", &["RSASSA_PSS_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384"][..]),
        ("ECC_NIST_P256", &["ECDSA_SHA_256"]),
        ("ECC_SECG_P256K1", &["ECDSA_SHA_256"]),
        ("ECC_NIST_EDWARDS25519", &["ED25519_SHA_512", "ED25519_PH_SHA_512"]),
        ("ML_DSA_44", &["ML_DSA_SHAKE_256"]),
        ("SM2", &["SM2DSA"]),
    ] {
        let key = key(&room, spec, "SIGN_VERIFY").await;
        for algorithm in algorithms {
            let kind = if *algorithm == "ED25519_PH_SHA_512" { "DIGEST" } else { "RAW" };
            let mut body = json!({ "KeyId": key, "Message": long, "MessageType": kind, "SigningAlgorithm": algorithm });
            let signed = room.call("root", "Sign", body.clone()).await.ok();
            assert_eq!((&signed["KeyId"], &signed["SigningAlgorithm"]), (&json!(key), &json!(algorithm)));
            body["Signature"] = signed["Signature"].clone();
            let verified = room.call("root", "Verify", body.clone()).await.ok();
            assert_eq!(verified, json!({ "KeyId": key, "SignatureValid": true, "SigningAlgorithm": algorithm }));
            body["Message"] = json!(STANDARD.encode([8; 64]));
            room.call("root", "Verify", body).await.fails("KMSInvalidSignatureException", "");
        }
    }
}

/// The public key that is handed out verifies what is signed: with an implementation that knows nothing of ours.
#[tokio::test]
async fn the_public_key_verifies_outside() {
    let room = Room::open().await;
    let key = key(&room, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let public = room.call("root", "GetPublicKey", json!({ "KeyId": key })).await.ok();
    assert_eq!(public["KeySpec"], "ECC_NIST_P256");
    assert_eq!(public["KeyUsage"], "SIGN_VERIFY");
    assert_eq!(public["SigningAlgorithms"], json!(["ECDSA_SHA_256"]));
    let der = STANDARD.decode(public["PublicKey"].as_str().unwrap()).unwrap();
    let sum = digest::digest(&digest::SHA256, b"message");
    for (message, kind) in [(STANDARD.encode(b"message"), "RAW"), (STANDARD.encode(sum.as_ref()), "DIGEST")] {
        let body =
            json!({ "KeyId": key, "Message": message, "MessageType": kind, "SigningAlgorithm": "ECDSA_SHA_256" });
        let signed = room.call("root", "Sign", body).await.ok();
        let signature = STANDARD.decode(signed["Signature"].as_str().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("key.der"), &der).unwrap();
        std::fs::write(path("signature"), signature).unwrap();
        std::fs::write(path("message"), b"message").unwrap();
        let openssl = std::process::Command::new("openssl")
            .args(["dgst", "-sha256", "-keyform", "DER", "-verify"])
            .arg(path("key.der"))
            .arg("-signature")
            .arg(path("signature"))
            .arg(path("message"))
            .output();
        // Where there is no openssl the crate's own verification above must do.
        if let Ok(output) = openssl {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test]
async fn messages_have_their_limits() {
    let room = Room::open().await;
    let ecc = key(&room, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let sign = async |key: &str, kind: &str, len: usize, algorithm: &str| {
        let body = json!({ "KeyId": key, "Message": STANDARD.encode(vec![1; len]), "MessageType": kind, "SigningAlgorithm": algorithm });
        room.call("root", "Sign", body).await
    };
    sign(&ecc, "RAW", 4096, "ECDSA_SHA_256").await.ok();
    assert_eq!(sign(&ecc, "RAW", 4097, "ECDSA_SHA_256").await.code(), "ValidationException");
    sign(&ecc, "DIGEST", 31, "ECDSA_SHA_256")
        .await
        .fails("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256.");
    sign(&ecc, "RAW", 1, "ECDSA_SHA_384")
        .await
        .fails("InvalidKeyUsageException", "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.");
    assert_eq!(sign(&ecc, "EXTERNAL_MU", 64, "ECDSA_SHA_256").await.code(), "ValidationException");
    let edwards = key(&room, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY").await;
    assert_eq!(sign(&edwards, "DIGEST", 64, "ED25519_SHA_512").await.code(), "ValidationException");
    assert_eq!(sign(&edwards, "RAW", 64, "ED25519_PH_SHA_512").await.code(), "ValidationException");
    let lattice = key(&room, "ML_DSA_65", "SIGN_VERIFY").await;
    sign(&lattice, "EXTERNAL_MU", 64, "ML_DSA_SHAKE_256").await.ok();
    assert_eq!(sign(&lattice, "EXTERNAL_MU", 63, "ML_DSA_SHAKE_256").await.code(), "ValidationException");
    let symmetric = room.symmetric().await;
    let words = format!("{symmetric} key usage is ENCRYPT_DECRYPT which is not valid for Sign.");
    sign(&symmetric, "RAW", 1, "ECDSA_SHA_256").await.fails("InvalidKeyUsageException", &words);
    room.call("root", "GetPublicKey", json!({ "KeyId": symmetric })).await.fails("UnsupportedOperationException", "");
}

#[tokio::test]
async fn macs() {
    let room = Room::open().await;
    let hmac = key(&room, "HMAC_224", "GENERATE_VERIFY_MAC").await;
    let mut body = json!({ "KeyId": hmac, "Message": "AA==", "MacAlgorithm": "HMAC_SHA_224" });
    let made = room.call("root", "GenerateMac", body.clone()).await.ok();
    assert_eq!((&made["KeyId"], &made["MacAlgorithm"]), (&json!(hmac), &json!("HMAC_SHA_224")));
    assert_eq!(STANDARD.decode(made["Mac"].as_str().unwrap()).unwrap().len(), 28);
    body["Mac"] = made["Mac"].clone();
    assert_eq!(room.call("root", "VerifyMac", body.clone()).await.ok()["MacValid"], true);
    body["Message"] = json!("AQ==");
    room.call("root", "VerifyMac", body.clone()).await.fails("KMSInvalidMacException", "");
    body["MacAlgorithm"] = json!("HMAC_SHA_256");
    room.call("root", "GenerateMac", body)
        .await
        .fails("InvalidKeyUsageException", "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.");
}

#[tokio::test]
async fn shared_secrets() {
    let room = Room::open().await;
    let (one, two) =
        (key(&room, "ECC_NIST_P256", "KEY_AGREEMENT").await, key(&room, "ECC_NIST_P256", "KEY_AGREEMENT").await);
    let public =
        async |key: &str| room.call("root", "GetPublicKey", json!({ "KeyId": key })).await.ok()["PublicKey"].clone();
    let derive = async |key: &str, public: Value| {
        let body = json!({ "KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": public });
        room.call("root", "DeriveSharedSecret", body).await
    };
    let secret = derive(&one, public(&two).await).await.ok();
    assert_eq!(secret["SharedSecret"], derive(&two, public(&one).await).await.ok()["SharedSecret"]);
    assert_eq!((&secret["KeyOrigin"], &secret["KeyAgreementAlgorithm"]), (&json!("AWS_KMS"), &json!("ECDH")));
    derive(&one, json!("AAAA")).await.fails("ValidationException", "");

    let kem = key(&room, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE").await;
    let body = json!({ "KeyId": kem, "EncapsulationAlgorithm": "ML_KEM" });
    let made = room.call("root", "Encapsulate", body).await.ok();
    let blob = made["SharedSecretCiphertextBlob"].clone();
    let open = async |blob: Value| {
        let body = json!({ "KeyId": kem, "EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": blob });
        room.call("root", "Decapsulate", body).await
    };
    assert_eq!(open(blob.clone()).await.ok()["SharedSecret"], made["SharedSecret"]);
    open(json!("AAAA")).await.fails("InvalidCiphertextException", "");
    let mut altered = STANDARD.decode(blob.as_str().unwrap()).unwrap();
    altered[0] ^= 1;
    assert_ne!(open(json!(STANDARD.encode(altered))).await.ok()["SharedSecret"], made["SharedSecret"]);
}

#[tokio::test]
async fn dry_runs() {
    let room = Room::open().await;
    let ecc = key(&room, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let hmac = key(&room, "HMAC_256", "GENERATE_VERIFY_MAC").await;
    let kem = key(&room, "ML_KEM_512", "ENCAPSULATE_DECAPSULATE").await;
    let mac = room
        .call("root", "GenerateMac", json!({ "KeyId": hmac, "Message": "AA==", "MacAlgorithm": "HMAC_SHA_256" }))
        .await
        .ok();
    for (action, body) in [
        ("Sign", json!({ "KeyId": ecc, "Message": "AA==", "SigningAlgorithm": "ECDSA_SHA_256", "DryRun": true })),
        ("GenerateMac", json!({ "KeyId": hmac, "Message": "AA==", "MacAlgorithm": "HMAC_SHA_256", "DryRun": true })),
        (
            "VerifyMac",
            json!({ "KeyId": hmac, "Message": "AA==", "Mac": mac["Mac"], "MacAlgorithm": "HMAC_SHA_256", "DryRun": true }),
        ),
        ("Encapsulate", json!({ "KeyId": kem, "EncapsulationAlgorithm": "ML_KEM", "DryRun": true })),
    ] {
        assert_eq!(room.call("root", action, body.clone()).await.code(), "DryRunOperationException", "{action}");
        assert_eq!(room.call("nobody", action, body).await.code(), "AccessDeniedException", "{action}");
    }
    let body = json!({ "KeyId": ecc, "Message": "AA==", "Signature": "AA==", "SigningAlgorithm": "ECDSA_SHA_256", "DryRun": true });
    assert_eq!(room.call("root", "Verify", body).await.code(), "KMSInvalidSignatureException");
}
