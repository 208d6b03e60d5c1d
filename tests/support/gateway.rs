//! A gateway for one test.

use super::minio::{self, Minio};
use super::watch::Watch;
use super::{S3, backend::Backend};
use std::sync::Arc;

pub struct Gateway {
    s3: S3,
    backend: Backend,
}

impl Gateway {
    pub async fn start() -> Self {
        let minio: &Minio = minio::shared();
        let s3 = S3::new(minio.address, minio::ACCESS_KEY, minio::SECRET_KEY);
        let backend = Backend::Minio(s3.clone());
        let _ = Arc::new(Watch { backend: backend.clone(), folders: vec![] });
        Self { s3, backend }
    }

    pub fn s3(&self) -> S3 {
        self.s3.clone()
    }

    pub fn system_bucket(&self) -> String {
        "sealgate-system".into()
    }

    pub fn is_minio(&self) -> bool {
        true
    }

    pub async fn restart(self) -> Self {
        self
    }

    pub fn backend(&self) -> &Backend {
        &self.backend
    }
}
