//! The assertion behind every put: neither plaintext nor a checksum of it is in anything that the backend keeps.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use memchr::memmem;

use super::backend::Backend;
use super::{Answer, Sum};

pub const ENVELOPE: &str = "x-amz-meta-sealgate";

pub struct Watch {
    pub backend: Backend,
    /// The folders where the backend keeps what it stores, files and databases alike.
    pub folders: Vec<PathBuf>,
    pub system_bucket: String,
}

impl Watch {
    /// After a successful PutObject (`whole`) or UploadPart of `plain`.
    pub async fn stored(&self, bucket: &str, key: &str, plain: &[u8], whole: bool, since: SystemTime) {
        let needles = Needles::of(plain);
        self.files(&needles, bucket, since);
        if whole {
            self.object(&needles, bucket, key).await;
        }
    }

    /// After a successful CompleteMultipartUpload.
    pub async fn completed(&self, bucket: &str, key: &str, parts: &[&[u8]]) {
        let whole: Vec<u8> = parts.concat();
        for plain in parts.iter().copied().chain([&whole[..]]) {
            let needles = Needles::of(plain);
            self.files(&needles, bucket, SystemTime::now() - Duration::from_secs(60));
            self.object(&needles, bucket, key).await;
        }
    }

    /// What the backend says of the object: body, headers, the envelope inside them, its line in a listing.
    async fn object(&self, needles: &Needles, bucket: &str, key: &str) {
        let stored = self.backend.get(bucket, key).await.ok();
        assert!(stored.header(ENVELOPE).is_some(), "{bucket}/{key} has no envelope: {:?}", stored.headers);
        needles.absent_from_answer(&stored, "the stored object");
        let listing = self.backend.list(bucket, key).await;
        needles.absent_from_answer(&listing, "the backend's listing");
    }

    fn files(&self, needles: &Needles, bucket: &str, since: SystemTime) {
        let since = since - Duration::from_secs(2);
        for folder in &self.folders {
            walk(folder, &[bucket, &self.system_bucket], &mut |path| {
                let fresh = std::fs::metadata(path).and_then(|data| data.modified()).is_ok_and(|time| time >= since);
                if fresh && let Ok(content) = std::fs::read(path) {
                    needles.absent_from(&content, &format!("file {}", path.display()));
                }
            });
        }
    }
}

/// All files under `folder`, but of MinIO's own tree only those of the given buckets and of open uploads.
fn walk(folder: &Path, buckets: &[&str], visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let minio_root = folder.join(".minio.sys").exists();
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if minio_root && !buckets.contains(&&*name) {
            if name == ".minio.sys" {
                walk(&path.join("multipart"), &[], visit);
            }
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, buckets, visit),
            Ok(_) => visit(&path),
            Err(_) => {}
        }
    }
}

/// Byte strings that tell what a plaintext is.
pub struct Needles {
    /// (what it is, the bytes)
    list: Vec<(String, Vec<u8>)>,
}

impl Needles {
    pub fn of(plain: &[u8]) -> Self {
        let mut list = Vec::new();
        for (at, sample) in samples(plain) {
            list.push((format!("plaintext at {at}"), sample.to_vec()));
        }
        if plain.len() >= 4 {
            for sum in Sum::ALL {
                let value = sum.of(plain);
                list.push((format!("{} in hex", sum.name()), hex::encode(&value).into_bytes()));
                list.push((format!("{} in upper hex", sum.name()), hex::encode_upper(&value).into_bytes()));
                list.push((format!("{} in base64", sum.name()), STANDARD.encode(&value).into_bytes()));
                // Four raw bytes occur by chance in a few GiB of ciphertext; eight do not.
                if value.len() >= 8 {
                    list.push((format!("{} raw", sum.name()), value));
                }
            }
        }
        Self { list }
    }

    pub fn absent_from(&self, haystack: &[u8], place: &str) {
        for (what, needle) in &self.list {
            assert!(memmem::find(haystack, needle).is_none(), "{what} is in {place}");
        }
    }

    fn absent_from_answer(&self, answer: &Answer, place: &str) {
        self.absent_from(&answer.body, place);
        for (name, value) in &answer.headers {
            self.absent_from(value.as_bytes(), &format!("{place}, header {name}"));
        }
        if let Some(envelope) = answer.header(ENVELOPE) {
            let decoded = URL_SAFE_NO_PAD.decode(envelope).expect("the envelope is base64url");
            self.absent_from(&decoded, &format!("{place}, decoded envelope"));
        }
    }
}

/// Windows of 16 bytes, close enough that each segment holds one, without those that mere padding would equal.
fn samples(plain: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    const WINDOW: usize = 16;
    let step = (plain.len() / 64).clamp(1, 32 << 10);
    let starts =
        (0..plain.len().saturating_sub(WINDOW - 1)).step_by(step.max(WINDOW)).chain(plain.len().checked_sub(WINDOW));
    starts.map(move |at| (at, &plain[at..at + WINDOW])).filter(|(_, window)| {
        let mut seen = [false; 256];
        window.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        seen.iter().filter(|seen| **seen).count() >= 6
    })
}

#[cfg(test)]
mod tests {
    use super::Needles;
    use crate::support::{Sum, bytes};

    #[test]
    #[should_panic(expected = "plaintext at")]
    fn sees_plaintext_inside_other_bytes() {
        let plain = bytes(1, 100_000);
        let mut stored = bytes(2, 1_000);
        stored.extend_from_slice(&plain[65_000..99_000]);
        Needles::of(&plain).absent_from(&stored, "a test");
    }

    #[test]
    #[should_panic(expected = "SHA256 raw")]
    fn sees_a_checksum() {
        let plain = b"short";
        Needles::of(plain).absent_from(&[&b"x"[..], &Sum::Sha256.of(plain)].concat(), "a test");
    }

    #[test]
    fn is_silent_about_other_bytes() {
        Needles::of(&bytes(1, 200_000)).absent_from(&bytes(2, 2_000_000), "a test");
    }
}
