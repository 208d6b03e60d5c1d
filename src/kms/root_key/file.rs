//! The root key in a file of 32 bytes, readable for its owner alone.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::RootKey;
use crate::crypto::Secret;
use crate::kms::OpenError;

/// Reads the file, or makes it where there is none. A file that others can read or that has another length is refused.
pub fn load_or_make(path: &Path) -> Result<RootKey, OpenError> {
    let refuse = |reason: String| OpenError::RootKey { path: path.to_path_buf(), reason };
    match File::open(path) {
        Ok(file) => load(file).map_err(refuse),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path).map_err(|error| refuse(error.to_string())),
        Err(error) => Err(refuse(error.to_string())),
    }
}

fn load(mut file: File) -> Result<RootKey, String> {
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if metadata.mode() & 0o077 != 0 {
        return Err(format!("its mode is {:o}, so others can reach it; make it 600", metadata.mode() & 0o777));
    }
    let mut bytes = Zeroizing::new([0; 32]);
    let exact = metadata.len() == 32 && file.read_exact(&mut *bytes).is_ok();
    if !exact {
        return Err(format!("it has {} bytes, not 32", metadata.len()));
    }
    Ok(RootKey::new(Secret::new(*bytes)))
}

/// Written beside its place and then linked into it, so that a crash leaves no half key and a racing start no second one.
fn make(path: &Path) -> std::io::Result<RootKey> {
    let secret = Secret::<32>::random();
    let draft = draft_path(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(secret.expose()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    linked?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(RootKey::new(secret))
}

fn draft_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.draft", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_second_start_finds_the_first_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let first = load_or_make(&path).unwrap().fingerprint();
        assert_eq!(load_or_make(&path).unwrap().fingerprint(), first);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        load_or_make(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(load_or_make(&path).unwrap_err().to_string().contains("640"));
    }

    #[test]
    fn a_file_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        file.write_all(&[1; 31]).unwrap();
        assert!(load_or_make(&path).unwrap_err().to_string().contains("31 bytes"));
    }
}
