//! What is compared with what.

use std::io;

use crate::load::servers::Server;
use crate::load::{Request, Servers};

pub const SSE_KMS: [(&str, &str); 2] =
    [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-bucket-key-enabled", "true")];
const DSSE: [(&str, &str); 1] = [("x-amz-server-side-encryption", "aws:kms:dsse")];
const SSE_S3: [(&str, &str); 1] = [("x-amz-server-side-encryption", "AES256")];

/// One column of the tables.
pub struct Target<'a> {
    pub name: &'static str,
    pub server: &'a Server,
    pub bucket: &'static str,
    /// Headers of its uploads.
    pub headers: &'static [(&'static str, &'static str)],
}

impl Target<'_> {
    /// The path of an object.
    pub fn path(&self, object_key: &str) -> String {
        format!("/{}/{object_key}", self.bucket)
    }
}

/// The servers of a comparison, all in front of the first.
pub struct Field {
    pub minio: Server,
    nginx: Option<Server>,
    haproxy: Option<Server>,
    pub sealgate: Server,
}

impl Field {
    /// A proxy that is not installed is left out.
    pub fn start(servers: &Servers) -> io::Result<Self> {
        let minio = servers.minio()?;
        let optional = |server: io::Result<Server>| match server {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            server => server.map(Some),
        };
        let (nginx, haproxy) = (optional(servers.nginx(&minio))?, optional(servers.haproxy(&minio))?);
        let sealgate = servers.sealgate(&minio)?;
        for bucket in ["/direct", "/nginx", "/haproxy", "/minio-sse"] {
            minio.s3.expect(Request::new("PUT", bucket), None)?;
        }
        for bucket in ["/sealed", "/sealed-twice"] {
            sealgate.s3.expect(Request::new("PUT", bucket), None)?;
        }
        Ok(Self { minio, nginx, haproxy, sealgate })
    }

    pub fn targets(&self) -> Vec<Target<'_>> {
        let mut targets = vec![Target { name: "direct", server: &self.minio, bucket: "direct", headers: &[] }];
        if let Some(server) = &self.nginx {
            targets.push(Target { name: NGINX, server, bucket: "nginx", headers: &[] });
        }
        if let Some(server) = &self.haproxy {
            targets.push(Target { name: "haproxy", server, bucket: "haproxy", headers: &[] });
        }
        let server = &self.sealgate;
        targets.push(Target { name: SEALGATE, server, bucket: "sealed", headers: &SSE_KMS });
        targets.push(Target { name: "sealgate DSSE", server, bucket: "sealed-twice", headers: &DSSE });
        targets.push(Target { name: "MinIO SSE", server: &self.minio, bucket: "minio-sse", headers: &SSE_S3 });
        targets
    }
}

pub const NGINX: &str = "nginx";
pub const SEALGATE: &str = "sealgate";
