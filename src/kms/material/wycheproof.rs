//! Wycheproof's vectors for AES-GCM, on the AEAD that seals blobs and rows. All others pass through the API, in
//! `front::kms::wycheproof`: a blob has a form of its own, so these cannot.

use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use crate::crypto::{Gcm, GcmPure};

#[test]
fn aes_256_gcm() {
    let mut decided = 0;
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
            let passed = opened.is_ok_and(|plain| *plain == test.pt[..]);
            if test.result != TestResult::Acceptable {
                assert_eq!(passed, test.result == TestResult::Valid, "vector {}", test.tc_id);
                decided += 1;
            }
            if test.result == TestResult::Valid {
                let mut plain = test.pt.to_vec();
                let tag = Gcm::new(key).seal_in_place(nonce, &test.aad, &mut plain);
                assert_eq!([&plain[..], &tag].concat(), sealed);
            }
        }
    }
    assert!(decided >= 60, "{decided} vectors only");
}
