//! The root user's access key: from the settings, or made once and kept.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context as _;
use zeroize::Zeroizing;

use super::MadeCredentials;
use crate::config::RootUser;
use crate::crypto;

const FILE: &str = "root-user.toml";

/// The root user, and whether it was made now.
pub fn root_user(set: Option<RootUser>, data_dir: &Path) -> anyhow::Result<(RootUser, Option<MadeCredentials>)> {
    if let Some(set) = set {
        return Ok((set, None));
    }
    let file = data_dir.join(FILE);
    match std::fs::read_to_string(&file).map(Zeroizing::new) {
        Ok(text) => {
            let kept = parse(&text).with_context(|| {
                format!(
                    "{} does not hold access_key and secret_key; mend it, or remove it for new ones",
                    file.display()
                )
            })?;
            Ok((kept, None))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let user = draw();
            keep(&user, &file).with_context(|| format!("cannot write {}", file.display()))?;
            let made = MadeCredentials {
                access_key_id: user.access_key_id.clone(),
                secret_key: user.secret_key.clone(),
                file,
            };
            Ok((user, Some(made)))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

fn parse(text: &str) -> Option<RootUser> {
    let table: toml::Table = toml::from_str(text).ok()?;
    let value = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    Some(RootUser { access_key_id: value("access_key")?, secret_key: Zeroizing::new(value("secret_key")?) })
}

fn draw() -> RootUser {
    let access_key_id = format!("SG{}", letters(18, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").as_str());
    let secret_key = letters(40, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    RootUser { access_key_id, secret_key }
}

/// `count` letters of `alphabet`, each equally likely.
fn letters(count: usize, alphabet: &[u8]) -> Zeroizing<String> {
    let fair = u8::MAX - u8::MAX % alphabet.len() as u8;
    let mut text = Zeroizing::new(String::with_capacity(count));
    while text.len() < count {
        let [byte] = crypto::random::<1>();
        if byte < fair {
            text.push(alphabet[usize::from(byte) % alphabet.len()].into());
        }
    }
    text
}

/// Written whole, then named: a crash leaves no half of a secret.
fn keep(user: &RootUser, file: &Path) -> std::io::Result<()> {
    let text = Zeroizing::new(format!(
        "# The root user's access key, made at the first start.\naccess_key = \"{}\"\nsecret_key = \"{}\"\n",
        user.access_key_id,
        user.secret_key.as_str()
    ));
    let unfinished = file.with_extension("unfinished");
    let mut open = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    match file.parent() {
        Some(dir) => std::fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn credentials_are_made_once_and_kept_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (first, made) = root_user(None, dir.path()).unwrap();
        let made = made.unwrap();
        assert_eq!((first.access_key_id.len(), first.secret_key.len()), (20, 40));
        assert_eq!(std::fs::metadata(&made.file).unwrap().permissions().mode() & 0o777, 0o600);
        let (second, made) = root_user(None, dir.path()).unwrap();
        assert!(made.is_none());
        assert_eq!((second.access_key_id, second.secret_key), (first.access_key_id, first.secret_key));
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "access_key = 3").unwrap();
        assert!(root_user(None, dir.path()).is_err());
        assert_eq!(std::fs::read_to_string(dir.path().join(FILE)).unwrap(), "access_key = 3");
    }
}
