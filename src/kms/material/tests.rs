//! Every spec does what it is for, and nothing else.

use aws_lc_rs::digest;

use super::*;
use crate::kms::spec::MacAlgorithm;

fn material(spec: KeySpec) -> Material {
    Material::decode(spec, Material::draw(spec).unwrap().expose()).unwrap()
}

fn digest_for(algorithm: SigningAlgorithm, message: &[u8]) -> Vec<u8> {
    use SigningAlgorithm::*;
    let hash = match algorithm {
        RsassaPssSha256 | RsassaPkcs1V15Sha256 | EcdsaSha256 | Sm2Dsa => &digest::SHA256,
        RsassaPssSha384 | RsassaPkcs1V15Sha384 | EcdsaSha384 => &digest::SHA384,
        _ => &digest::SHA512,
    };
    digest::digest(hash, message).as_ref().to_vec()
}

#[test]
fn signatures_verify_and_no_altered_message_does() {
    use KeySpec::*;
    for spec in [
        Rsa2048,
        EccNistP256,
        EccNistP384,
        EccNistP521,
        EccSecgP256k1,
        EccNistEdwards25519,
        MlDsa44,
        MlDsa65,
        MlDsa87,
        Sm2,
    ] {
        let (key, stranger) = (material(spec), material(spec));
        for algorithm in spec.signing_algorithms() {
            let digest = digest_for(*algorithm, b"message");
            let mut raw_or_digest =
                vec![Message::Raw(b"message"), Message::Digest(&digest), Message::ExternalMu(&[7; 64])];
            match algorithm {
                SigningAlgorithm::Ed25519Sha512 => raw_or_digest = vec![Message::Raw(b"message")],
                SigningAlgorithm::Ed25519PhSha512 => raw_or_digest = vec![Message::Digest(&digest)],
                SigningAlgorithm::MlDsaShake256 => drop(raw_or_digest.remove(1)),
                _ => drop(raw_or_digest.pop()),
            }
            for message in raw_or_digest {
                let signature = key.sign(*algorithm, message).unwrap();
                key.verify(*algorithm, message, &signature).unwrap();
                assert_eq!(stranger.verify(*algorithm, message, &signature), Err(Fault::Invalid), "{spec} {algorithm}");
                let altered = match message {
                    Message::Raw(_) => Message::Raw(b"Message"),
                    Message::Digest(digest) => Message::Digest(
                        &[&digest[..digest.len() - 1], &[!digest[digest.len() - 1]]].concat().leak()[..],
                    ),
                    Message::ExternalMu(_) => Message::ExternalMu(&[8; 64]),
                };
                assert_eq!(key.verify(*algorithm, altered, &signature), Err(Fault::Invalid), "{spec} {algorithm}");
                let mut altered = signature.clone();
                let middle = altered.len() / 2;
                altered[middle] ^= 1;
                assert_eq!(key.verify(*algorithm, message, &altered), Err(Fault::Invalid), "{spec} {algorithm}");
            }
        }
    }
}

/// A signature over a digest is a signature over the message, except where the pre-hash form says otherwise.
#[test]
fn digest_and_raw_agree() {
    for (spec, algorithm) in [
        (KeySpec::Rsa2048, SigningAlgorithm::RsassaPssSha384),
        (KeySpec::Rsa2048, SigningAlgorithm::RsassaPkcs1V15Sha512),
        (KeySpec::EccNistP521, SigningAlgorithm::EcdsaSha512),
    ] {
        let key = material(spec);
        let digest = digest_for(algorithm, b"message");
        let by_digest = key.sign(algorithm, Message::Digest(&digest)).unwrap();
        key.verify(algorithm, Message::Raw(b"message"), &by_digest).unwrap();
    }
}

#[test]
fn asymmetric_encryption_opens_up_to_its_longest_plaintext() {
    for algorithm in [EncryptionAlgorithm::RsaesOaepSha1, EncryptionAlgorithm::RsaesOaepSha256] {
        let key = material(KeySpec::Rsa2048);
        let longest = max_rsa_plain_len(KeySpec::Rsa2048, algorithm).unwrap();
        let sealed = key.encrypt(algorithm, &vec![3; longest]).unwrap();
        assert_eq!(key.decrypt(algorithm, &sealed).unwrap().expose(), vec![3; longest]);
        assert!(key.encrypt(algorithm, &vec![3; longest + 1]).is_err());
        assert!(material(KeySpec::Rsa2048).decrypt(algorithm, &sealed).is_err());
    }
    let key = material(KeySpec::Sm2);
    let sealed = key.encrypt(EncryptionAlgorithm::Sm2Pke, b"plaintext").unwrap();
    assert_eq!(key.decrypt(EncryptionAlgorithm::Sm2Pke, &sealed).unwrap().expose(), b"plaintext");
}

#[test]
fn two_sides_agree_on_a_secret() {
    for spec in [KeySpec::EccNistP256, KeySpec::EccNistP384, KeySpec::EccNistP521] {
        let (one, other) = (material(spec), material(spec));
        let secret = one.agree(&other.public_key().unwrap()).unwrap();
        assert_eq!(secret.expose(), other.agree(&one.public_key().unwrap()).unwrap().expose());
        assert!(one.agree(&material(KeySpec::EccSecgP256k1).public_key().unwrap()).is_err());
        assert!(one.agree(b"no key").is_err());
    }
}

#[test]
fn an_encapsulated_secret_is_found_again() {
    for (spec, len) in [(KeySpec::MlKem512, 768), (KeySpec::MlKem768, 1088), (KeySpec::MlKem1024, 1568)] {
        let key = material(spec);
        let (secret, ciphertext) = key.encapsulate().unwrap();
        assert_eq!((secret.len(), ciphertext.len()), (32, len));
        assert_eq!(key.decapsulate(&ciphertext).unwrap().expose(), secret.expose());
        assert_eq!(key.decapsulate(&ciphertext[1..]).unwrap_err(), Fault::Invalid);
        let mut altered = ciphertext.clone();
        altered[0] ^= 1;
        assert_ne!(key.decapsulate(&altered).unwrap().expose(), secret.expose());
    }
}

#[test]
fn macs_verify() {
    for (spec, algorithm, len) in [
        (KeySpec::Hmac224, MacAlgorithm::HmacSha224, 28),
        (KeySpec::Hmac256, MacAlgorithm::HmacSha256, 32),
        (KeySpec::Hmac384, MacAlgorithm::HmacSha384, 48),
        (KeySpec::Hmac512, MacAlgorithm::HmacSha512, 64),
    ] {
        let Material::Hmac(key) = material(spec) else { panic!("an HMAC key") };
        let mac = key.mac(algorithm, b"message").unwrap();
        assert_eq!(mac.len(), len);
        key.verify(algorithm, b"message", &mac).unwrap();
        assert_eq!(key.verify(algorithm, b"Message", &mac), Err(Fault::Invalid));
        assert_eq!(key.verify(algorithm, b"message", &mac[1..]), Err(Fault::Invalid));
    }
}

/// RFC 4231, test case 2.
#[test]
fn hmac_known_answer() {
    let Material::Hmac(key) = Material::decode(KeySpec::Hmac224, b"Jefe").unwrap() else { panic!("an HMAC key") };
    let mac = key.mac(MacAlgorithm::HmacSha224, b"what do ya want for nothing?").unwrap();
    assert_eq!(hex::encode(mac), "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
}

/// RFC 8032, section 7.1, test 2, and section 7.3 for the pre-hash form (which there hashes the message once).
#[test]
fn ed25519_known_answers() {
    let seed = hex::decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
    let key = Material::decode(KeySpec::EccNistEdwards25519, &seed).unwrap();
    let signature = key.sign(SigningAlgorithm::Ed25519Sha512, Message::Raw(&[0x72])).unwrap();
    assert_eq!(
        hex::encode(signature),
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    );
    let seed = hex::decode("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42").unwrap();
    let key = Material::decode(KeySpec::EccNistEdwards25519, &seed).unwrap();
    let signature = key.sign(SigningAlgorithm::Ed25519PhSha512, Message::Digest(b"abc")).unwrap();
    assert_eq!(
        hex::encode(signature),
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41\
         31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
    );
}

#[test]
fn public_and_private_keys_are_der() {
    use KeySpec::*;
    for spec in [Rsa2048, EccNistP256, EccSecgP256k1, EccNistEdwards25519, MlKem512, MlKem768, Sm2] {
        let key = material(spec);
        assert_eq!(key.public_key().unwrap()[0], 0x30, "{spec}");
        assert_eq!(key.pkcs8().unwrap().expose()[0], 0x30, "{spec}");
    }
}

#[test]
fn material_of_another_spec_is_refused() {
    let rsa = Material::draw(KeySpec::Rsa2048).unwrap();
    assert!(Material::decode(KeySpec::Rsa3072, rsa.expose()).is_err());
    let p256 = Material::draw(KeySpec::EccNistP256).unwrap();
    assert!(Material::decode(KeySpec::EccNistP384, p256.expose()).is_err());
    assert!(Material::decode(KeySpec::SymmetricDefault, &[0; 31]).is_err());
}
