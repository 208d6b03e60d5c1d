//! Builds the rooms, from the ground up.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;

use super::chores::Chores;
use super::{MadeCredentials, credentials, system_bucket};
use crate::audit::{self, Audit};
use crate::bucket::{AccessRules, Buckets};
use crate::config::Settings;
use crate::database::{self, Database};
use crate::datakey::{self, DataKeys};
use crate::embedded::Embedded;
use crate::front::Doors;
use crate::front::kms::KmsDoor;
use crate::front::s3::{Door, DoorSettings};
use crate::front::sts::StsDoor;
use crate::identity::{Identities, RootUser, SessionKey};
use crate::kms::{self, Clock, Kms, QuotaMode};
use crate::metrics::Metrics;
use crate::object::{self, Objects};
use crate::sigv4::SecretKeyText;
use crate::upstream::Upstream;

/// The open rooms.
pub struct House {
    pub doors: Doors,
    pub upstream: Arc<Upstream>,
    pub made: Option<MadeCredentials>,
    pub chores: Chores,
}

pub async fn open(settings: Settings) -> anyhow::Result<House> {
    make_data_dir(&settings.data_dir)?;
    let upstream = Arc::new(upstream(&settings.data_dir, settings.backend).await?);
    let (root, made) = credentials::root_user(settings.root, &settings.data_dir)?;
    let root = RootUser {
        account: settings.account.clone(),
        access_key_id: root.access_key_id,
        secret_key: SecretKeyText::new(root.secret_key.as_str()),
    };
    let upload_secret = kms::upload_secret(&settings.data_dir.join("root.key"))?;
    let sessions = SessionKey::new(kms::session_secret(&settings.data_dir.join("root.key"))?);
    let identities = Arc::new(Identities::load_with(root, settings.identities.as_deref(), sessions)?);
    let place = match &settings.database {
        database::Config::Sqlite(path) => format!("cannot open the database {}", path.display()),
        database::Config::Postgres(_) => "cannot open the PostgreSQL database that `database.url` names".to_owned(),
    };
    let audit = audit::Config { file: settings.data_dir.join("audit.jsonl"), durability: settings.audit_durability };
    let kms_config = kms::Config {
        root_key_file: settings.data_dir.join("root.key"),
        account: settings.account.clone(),
        region: settings.region.clone(),
        clock: Clock::System,
        quotas: if settings.kms_quotas { QuotaMode::AsOnAws } else { QuotaMode::Off },
    };
    let audit = Audit::open(&audit)?;
    let probed = async {
        system_bucket::ensure(&upstream, &settings.system_bucket).await?;
        upstream.learn_key_form(&settings.system_bucket).await.context("cannot probe the backend's keys")
    };
    let opened = async {
        let database = Database::open(settings.database).await.context(place)?;
        let kms = Kms::open(kms_config, database.clone(), audit.clone(), identities.clone()).await?;
        let buckets = Buckets::open(database.clone()).await?;
        let access = AccessRules::open(database.clone()).await?;
        anyhow::Ok((database, Arc::new(kms), Arc::new(buckets), Arc::new(access)))
    };
    let ((), (database, kms, buckets, access)) = tokio::try_join!(probed, opened)?;
    let bucket_key = settings.bucket_key;
    let datakeys = Arc::new(DataKeys::new(
        kms.clone(),
        datakey::Config { bucket_key_lifetime: bucket_key.lifetime, bucket_key_wraps: bucket_key.wraps },
    ));
    let object_settings = object::Settings {
        system_bucket: settings.system_bucket.clone(),
        metadata_check: settings.metadata_check,
        bound_names: settings.bound_names,
        manifest_cache: settings.manifest_cache_bytes,
        max_backend_copy: settings.max_backend_copy,
    };
    let s3 = Door {
        upstream: upstream.clone(),
        objects: Arc::new(Objects::new(upstream.clone(), datakeys, buckets.clone(), upload_secret, object_settings)),
        buckets,
        access,
        identities,
        bucket_turns: tokio::sync::Mutex::default(),
        backend_owner: tokio::sync::OnceCell::new(),
        settings: DoorSettings {
            region: settings.region,
            regions: settings.regions,
            domains: settings.domains,
            system_bucket: settings.system_bucket,
            default_encryption: settings.default_encryption,
            sse_c_over_http: settings.sse_c_over_http,
            new_buckets_block_sse_c: settings.new_buckets_block_sse_c,
        },
    };
    let metrics = Arc::new(Metrics::new(SystemTime::now()));
    let chores = Chores::spawn(s3.identities.clone(), kms.clone(), (s3.buckets.clone(), s3.access.clone()), database);
    let sts = StsDoor::new(s3.identities.clone(), audit);
    let doors = Doors { s3, kms: KmsDoor::new(kms), sts, metrics };
    Ok(House { doors, upstream, made, chores })
}

/// The data directory holds keys and credentials: its owner's alone. The names of what is made are synced: a root key in
/// a folder that a power cut takes is gone.
fn make_data_dir(dir: &Path) -> anyhow::Result<()> {
    let unclear = || format!("cannot make the data directory {}; set `data_dir`", dir.display());
    let parent = |dir: &Path| match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => Path::new(".").to_owned(),
    };
    let absent: Vec<_> =
        dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()).map(parent).collect();
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(unclear)?;
    for above in absent {
        std::fs::File::open(above).and_then(|folder| folder.sync_all()).with_context(unclear)?;
    }
    Ok(())
}

async fn upstream(data_dir: &Path, backend: Option<crate::upstream::Config>) -> anyhow::Result<Upstream> {
    match backend {
        Some(config) => Ok(Upstream::http(config)?),
        None => {
            let dir = data_dir.join("objects");
            let embedded = Embedded::open(&dir).await;
            let embedded =
                embedded.with_context(|| format!("cannot open the embedded backend in {}", dir.display()))?;
            Ok(Upstream::embedded(Arc::new(embedded)))
        }
    }
}
