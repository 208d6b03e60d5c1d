//! The one table of settings.

/// A setting: its place in the TOML file and, by rule, its environment variable.
#[derive(Debug)]
pub struct Setting {
    /// Dotted path in the file, such as `backend.endpoint`.
    pub path: &'static str,
    pub kind: Kind,
    /// As it would stand in the environment; `None`: unset.
    pub default: Option<&'static str>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text that is never shown.
    Secret,
    /// A whole number from 0.
    Number,
    Switch,
    /// An array of strings; in the environment, separated by commas.
    List,
}

impl Setting {
    /// `SEALGATE_` and the path in capitals, dots as underscores.
    pub fn variable(&self) -> String {
        format!("SEALGATE_{}", self.path.to_ascii_uppercase().replace('.', "_"))
    }

    /// The setting at `path`.
    pub fn at(path: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.path == path)
    }
}

const fn setting(path: &'static str, kind: Kind, default: Option<&'static str>) -> Setting {
    Setting { path, kind, default }
}

/// Every setting there is. `config/sealgate.toml` shows each one with its meaning.
pub const SETTINGS: &[Setting] = &[
    setting("listen", Kind::Text, Some("127.0.0.1:8484")),
    setting("console_listen", Kind::Text, Some("127.0.0.1:8485")),
    setting("data_dir", Kind::Text, Some("./sealgate-data")),
    setting("region", Kind::Text, Some("us-east-1")),
    setting("regions", Kind::List, None),
    setting("account_id", Kind::Text, Some("000000000000")),
    setting("domains", Kind::List, Some("localhost")),
    setting("system_bucket", Kind::Text, Some("sealgate-system")),
    setting("default_encryption", Kind::Text, Some("AES256")),
    setting("sse_c_over_http", Kind::Switch, Some("false")),
    setting("new_buckets_block_sse_c", Kind::Switch, Some("true")),
    setting("trusted_proxies", Kind::List, None),
    setting("metadata_check", Kind::Text, Some("refuse")),
    setting("bound_names", Kind::List, None),
    setting("manifest_cache_bytes", Kind::Number, Some("16777216")),
    setting("audit_durability", Kind::Text, Some("written")),
    setting("kms_quotas", Kind::Switch, Some("false")),
    setting("identities", Kind::Text, None),
    setting("log", Kind::Text, Some("info")),
    setting("log_format", Kind::Text, Some("text")),
    setting("drain_secs", Kind::Number, Some("30")),
    setting("header_timeout_secs", Kind::Number, Some("30")),
    setting("body_timeout_secs", Kind::Number, Some("120")),
    setting("body_least_rate", Kind::Number, Some("100")),
    setting("max_connections", Kind::Number, Some("8192")),
    setting("root.access_key", Kind::Text, None),
    setting("root.secret_key", Kind::Secret, None),
    setting("database.url", Kind::Secret, None),
    setting("tls.cert", Kind::Text, None),
    setting("tls.key", Kind::Text, None),
    setting("bucket_key.secs", Kind::Number, Some("300")),
    setting("bucket_key.wraps", Kind::Number, Some("1048576")),
    setting("backend.endpoint", Kind::Text, None),
    setting("backend.region", Kind::Text, Some("us-east-1")),
    setting("backend.access_key", Kind::Text, None),
    setting("backend.secret_key", Kind::Secret, None),
    setting("backend.path_style", Kind::Switch, Some("true")),
    setting("backend.ca_file", Kind::Text, None),
    setting("backend.connect_timeout_secs", Kind::Number, Some("10")),
    setting("backend.read_timeout_secs", Kind::Number, Some("120")),
    setting("backend.pool_idle_per_host", Kind::Number, Some("64")),
    setting("backend.checksum", Kind::Text, Some("none")),
];
