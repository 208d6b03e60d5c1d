//! The running check of a body against its request's statements.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;

use super::error::InvalidKind;
use super::{Algorithm, Expectations, Hasher, Invalid, Mismatch, decode_value};

/// Fed with the decoded body, it computes what the request states and nothing else.
pub struct Checks {
    expectations: Expectations,
    /// One for each algorithm in use: a SHA-256 that is both payload hash and checksum is computed once.
    running: Vec<(Algorithm, Hasher)>,
}

impl Checks {
    pub fn new(expectations: Expectations) -> Self {
        let mut running: Vec<(Algorithm, Hasher)> = Vec::new();
        let md5 = expectations.content_md5.map(|_| Algorithm::Md5);
        let sha256 = expectations.payload_sha256.map(|_| Algorithm::Sha256);
        for algorithm in [md5, sha256, expectations.algorithm()].into_iter().flatten() {
            if running.iter().all(|(known, _)| *known != algorithm) {
                running.push((algorithm, Hasher::new(algorithm)));
            }
        }
        Self { expectations, running }
    }

    /// Takes the next piece of the decoded body.
    pub fn update(&mut self, plain: &[u8]) {
        for (_, hasher) in &mut self.running {
            hasher.update(plain);
        }
    }

    /// Compares everything. Gives the checksum to keep with the object, if the client sent one. Checked in the order of
    /// AWS: payload hash, Content-MD5, checksum.
    pub fn finish(self, trailers: &HeaderMap) -> Result<Option<(Algorithm, Vec<u8>)>, Mismatch> {
        let Self { expectations, running } = self;
        let values: Vec<_> = running.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect();
        // Every expected algorithm is running; an absent one equals no expectation and so fails.
        let computed =
            |wanted| values.iter().find(|(known, _)| *known == wanted).map_or(&[][..], |(_, value)| value.as_slice());

        if let Some(expected) = expectations.payload_sha256 {
            let computed = computed(Algorithm::Sha256);
            if computed != expected {
                return Err(Mismatch::PayloadSha256 {
                    expected: hex::encode(expected),
                    computed: hex::encode(computed),
                });
            }
        }
        if let Some(expected) = expectations.content_md5 {
            let computed = computed(Algorithm::Md5);
            if computed != expected {
                return Err(Mismatch::ContentMd5 {
                    expected: STANDARD.encode(expected),
                    computed: STANDARD.encode(computed),
                });
            }
        }
        let stated = match (expectations.checksum, expectations.trailing) {
            (Some(stated), _) => stated,
            (None, Some(algorithm)) => (algorithm, trailing_value(algorithm, trailers)?),
            (None, None) => return Ok(None),
        };
        if computed(stated.0) != stated.1 {
            return Err(Mismatch::Checksum(stated.0));
        }
        Ok(Some(stated))
    }
}

fn trailing_value(algorithm: Algorithm, trailers: &HeaderMap) -> Result<Vec<u8>, Invalid> {
    let mut values = trailers.get_all(algorithm.header()).iter();
    let Some(value) = values.next() else {
        return Err(Invalid::new(
            InvalidKind::Trailer,
            "The request contained trailing data that was not well-formed or did not conform to our published schema.",
        ));
    };
    decode_value(algorithm, value.as_bytes()).filter(|_| values.next().is_none()).ok_or_else(|| {
        Invalid::new(
            InvalidKind::ChecksumValue,
            format!("Value for {} trailing header is invalid.", algorithm.header()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::expectations::tests::headers;
    use crate::checksum::hasher::tests::value;

    const PLAIN: &[u8] = b"123456789";

    fn run(
        expectations: Expectations,
        plain: &[u8],
        trailers: &HeaderMap,
    ) -> Result<Option<(Algorithm, Vec<u8>)>, Mismatch> {
        let mut checks = Checks::new(expectations);
        plain.chunks(4).for_each(|piece| checks.update(piece));
        checks.finish(trailers)
    }

    fn everything(algorithm: Algorithm) -> Expectations {
        Expectations {
            content_md5: value(Algorithm::Md5, PLAIN).try_into().ok(),
            payload_sha256: value(Algorithm::Sha256, PLAIN).try_into().ok(),
            checksum: Some((algorithm, value(algorithm, PLAIN))),
            trailing: None,
        }
    }

    #[test]
    fn nothing_stated_nothing_computed() {
        let checks = Checks::new(Expectations::default());
        assert!(checks.running.is_empty());
        assert_eq!(checks.finish(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn the_right_body_passes_and_gives_its_checksum() {
        for algorithm in Algorithm::ALL {
            let stated = (algorithm, value(algorithm, PLAIN));
            assert_eq!(run(everything(algorithm), PLAIN, &HeaderMap::new()), Ok(Some(stated)));
        }
    }

    #[test]
    fn a_hash_that_is_asked_for_twice_is_computed_once() {
        assert_eq!(Checks::new(everything(Algorithm::Sha256)).running.len(), 2);
        assert_eq!(Checks::new(everything(Algorithm::Md5)).running.len(), 2);
        assert_eq!(Checks::new(everything(Algorithm::Crc32)).running.len(), 3);
    }

    #[test]
    fn each_statement_is_compared() {
        let none = HeaderMap::new();
        for algorithm in Algorithm::ALL {
            let only = Expectations { checksum: everything(algorithm).checksum, ..Expectations::default() };
            let error = run(only, b"12345678X", &none).unwrap_err();
            assert_eq!(error, Mismatch::Checksum(algorithm));
            assert_eq!(error.code(), "BadDigest");
            let words = format!("The {} you specified did not match the calculated checksum.", algorithm.name());
            assert_eq!(error.to_string(), words);
        }
        let error = run(everything(Algorithm::Crc32), b"", &none).unwrap_err();
        assert_eq!(error.code(), "XAmzContentSHA256Mismatch");
        let no_hash = Expectations { payload_sha256: None, ..everything(Algorithm::Crc32) };
        let error = run(no_hash, b"", &none).unwrap_err();
        assert_eq!(error.code(), "BadDigest");
        assert_eq!(error.fields()[1], ("CalculatedDigest", "1B2M2Y8AsgTpgAmY7PhCfg==".to_owned()));
    }

    #[test]
    fn trailers() {
        let late = || Expectations { trailing: Some(Algorithm::Crc32), ..Expectations::default() };
        let right = headers(&[("x-amz-checksum-crc32", "y/Q5Jg==")]);
        assert_eq!(run(late(), PLAIN, &right), Ok(Some((Algorithm::Crc32, value(Algorithm::Crc32, PLAIN)))));
        assert_eq!(run(late(), b"x", &right), Err(Mismatch::Checksum(Algorithm::Crc32)));
        let code = |trailers| run(late(), PLAIN, &trailers).unwrap_err().code();
        assert_eq!(code(HeaderMap::new()), "MalformedTrailerError");
        assert_eq!(code(headers(&[("x-amz-checksum-crc32", "y/Q5")])), "InvalidRequest");
        assert_eq!(
            code(headers(&[("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-checksum-crc32", "y/Q5Jg==")])),
            "InvalidRequest"
        );
    }
}
