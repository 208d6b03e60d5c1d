//! A client of the KMS door: JSON 1.1 over the same endpoint.

use super::{Answer, S3};

pub struct Kms(S3);

impl Kms {
    /// With the credentials of an S3 client.
    pub fn of(s3: &S3) -> Self {
        let mut s3 = s3.clone();
        s3.signer.service = "kms";
        s3.watch = None;
        Self(s3)
    }

    pub async fn call(&self, action: &str, input: &str) -> Answer {
        self.0
            .post("", "", input.to_owned())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", &format!("TrentService.{action}"))
            .send()
            .await
    }
}

impl Answer {
    /// The JSON document of a successful answer.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_slice(&self.ok().body).expect("JSON")
    }

    /// Asserts a KMS error of this type.
    #[track_caller]
    pub fn kms_error(self, status: u16, kind: &str) {
        let described = self.described();
        assert_eq!(self.status, status, "{described}");
        let json: serde_json::Value = serde_json::from_slice(&self.body).expect("JSON");
        let seen = json["__type"].as_str().unwrap_or_default();
        assert_eq!(seen.rsplit('#').next(), Some(kind), "{described}");
    }
}
