//! Settings as operators meet them.

use std::collections::BTreeSet;
use std::path::Path;

use super::{SETTINGS, Settings, Values};
use crate::upstream::AddressingStyle;

const EXAMPLE: &str = include_str!("../../config/sealgate.toml");

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let environment = environment.iter().map(|(name, text)| (name.to_string(), text.to_string()));
    let values = Values::merge(Some((Path::new("sealgate.toml"), file)), environment).map_err(|e| e.to_string())?;
    Settings::from_values(&values).map_err(|error| error.to_string())
}

/// The example with its commented settings switched on.
fn uncommented() -> String {
    let is_setting = |line: &str| {
        let name = line.split_once(" = ").map(|(name, _)| name).unwrap_or_default();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(setting) if is_setting(setting) => setting.to_owned(),
        _ => line.to_owned(),
    };
    EXAMPLE.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn paths(table: &toml::Table) -> BTreeSet<String> {
    let inner = |(name, value): (&String, &toml::Value)| match value {
        toml::Value::Table(section) => section.keys().map(|key| format!("{name}.{key}")).collect(),
        _ => vec![name.clone()],
    };
    table.iter().flat_map(inner).collect()
}

#[test]
fn the_example_shows_every_setting_and_no_other() {
    let table: toml::Table = toml::from_str(&uncommented()).unwrap();
    let known: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.path.to_owned()).collect();
    assert_eq!(paths(&table), known);
}

#[test]
fn the_example_states_the_defaults() {
    let example: toml::Table = toml::from_str(EXAMPLE).unwrap();
    let shown = paths(&example);
    for setting in SETTINGS {
        assert_eq!(shown.contains(setting.path), setting.default.is_some(), "{}", setting.path);
    }
    let values = Values::merge(Some((Path::new("x"), EXAMPLE)), std::iter::empty()).unwrap();
    assert!(SETTINGS.iter().all(|setting| !values.is_changed(setting) || setting.default.is_none()));
    let settings = load(EXAMPLE, &[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8484");
    assert!(settings.backend.is_none() && settings.root.is_none() && settings.tls.is_none());
}

#[test]
fn every_setting_has_its_variable_which_wins() {
    let variables: Vec<String> = SETTINGS.iter().map(|setting| setting.variable()).collect();
    assert_eq!(variables.iter().collect::<BTreeSet<_>>().len(), SETTINGS.len());
    let full = uncommented();
    for setting in SETTINGS {
        let text = "a value that the file does not hold";
        let environment = [(setting.variable(), text.to_owned())];
        let values = Values::merge(Some((Path::new("x"), &full)), environment.into_iter()).unwrap();
        assert_eq!(values.get(setting.path).unwrap().0, text, "{}", setting.path);
    }
    assert_eq!(super::Setting::at("backend.endpoint").unwrap().variable(), "SEALGATE_BACKEND_ENDPOINT");
}

#[test]
fn a_backend_is_read_whole() {
    let settings = load(
        "[backend]\nendpoint = \"https://s3.example.org:9000\"\npath_style = false\n",
        &[("SEALGATE_BACKEND_ACCESS_KEY", "key"), ("SEALGATE_BACKEND_SECRET_KEY", "very-secret")],
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("very-secret"));
    let backend = settings.backend.unwrap();
    assert_eq!(backend.endpoint.to_string(), "https://s3.example.org:9000");
    assert_eq!(backend.addressing, AddressingStyle::VirtualHosted);
}

#[test]
fn the_database_is_a_file_unless_a_postgresql_is_named() {
    let settings = load("data_dir = \"/d\"", &[]).unwrap();
    assert_eq!(format!("{:?}", settings.database), "Sqlite(\"/d/sealgate.db\")");
    let url = "postgres://user:very-secret@db.example.org/keys?sslmode=verify-full";
    let settings = load("", &[("SEALGATE_DATABASE_URL", url)]).unwrap();
    assert!(matches!(settings.database, crate::database::Config::Postgres(_)));
    assert!(!format!("{settings:?}").contains("very-secret"));
    for wrong in ["mysql://user:very-secret@h/d", "postgres://user:very-secret@h:port/d", "very-secret"] {
        let error = load("", &[("SEALGATE_DATABASE_URL", wrong)]).unwrap_err();
        assert!(error.contains("`database.url`") && !error.contains("very-secret"), "{error}");
    }
}

#[test]
fn what_is_unknown_or_wrong_is_named() {
    for (file, environment, expected) in [
        ("lisen = \"x\"", &[][..], "unknown setting `lisen` in the file sealgate.toml; did you mean `listen`?"),
        ("[backend]\nendpont = \"x\"", &[], "did you mean `backend.endpoint`?"),
        ("", &[("SEALGATE_LISTN", "x")], "`SEALGATE_LISTN` in the environment variable SEALGATE_LISTN; did you mean"),
        ("listen = 3", &[], "setting `listen` in the file sealgate.toml: expected a string"),
        ("listen = \"here\"", &[], "setting `listen`"),
        ("drain_secs = -1", &[], "expected a whole number from 0"),
        ("", &[("SEALGATE_ACCOUNT_ID", "12")], "`12`: invalid account id: an account id has twelve digits"),
        ("default_encryption = \"DES\"", &[], "`DES` is not one of AES256, aws:kms"),
        ("header_timeout_secs = 0", &[], "must be at least 1"),
        ("max_connections = 0", &[], "must be at least 1"),
        ("domains = [\"https://x\"]", &[], "`https://x` is not a host name"),
        ("regions = [\"EU\"]", &[], "setting `regions`"),
        ("bound_names = [\"photos\"]", &[], "`photos` is not `stored-name=bound-name`"),
        ("listen = ", &[], "is not TOML"),
    ] {
        let error = load(file, environment).unwrap_err();
        assert!(error.contains(expected), "{file} {environment:?}: {error}");
    }
}

#[test]
fn contradictions_say_what_to_do() {
    let https = "[backend]\nendpoint = \"https://b\"\naccess_key = \"a\"\nsecret_key = \"secret-key\"\n";
    assert!(load(https, &[]).is_ok());
    for (file, expected) in [
        ("[tls]\ncert = \"c\"", "`tls.cert` is set but `tls.key` is not; set both or neither"),
        ("regions = [\"eu-west-1\"]", "`regions` does not hold `region`, which is us-east-1; add it"),
        ("[root]\nsecret_key = \"12345678\"", "`root.secret_key` is set but `root.access_key` is not"),
        ("[backend]\nca_file = \"c\"", "`backend.ca_file` is set but `backend.endpoint` is not"),
        ("[backend]\nendpoint = \"http://b\"", "`backend.access_key` and `backend.secret_key` are not; set both"),
        ("[backend]\nendpoint = \"http://b\"\nca_file = \"c\"", "`backend.endpoint` is not https"),
        ("[backend]\nendpoint = \"http://u:p@b\"", "holds no user"),
        ("listen = \"127.0.0.1:1\"\nconsole_listen = \"127.0.0.1:1\"", "are both 127.0.0.1:1"),
        ("[root]\naccess_key = \"abc\"\nsecret_key = \"short\"", "at least 8 characters"),
    ] {
        let error = load(file, &[]).unwrap_err();
        assert!(error.contains(expected), "{file}: {error}");
        assert!(!error.contains("short"), "{error}");
    }
}
