//! The settings as types, checked against each other.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use zeroize::Zeroizing;

use super::{Error, Setting, Source, Values};
use crate::audit::Durability;
use crate::database;
use crate::front::TrustedProxies;
use crate::front::s3::DefaultEncryption;
use crate::names::{AccountId, BucketName, Region};
use crate::object::{MAX_BACKEND_COPY, MetadataCheck};
use crate::upstream::{self, AddressingStyle, Credentials, Endpoint, TrailingChecksum};

/// Everything that an operator can choose.
#[derive(Debug)]
pub struct Settings {
    /// Where S3, KMS and STS are served.
    pub listen: SocketAddr,
    /// Where health and metrics are served.
    pub console_listen: SocketAddr,
    pub data_dir: PathBuf,
    pub region: Region,
    /// The Regions that clients may sign for; empty: all.
    pub regions: Vec<Region>,
    pub account: AccountId,
    /// Host names whose sub-domains are buckets, in lower case.
    pub domains: Vec<String>,
    pub system_bucket: BucketName,
    pub default_encryption: DefaultEncryption,
    /// Whether keys of the customer (SSE-C) may come over a connection without TLS.
    pub sse_c_over_http: bool,
    /// Whether new buckets refuse keys of the customer (SSE-C) until they are told otherwise.
    pub new_buckets_block_sse_c: bool,
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
    pub trusted_proxies: TrustedProxies,
    pub metadata_check: MetadataCheck,
    /// For replicas and restored buckets: stored bucket name -> the name that its envelopes are bound to.
    pub bound_names: HashMap<BucketName, BucketName>,
    pub manifest_cache_bytes: u64,
    /// Not to be chosen: the tests lower it to see what otherwise takes 5 GiB.
    pub max_backend_copy: u64,
    pub audit_durability: Durability,
    /// Whether the key manager throttles as AWS does.
    pub kms_quotas: bool,
    /// TOML file of further users.
    pub identities: Option<PathBuf>,
    /// A `tracing` filter.
    pub log: String,
    pub log_format: LogFormat,
    /// How long open requests may go on after a signal to stop.
    pub drain: Duration,
    /// How long a client may take for its request's head, and an idle connection may wait for the next one.
    pub header_timeout: Duration,
    /// The longest silence of a client in the middle of a body, in either direction.
    pub body_timeout: Duration,
    /// Bytes a second that a client must move of a body, in the long run; 0: any.
    pub body_least_rate: u32,
    /// The most connections of clients at once.
    pub max_connections: usize,
    /// `None`: made at the first start and kept in the data directory.
    pub root: Option<RootUser>,
    /// Keys and bucket settings. Unless a PostgreSQL database is named, a file in the data directory.
    pub database: database::Config,
    /// `None`: plain HTTP.
    pub tls: Option<TlsFiles>,
    pub bucket_key: BucketKeySettings,
    /// `None`: the embedded backend.
    pub backend: Option<upstream::Config>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The account's root user.
pub struct RootUser {
    pub access_key_id: String,
    pub secret_key: Zeroizing<String>,
}

impl std::fmt::Debug for RootUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootUser").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// How long a bucket key serves.
#[derive(Debug, Clone, Copy)]
pub struct BucketKeySettings {
    pub lifetime: Duration,
    pub wraps: u64,
}

impl Settings {
    /// Reads the file, if one is named, and the environment.
    pub fn load(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Error> {
        let text = file
            .map(|path| {
                std::fs::read_to_string(path)
                    .map(Zeroizing::new)
                    .map_err(|source| Error::Unreadable { path: path.to_owned(), source })
            })
            .transpose()?;
        let file = file.zip(text.as_deref().map(String::as_str));
        Self::from_values(&Values::merge(file, environment)?)
    }

    /// Checks and converts merged values.
    pub fn from_values(values: &Values) -> Result<Self, Error> {
        let settings = Self {
            listen: required(values, "listen")?,
            console_listen: required(values, "console_listen")?,
            data_dir: required(values, "data_dir")?,
            region: required(values, "region")?,
            regions: regions(values)?,
            account: required(values, "account_id")?,
            domains: domains(values)?,
            system_bucket: required(values, "system_bucket")?,
            default_encryption: choice(
                values,
                "default_encryption",
                &[("AES256", DefaultEncryption::SseS3), ("aws:kms", DefaultEncryption::SseKms)],
            )?,
            sse_c_over_http: required(values, "sse_c_over_http")?,
            new_buckets_block_sse_c: required(values, "new_buckets_block_sse_c")?,
            trusted_proxies: optional(values, "trusted_proxies")?.unwrap_or_default(),
            metadata_check: choice(
                values,
                "metadata_check",
                &[("refuse", MetadataCheck::Refuse), ("warn", MetadataCheck::Warn)],
            )?,
            bound_names: bound_names(values)?,
            manifest_cache_bytes: required(values, "manifest_cache_bytes")?,
            max_backend_copy: MAX_BACKEND_COPY,
            audit_durability: choice(
                values,
                "audit_durability",
                &[("written", Durability::Written), ("synced", Durability::Synced)],
            )?,
            kms_quotas: required(values, "kms_quotas")?,
            identities: optional(values, "identities")?,
            log: required(values, "log")?,
            log_format: choice(values, "log_format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
            drain: seconds(values, "drain_secs")?,
            header_timeout: seconds_from_one(values, "header_timeout_secs")?,
            body_timeout: seconds_from_one(values, "body_timeout_secs")?,
            body_least_rate: required(values, "body_least_rate")?,
            max_connections: max_connections(values)?,
            root: root(values)?,
            database: database(values)?,
            tls: pair(values, "tls.cert", "tls.key")?.map(|(cert, key)| TlsFiles { cert, key }),
            bucket_key: BucketKeySettings {
                lifetime: bucket_key_lifetime(values)?,
                wraps: required(values, "bucket_key.wraps")?,
            },
            backend: backend(values)?,
        };
        if !settings.regions.is_empty() && !settings.regions.contains(&settings.region) {
            let reason = format!("`regions` does not hold `region`, which is {}; add it", settings.region);
            return Err(Error::Contradiction(reason));
        }
        if settings.listen == settings.console_listen && settings.listen.port() != 0 {
            let address = settings.listen;
            let reason = format!("`listen` and `console_listen` are both {address}; give one of them another port");
            return Err(Error::Contradiction(reason));
        }
        Ok(settings)
    }
}

fn regions(values: &Values) -> Result<Vec<Region>, Error> {
    let list: String = optional(values, "regions")?.unwrap_or_default();
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let regions: Result<Vec<_>, _> = names.map(Region::new).collect();
    regions.map_err(|error| invalid(values, "regions", error.to_string()))
}

fn domains(values: &Values) -> Result<Vec<String>, Error> {
    let list: String = optional(values, "domains")?.unwrap_or_default();
    let names = list.split(',').map(|name| name.trim().trim_end_matches('.').to_ascii_lowercase());
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    match names.iter().find(|name| name.contains(['/', ':', '*', ' ']) || name.starts_with('.')) {
        Some(name) => Err(invalid(values, "domains", format!("`{name}` is not a host name: no scheme, port or `*`"))),
        None => Ok(names),
    }
}

fn bound_names(values: &Values) -> Result<HashMap<BucketName, BucketName>, Error> {
    let list: String = optional(values, "bound_names")?.unwrap_or_default();
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(|pair| {
        let names = pair.split_once('=').ok_or_else(|| format!("`{pair}` is not `stored-name=bound-name`"))?;
        let name = |text: &str| BucketName::new(text.trim()).map_err(|error| format!("`{pair}`: {error}"));
        Ok((name(names.0)?, name(names.1)?))
    });
    pairs.collect::<Result<_, String>>().map_err(|reason| invalid(values, "bound_names", reason))
}

fn root(values: &Values) -> Result<Option<RootUser>, Error> {
    let Some((access_key_id, secret_key)) = pair::<String, String>(values, "root.access_key", "root.secret_key")?
    else {
        return Ok(None);
    };
    let legal = access_key_id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b',' | b'='));
    if !legal || !(3..=128).contains(&access_key_id.len()) {
        let reason = "an access key has 3 to 128 printable characters without `/`, `,`, `=` and spaces".to_owned();
        return Err(invalid(values, "root.access_key", reason));
    }
    if secret_key.len() < 8 {
        return Err(invalid(values, "root.secret_key", "a secret key has at least 8 characters".to_owned()));
    }
    Ok(Some(RootUser { access_key_id, secret_key: Zeroizing::new(secret_key) }))
}

fn database(values: &Values) -> Result<database::Config, Error> {
    let Some(url) = optional::<String>(values, "database.url")?.map(Zeroizing::new) else {
        return Ok(database::Config::Sqlite(required::<PathBuf>(values, "data_dir")?.join("sealgate.db")));
    };
    // The parser's own words may quote the URL, and with it the password.
    let parses = url.parse::<PgConnectOptions>().is_ok();
    if !parses || !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        let reason =
            "it is not postgres://user:password@host:port/database; leave it away for the file in the data directory";
        return Err(invalid(values, "database.url", reason.to_owned()));
    }
    Ok(database::Config::Postgres(url))
}

fn backend(values: &Values) -> Result<Option<upstream::Config>, Error> {
    let Some(endpoint) = optional::<Endpoint>(values, "backend.endpoint")? else {
        return match super::SETTINGS.iter().find(|s| s.path.starts_with("backend.") && values.is_changed(s)) {
            None => Ok(None),
            Some(setting) => Err(Error::Contradiction(format!(
                "`{}` is set but `backend.endpoint` is not; name the backend, or remove it for the embedded one",
                setting.path
            ))),
        };
    };
    let ca_file: Option<PathBuf> = optional(values, "backend.ca_file")?;
    if ca_file.is_some() && endpoint.scheme != http::uri::Scheme::HTTPS {
        let reason = "`backend.ca_file` is set but `backend.endpoint` is not https; remove one or change the other";
        return Err(Error::Contradiction(reason.to_owned()));
    }
    let Some((access_key_id, secret_key)) = pair::<_, String>(values, "backend.access_key", "backend.secret_key")?
    else {
        let reason = "`backend.endpoint` is set but `backend.access_key` and `backend.secret_key` are not; set both";
        return Err(Error::Contradiction(reason.to_owned()));
    };
    Ok(Some(upstream::Config {
        endpoint,
        region: required(values, "backend.region")?,
        credentials: Credentials { access_key_id, secret_key: Zeroizing::new(secret_key) },
        addressing: match required::<bool>(values, "backend.path_style")? {
            true => AddressingStyle::Path,
            false => AddressingStyle::VirtualHosted,
        },
        ca_file,
        connect_timeout: seconds_from_one(values, "backend.connect_timeout_secs")?,
        read_timeout: seconds_from_one(values, "backend.read_timeout_secs")?,
        pool_idle_per_host: required(values, "backend.pool_idle_per_host")?,
        trailing_checksum: choice(
            values,
            "backend.checksum",
            &[("none", TrailingChecksum::None), ("crc32c", TrailingChecksum::Crc32c)],
        )?,
    }))
}

/// Both or neither.
fn pair<A, B>(values: &Values, first: &'static str, second: &'static str) -> Result<Option<(A, B)>, Error>
where
    A: FromStr<Err: std::fmt::Display>,
    B: FromStr<Err: std::fmt::Display>,
{
    match (optional(values, first)?, optional(values, second)?) {
        (Some(a), Some(b)) => Ok(Some((a, b))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(alone(first, second)),
        (None, Some(_)) => Err(alone(second, first)),
    }
}

fn alone(present: &str, absent: &str) -> Error {
    Error::Contradiction(format!("`{present}` is set but `{absent}` is not; set both or neither"))
}

fn optional<T: FromStr<Err: std::fmt::Display>>(values: &Values, path: &'static str) -> Result<Option<T>, Error> {
    let Some((text, _)) = values.get(path) else { return Ok(None) };
    text.parse().map(Some).map_err(|error: T::Err| {
        // A secret's parser must not quote it.
        let secret = Setting::at(path).is_some_and(|setting| setting.kind == super::Kind::Secret);
        invalid(values, path, if secret { error.to_string() } else { format!("`{text}`: {error}") })
    })
}

fn required<T: FromStr<Err: std::fmt::Display>>(values: &Values, path: &'static str) -> Result<T, Error> {
    optional(values, path)?.ok_or_else(|| invalid(values, path, "must not be empty".to_owned()))
}

fn choice<T: Copy>(values: &Values, path: &'static str, choices: &[(&str, T)]) -> Result<T, Error> {
    let text: String = required(values, path)?;
    let found = choices.iter().find(|(name, _)| *name == text);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        invalid(values, path, format!("`{text}` is not one of {}", names.join(", ")))
    })
}

fn seconds(values: &Values, path: &'static str) -> Result<Duration, Error> {
    let seconds: u32 = required(values, path)?;
    Ok(Duration::from_secs(seconds.into()))
}

/// Reads under a bucket key go on for its lifetime after they were forbidden: not for longer than a day.
fn bucket_key_lifetime(values: &Values) -> Result<Duration, Error> {
    const MOST: Duration = Duration::from_secs(86_400);
    match seconds(values, "bucket_key.secs")? {
        lifetime if lifetime > MOST => {
            Err(invalid(values, "bucket_key.secs", "must be at most 86400, a day".to_owned()))
        }
        lifetime => Ok(lifetime),
    }
}

fn seconds_from_one(values: &Values, path: &'static str) -> Result<Duration, Error> {
    match seconds(values, path)? {
        Duration::ZERO => Err(invalid(values, path, "must be at least 1".to_owned())),
        duration => Ok(duration),
    }
}

fn max_connections(values: &Values) -> Result<usize, Error> {
    match required(values, "max_connections")? {
        0 => Err(invalid(values, "max_connections", "must be at least 1".to_owned())),
        most => Ok(most),
    }
}

fn invalid(values: &Values, path: &'static str, reason: String) -> Error {
    let source_of_it = values.get(path).map_or(Source::Default, |(_, source)| source.clone());
    Error::Invalid { name: path, source_of_it, reason }
}
