//! What is compared with what.

use std::io;

use crate::load::{Request, Server};
use crate::run::Run;

pub const SSE_KMS: [(&str, &str); 2] =
    [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-bucket-key-enabled", "true")];
pub const DSSE: [(&str, &str); 1] = [("x-amz-server-side-encryption", "aws:kms:dsse")];
pub const SSE_S3: [(&str, &str); 1] = [("x-amz-server-side-encryption", "AES256")];

pub const DIRECT: &str = "direct";
pub const NGINX: &str = "nginx";
pub const SEALGATE: &str = "sealgate";

/// One column of the tables.
#[derive(Clone, Copy)]
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

    /// The bars are about these; the others take fewer turns.
    pub fn is_core(&self) -> bool {
        [DIRECT, NGINX, SEALGATE].contains(&self.name)
    }
}

/// The servers of a comparison, all in front of the run's MinIO.
pub struct Field {
    nginx: Option<Server>,
    haproxy: Option<Server>,
    pub sealgate: Server,
}

impl Field {
    /// A proxy that is not installed is left out.
    pub fn start(run: &Run) -> io::Result<Self> {
        let optional = |server: io::Result<Server>| match server {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            server => server.map(Some),
        };
        let (nginx, haproxy) = (optional(run.servers.nginx(&run.minio))?, optional(run.servers.haproxy(&run.minio))?);
        let sealgate = run.gateway("sealgate")?;
        for bucket in ["/direct", "/nginx", "/haproxy", "/minio-sse"] {
            run.minio.s3.expect(Request::new("PUT", bucket))?;
        }
        for bucket in ["/sealed", "/sealed-twice"] {
            sealgate.s3.expect(Request::new("PUT", bucket))?;
        }
        Ok(Self { nginx, haproxy, sealgate })
    }

    pub fn targets<'a>(&'a self, run: &'a Run) -> Vec<Target<'a>> {
        let minio = &run.minio;
        let mut targets = vec![Target { name: DIRECT, server: minio, bucket: "direct", headers: &[] }];
        if let Some(server) = &self.nginx {
            targets.push(Target { name: NGINX, server, bucket: "nginx", headers: &[] });
        }
        if let Some(server) = &self.haproxy {
            targets.push(Target { name: "haproxy", server, bucket: "haproxy", headers: &[] });
        }
        let server = &self.sealgate;
        targets.push(Target { name: SEALGATE, server, bucket: "sealed", headers: &SSE_KMS });
        targets.push(Target { name: "sealgate DSSE", server, bucket: "sealed-twice", headers: &DSSE });
        targets.push(Target { name: "MinIO SSE", server: minio, bucket: "minio-sse", headers: &SSE_S3 });
        targets
    }
}
