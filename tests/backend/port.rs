//! One way to ask either backend.

use http::Request;
use http_body_util::{BodyExt, Full};
use sealgate::embedded::Embedded;

use crate::support::client::Call;
use crate::support::{Answer, S3, Xml, minio};

pub enum Port {
    Embedded { s3: S3, embedded: Embedded, _folder: tempfile::TempDir },
    Minio(S3),
}

impl Port {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(folder.path()).await.unwrap();
        Self::Embedded { s3: S3::new(([127, 0, 0, 1], 0).into(), "nobody", "nothing"), embedded, _folder: folder }
    }

    /// None where the tests are not to use MinIO.
    pub fn minio() -> Option<Self> {
        minio::binary()?;
        Some(Self::Minio(S3::new(minio::shared().address, minio::ACCESS_KEY, minio::SECRET_KEY)))
    }

    pub fn is_minio(&self) -> bool {
        matches!(self, Self::Minio(_))
    }

    pub fn s3(&self) -> &S3 {
        let (Self::Embedded { s3, .. } | Self::Minio(s3)) = self;
        s3
    }

    pub async fn send(&self, call: Call) -> Answer {
        let prepared = call.prepare();
        let embedded = match self {
            Self::Minio(s3) => return prepared.send(s3.address).await,
            Self::Embedded { embedded, .. } => embedded,
        };
        let mut request = Request::builder().method(prepared.method.clone()).uri(&prepared.target);
        for (name, value) in &prepared.headers {
            request = request.header(name, value);
        }
        request = request.header("content-length", prepared.body.len());
        let body = Full::new(prepared.body).map_err(|never| match never {}).boxed_unsync();
        let asked = format!("{} {}", prepared.method, prepared.target);
        let (parts, body) = embedded.call(request.body(body).unwrap()).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body, asked, broken: false }
    }

    /// Makes a bucket of a new name.
    pub async fn bucket(&self) -> String {
        let name = crate::support::data::unique("backend");
        self.send(self.s3().call("PUT", &name, "")).await.ok();
        name
    }

    pub async fn put(&self, bucket: &str, key: &str, body: &[u8]) -> Answer {
        self.send(self.s3().put(bucket, key, body.to_vec())).await.ok()
    }

    pub async fn get(&self, bucket: &str, key: &str) -> Answer {
        self.send(self.s3().get(bucket, key)).await
    }

    pub async fn set_versioning(&self, bucket: &str, status: &str) {
        let document = format!(
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status>\
             </VersioningConfiguration>"
        );
        self.send(self.s3().put(bucket, "", document).flag("versioning")).await.ok();
    }

    pub async fn start_upload(&self, bucket: &str, key: &str, headers: &[(&str, &str)]) -> String {
        let mut call = self.s3().post(bucket, key, "").flag("uploads");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        self.send(call).await.xml().at("UploadId").to_owned()
    }

    /// Uploads a part and returns its ETag.
    pub async fn part(&self, (bucket, key, upload): (&str, &str, &str), number: u32, body: &[u8]) -> String {
        self.send(self.s3().part(bucket, key, upload, number, body.to_vec())).await.ok().etag()
    }

    pub async fn complete(&self, (bucket, key, upload): (&str, &str, &str), parts: &[(u32, String)]) -> Answer {
        self.send(self.s3().complete(bucket, key, upload, parts)).await
    }

    /// The document of a bucket's listing with these parameters.
    pub async fn list(&self, bucket: &str, query: &[(&str, &str)]) -> Xml {
        let mut call = self.s3().get(bucket, "");
        for (name, value) in query {
            call = call.query(name, value);
        }
        self.send(call).await.xml()
    }
}

/// The texts at `path` in all elements of this name.
pub fn texts(xml: &Xml, element: &str, path: &str) -> Vec<String> {
    xml.all(element).map(|found| found.at(path).to_owned()).collect()
}

/// Asserts status and code of an S3 error.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "expected {status} {code}: {}", answer.described());
    let found = Xml::parse(&answer.body);
    assert_eq!(found.find("Code"), Some(code), "{}", answer.described());
}
