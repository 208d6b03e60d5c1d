//! Signature Version 4 for the tests' client, by aws-sigv4.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

/// Who signs, and for what scope.
#[derive(Clone, Debug)]
pub struct Signer {
    pub access_key: String,
    pub secret_key: String,
    pub session_token: Option<String>,
    pub region: String,
    pub service: &'static str,
}

/// The headers or query parameters that a signature adds, and the signature itself (the seed of signed chunks).
pub struct Signed {
    pub headers: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub signature: String,
}

impl Signer {
    /// With a user's own key, for S3.
    pub fn s3(access_key: &str, secret_key: &str) -> Self {
        let (access_key, secret_key) = (access_key.into(), secret_key.into());
        Self { access_key, secret_key, session_token: None, region: "us-east-1".into(), service: "s3" }
    }

    /// Signs a request whose `uri` is absolute and encoded. `expires`: presign, the signature goes into the query.
    pub fn sign(
        &self,
        method: &str,
        uri: &str,
        headers: &[(String, String)],
        payload: SignableBody<'_>,
        time: SystemTime,
        expires: Option<Duration>,
    ) -> Signed {
        let identity =
            Credentials::new(&self.access_key, &self.secret_key, self.session_token.clone(), None, "tests").into();
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if expires.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = expires;
        } else if self.service == "s3" {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let lent = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(method, uri, lent, payload).unwrap();
        let (instructions, signature) = sign(request, &params).unwrap().into_parts();
        let (headers, query) = instructions.into_parts();
        Signed {
            headers: headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect(),
            query: query.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect(),
            signature,
        }
    }

    /// The signature of the chunk `data` after the one whose signature is `previous`.
    pub fn sign_chunk(&self, data: &[u8], previous: &str, time: SystemTime) -> String {
        self.chain(
            "AWS4-HMAC-SHA256-PAYLOAD",
            previous,
            &[super::sums::sha256_hex(b""), super::sums::sha256_hex(data)],
            time,
        )
    }

    /// The signature of the trailers, given as they are signed: `name:value\n` each.
    pub fn sign_trailers(&self, trailers: &str, previous: &str, time: SystemTime) -> String {
        self.chain("AWS4-HMAC-SHA256-TRAILER", previous, &[super::sums::sha256_hex(trailers.as_bytes())], time)
    }

    /// S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks".
    fn chain(&self, algorithm: &str, previous: &str, hashes: &[String], time: SystemTime) -> String {
        let (date_time, date) = stamps(time);
        let scope = format!("{date}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("{algorithm}\n{date_time}\n{scope}\n{previous}\n{}", hashes.join("\n"));
        let key = v4::generate_signing_key(&self.secret_key, time, &self.region, self.service);
        v4::calculate_signature(key, text.as_bytes())
    }
}

/// `YYYYMMDDTHHMMSSZ` and `YYYYMMDD` of a time.
pub fn stamps(time: SystemTime) -> (String, String) {
    let moment = time::OffsetDateTime::from(time);
    let date = format!("{:04}{:02}{:02}", moment.year(), u8::from(moment.month()), moment.day());
    (format!("{date}T{:02}{:02}{:02}Z", moment.hour(), moment.minute(), moment.second()), date)
}
