//! The root key in a file of 32 bytes, readable for its owner alone.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::RootKey;
use crate::crypto::{Secret, random};
use crate::kms::OpenError;

/// Reads the file, or makes it where there is none. A file that others can read or that has another length is refused.
pub fn load_or_make(path: &Path) -> Result<RootKey, OpenError> {
    let refuse = |reason: String| OpenError::RootKey { path: path.to_path_buf(), reason };
    let said = |error: std::io::Error| refuse(error.to_string());
    match File::open(path) {
        Ok(file) => {
            let key = load(file).map_err(refuse)?;
            remove_drafts(path).map_err(said)?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match make(path) {
            // Another start was faster, and its key is the key. It may have removed the draft.
            Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {
                load(File::open(path).map_err(said)?).map_err(refuse)
            }
            made => made.map_err(said),
        },
        Err(error) => Err(said(error)),
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
    remove(&draft)?;
    linked?;
    File::open(folder_of(path))?.sync_all()?;
    Ok(RootKey::new(secret))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name of its own: where every gateway is process 1, the process number is none.
fn draft_path(path: &Path) -> PathBuf {
    let mut name = draft_prefix(path);
    name.push(hex::encode(random::<8>()));
    path.with_file_name(name)
}

fn draft_prefix(path: &Path) -> OsString {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".draft-");
    name
}

/// Removes what a crash has left beside the key: it may be a second copy of it.
fn remove_drafts(path: &Path) -> std::io::Result<()> {
    let prefix = draft_prefix(path);
    for entry in std::fs::read_dir(folder_of(path))? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// It may be gone already: starts that race remove each other's drafts once there is a key.
fn remove(draft: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
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

    /// What a crash between the draft and its link, or behind the link, leaves.
    #[test]
    fn a_draft_stops_nobody_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        std::fs::write(draft_path(&path), [1; 32]).unwrap();
        let first = load_or_make(&path).unwrap().fingerprint();
        assert_eq!(load_or_make(&path).unwrap().fingerprint(), first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn starts_that_race_have_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let starts: Vec<_> = (0..8)
            .map(|_| {
                std::thread::spawn({
                    let path = path.clone();
                    move || load_or_make(&path).unwrap().fingerprint()
                })
            })
            .collect();
        let keys: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        assert!(keys.iter().all(|key| *key == keys[0]));
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
