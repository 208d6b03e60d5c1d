//! File and environment, merged: text by path, each with its source.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Error, Kind, SETTINGS, Setting};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    Variable(String),
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Default => f.write_str("the defaults"),
        }
    }
}

/// Known settings with their values as text.
pub struct Values(BTreeMap<&'static str, (Zeroizing<String>, Source)>);

impl Values {
    /// The defaults, then the file's text if there is one, then the environment.
    pub fn merge(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        let mut values = Self(BTreeMap::new());
        for setting in SETTINGS {
            if let Some(default) = setting.default {
                values.0.insert(setting.path, (Zeroizing::new(default.to_owned()), Source::Default));
            }
        }
        if let Some((path, text)) = file {
            values.read_file(path, text)?;
        }
        values.read_environment(environment)?;
        Ok(values)
    }

    /// The value at `path` and where it came from. An empty text counts as unset.
    pub fn get(&self, path: &str) -> Option<(&str, &Source)> {
        self.0.get(path).filter(|(text, _)| !text.is_empty()).map(|(text, source)| (text.as_str(), source))
    }

    /// Whether it has another value than its default.
    pub fn is_changed(&self, setting: &Setting) -> bool {
        self.get(setting.path).is_some_and(|(text, _)| Some(text) != setting.default)
    }

    fn read_file(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        let table: toml::Table = toml::from_str(text)
            .map_err(|error| Error::NotToml { path: path.to_owned(), reason: error.message().to_owned() })?;
        let source = Source::File(path.to_owned());
        for (name, value) in &table {
            match value {
                toml::Value::Table(section) => {
                    for (inner, value) in section {
                        self.put(&format!("{name}.{inner}"), value, &source)?;
                    }
                }
                value => self.put(name, value, &source)?,
            }
        }
        Ok(())
    }

    fn put(&mut self, path: &str, value: &toml::Value, source: &Source) -> Result<(), Error> {
        let setting = Setting::at(path).ok_or_else(|| unknown(path, source.clone()))?;
        let text = file_text(setting.kind, value).ok_or_else(|| Error::Invalid {
            name: setting.path,
            source_of_it: source.clone(),
            reason: format!("expected {}", expected(setting.kind)),
        })?;
        self.0.insert(setting.path, (Zeroizing::new(text), source.clone()));
        Ok(())
    }

    fn read_environment(&mut self, environment: impl Iterator<Item = (String, String)>) -> Result<(), Error> {
        for (name, text) in environment.filter(|(name, _)| name.starts_with("SEALGATE_") && name != CONFIG_VARIABLE) {
            let source = Source::Variable(name.clone());
            let setting = SETTINGS
                .iter()
                .find(|setting| setting.variable() == name)
                .ok_or_else(|| unknown(&name, source.clone()))?;
            self.0.insert(setting.path, (Zeroizing::new(text), source));
        }
        Ok(())
    }
}

/// Names the configuration file; it is no setting of the file.
const CONFIG_VARIABLE: &str = "SEALGATE_CONFIG";

fn file_text(kind: Kind, value: &toml::Value) -> Option<String> {
    match (kind, value) {
        (Kind::Text | Kind::Secret, toml::Value::String(text)) => Some(text.clone()),
        (Kind::Number, toml::Value::Integer(number)) => u64::try_from(*number).ok().map(|number| number.to_string()),
        (Kind::Switch, toml::Value::Boolean(on)) => Some(on.to_string()),
        (Kind::List, toml::Value::Array(items)) => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        _ => None,
    }
}

fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Secret => "a string",
        Kind::Number => "a whole number from 0",
        Kind::Switch => "true or false",
        Kind::List => "an array of strings",
    }
}

/// An unknown name, with the known one that it resembles most.
fn unknown(name: &str, source: Source) -> Error {
    let close = |known: &str| distance(&name.to_ascii_lowercase(), &known.to_ascii_lowercase());
    let known = |setting: &Setting| match source {
        Source::Variable(_) => setting.variable(),
        Source::File(_) | Source::Default => setting.path.to_owned(),
    };
    let nearest = SETTINGS.iter().map(known).min_by_key(|candidate| close(candidate));
    let hint = match nearest {
        Some(nearest) if close(&nearest) <= 3 => format!("; did you mean `{nearest}`?"),
        _ => "; config/sealgate.toml lists every setting: remove it or correct its name".to_owned(),
    };
    Error::Unknown { name: name.to_owned(), source_of_it: source, hint }
}

/// Levenshtein's edit distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
