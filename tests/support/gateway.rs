//! A gateway for one test: in this process, on a port of its own, with a folder that goes with it.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sealgate::app::{self, Running};
use sealgate::config::Settings;

use super::backend::Backend;
use super::data::unique;
use super::watch::Watch;
use super::{S3, minio, postgres};

pub const ACCESS_KEY: &str = "SEALGATETESTROOT";
pub const SECRET_KEY: &str = "a-secret-for-tests-only";

pub struct Gateway {
    /// None: the control, clients talk to MinIO itself.
    running: Option<Running>,
    environment: Vec<(String, String)>,
    change: fn(&mut Settings),
    folder: tempfile::TempDir,
    system_bucket: String,
    s3: S3,
    backend: Backend,
}

impl Gateway {
    /// With the settings that nobody has touched.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further `SEALGATE_*` variables.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_changed(settings, |_| ()).await
    }

    /// With settings that no variable has.
    pub async fn start_changed(settings: &[(&str, &str)], change: fn(&mut Settings)) -> Self {
        let folder = tempfile::Builder::new().prefix("sealgate-test-").tempdir().unwrap();
        let system_bucket = if minio::binary().is_some() { unique("system") } else { "sealgate-system".into() };
        let mut environment: Vec<(String, String)> = [
            ("SEALGATE_LISTEN", "127.0.0.1:0"),
            ("SEALGATE_CONSOLE_LISTEN", "127.0.0.1:0"),
            ("SEALGATE_DATA_DIR", folder.path().join("data").to_str().unwrap()),
            ("SEALGATE_ROOT_ACCESS_KEY", ACCESS_KEY),
            ("SEALGATE_ROOT_SECRET_KEY", SECRET_KEY),
            ("SEALGATE_SYSTEM_BUCKET", &system_bucket),
        ]
        .into_iter()
        .chain(settings.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        if let Some(url) = postgres::fresh_url() {
            environment.push(("SEALGATE_DATABASE_URL".into(), url));
        }
        if minio::binary().is_some() {
            let minio = minio::shared();
            // A test may have put something in between.
            if !environment.iter().any(|(name, _)| name == "SEALGATE_BACKEND_ENDPOINT") {
                environment.push(("SEALGATE_BACKEND_ENDPOINT".into(), format!("http://{}", minio.address)));
            }
            environment.push(("SEALGATE_BACKEND_ACCESS_KEY".into(), minio::ACCESS_KEY.into()));
            environment.push(("SEALGATE_BACKEND_SECRET_KEY".into(), minio::SECRET_KEY.into()));
        }
        Self::open(environment, change, folder, system_bucket).await
    }

    async fn open(
        environment: Vec<(String, String)>,
        change: fn(&mut Settings),
        folder: tempfile::TempDir,
        system_bucket: String,
    ) -> Self {
        if is_control() {
            let minio = minio::shared();
            let s3 = S3::new(minio.address, minio::ACCESS_KEY, minio::SECRET_KEY);
            let backend = Backend::Minio(s3.clone());
            return Self { running: None, environment, change, folder, system_bucket, s3, backend };
        }
        let running = started(&environment, change).await;
        let (backend, folders) = match minio::binary() {
            Some(_) => {
                let minio = minio::shared();
                let below = S3::new(minio.address, minio::ACCESS_KEY, minio::SECRET_KEY);
                (Backend::Minio(below), vec![minio.folder.join("data"), folder.path().to_owned()])
            }
            None => (Backend::Embedded(Arc::downgrade(running.upstream())), vec![folder.path().to_owned()]),
        };
        let mut s3 = S3::new(running.address(), ACCESS_KEY, SECRET_KEY);
        let watch = Watch { backend: backend.clone(), folders, system_bucket: system_bucket.clone() };
        s3.watch = Some(Arc::new(watch));
        Self { running: Some(running), environment, change, folder, system_bucket, s3, backend }
    }

    /// Another gateway on the same PostgreSQL database, with the same root key and an embedded backend of its own.
    pub async fn replica(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("sealgate-test-").tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::DirBuilder::new().mode(0o700).create(&data).unwrap();
        std::fs::copy(self.data_dir().join("root.key"), data.join("root.key")).unwrap();
        let mut environment = self.environment.clone();
        environment.retain(|(name, _)| name != "SEALGATE_DATA_DIR");
        environment.push(("SEALGATE_DATA_DIR".into(), data.to_str().unwrap().into()));
        Self::open(environment, self.change, folder, self.system_bucket.clone()).await
    }

    /// Stops it and starts it again on the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(&[]).await
    }

    /// The same, with further settings.
    pub async fn restart_with(mut self, settings: &[(&str, &str)]) -> Self {
        self.environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        drop((self.s3, self.backend));
        Self::open(self.environment, self.change, self.folder, self.system_bucket).await
    }

    /// A client with the root user's access key.
    pub fn s3(&self) -> S3 {
        self.s3.clone()
    }

    /// A client with another access key.
    pub fn s3_as(&self, access_key: &str, secret_key: &str) -> S3 {
        let mut s3 = self.s3();
        (s3.signer.access_key, s3.signer.secret_key) = (access_key.into(), secret_key.into());
        s3
    }

    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    pub fn system_bucket(&self) -> String {
        self.system_bucket.clone()
    }

    pub fn is_minio(&self) -> bool {
        matches!(self.backend, Backend::Minio(_))
    }

    /// The names of the KMS calls so far, as the audit trail has them.
    pub fn kms_events(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.data_dir().join("audit.jsonl")).unwrap_or_default();
        let name = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).ok()?;
            let record = record.get("event").cloned().unwrap_or(record);
            Some(record["eventName"].as_str()?.to_owned())
        };
        text.lines().filter_map(name).collect()
    }

    /// What the janitor does each hour, as if it were this much later. Returns how many uploads were cleared.
    pub async fn clear_abandoned_uploads(&self, later: Duration) -> usize {
        let running = self.running.as_ref().expect("a gateway");
        running.clear_abandoned_uploads(std::time::SystemTime::now() + later).await.expect("the janitor")
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// Of a gateway that has just stopped, what was in progress lets go of the data directory a moment later.
async fn started(environment: &[(String, String)], change: fn(&mut Settings)) -> Running {
    let mut attempts = 100;
    loop {
        let mut settings = Settings::load(None, environment.iter().cloned()).expect("settings");
        change(&mut settings);
        match app::start(settings).await {
            Ok(running) => return running,
            Err(error) if attempts == 0 || !format!("{error:#}").contains("in use") => panic!("no start: {error:#}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        attempts -= 1;
    }
}

fn is_control() -> bool {
    std::env::var_os("SEALGATE_TEST_CONTROL").is_some_and(|value| !value.is_empty())
}
