//! A gateway with users of its own, and a bucket of its root user.

use super::{Gateway, S3};

pub struct World {
    pub gateway: Gateway,
    pub root: S3,
    pub bucket: String,
    /// Where the file of identities lies.
    pub folder: tempfile::TempDir,
}

impl World {
    /// With this file of identities and further `SEALGATE_*` variables; `theme` begins the bucket's name.
    pub async fn start(theme: &str, identities: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("identities.toml");
        std::fs::write(&file, identities).unwrap();
        let settings = [&[("SEALGATE_IDENTITIES", file.to_str().unwrap())], settings].concat();
        let gateway = Gateway::start_with(&settings).await;
        let root = gateway.s3();
        let bucket = root.bucket(theme).await;
        Self { gateway, root, bucket, folder }
    }

    /// A user of the file whose access key is its name in capitals, again and again, to 18 letters, and `01`; its secret is
    /// `<name>-secret`.
    pub fn user(&self, name: &str) -> S3 {
        let letters: String = name.to_uppercase().chars().cycle().take(18).collect();
        self.gateway.s3_as(&format!("{letters}01"), &format!("{name}-secret"))
    }
}
