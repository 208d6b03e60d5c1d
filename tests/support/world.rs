//! A gateway with users of its own, and a bucket of its root user.

use super::{Gateway, S3};

/// Of a file of identities: another account, where jane may do anything in S3 and jim has nothing said of him.
pub const OTHERS: &str = r#"
[accounts.111122223333.users.jane.policies]
all = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
[[accounts.111122223333.users.jane.access_keys]]
id = "JANEJANEJANEJANEJA01"
secret = "jane-secret"

[accounts.111122223333.users.jim]
[[accounts.111122223333.users.jim.access_keys]]
id = "JIMJIMJIMJIMJIMJIM01"
secret = "jim-secret"
"#;

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
