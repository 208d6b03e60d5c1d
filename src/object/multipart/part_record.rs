//! The record of one uploaded part: an empty object of the system bucket whose name says everything, sealed.
//!
//! Name: the upload's folder, `parts/`, the number in five digits, `/`, then base64url of nonce (12), ciphertext and tag,
//! cut into path segments of at most 180 characters. Plaintext:
//!
//! | bytes | field |
//! |---|---|
//! | 16 | attempt |
//! | 8 | plaintext length |
//! | 8 | time, milliseconds since 1970 |
//! | 1 | 1: staged, 0: in the backend's upload |
//! | 1 + n | checksum value with its length; 0: none |
//! | 1 + n | the backend's ETag with its length |
//!
//! Key: HKDF(DEK, "sealgate/v1/part-record"); associated data: bucket, object key, upload id and part number.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use super::super::Objects;
use super::super::error::Error;
use super::MAX_PART_NUMBER;
use super::upload_keys::UploadKeys;
use super::upload_record::UploadName;
use crate::crypto::random;
use crate::seal::Attempt;
use crate::upstream::Body;

const SEGMENT: usize = 180;

/// Where a part waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    InUpload,
    Staged,
}

/// What is known of one attempt at a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    pub number: u16,
    pub attempt: Attempt,
    pub plain_len: u64,
    pub time_ms: u64,
    pub whereabouts: Whereabouts,
    pub checksum: Option<Vec<u8>>,
    /// The backend's, without quotes; empty for a staged part.
    pub backend_etag: String,
}

impl PartRecord {
    /// The record's name in the system bucket.
    pub fn seal(&self, upload: &UploadName, keys: &UploadKeys) -> Result<String, Error> {
        let mut plain = Vec::with_capacity(128);
        plain.extend_from_slice(&self.attempt);
        plain.extend_from_slice(&self.plain_len.to_be_bytes());
        plain.extend_from_slice(&self.time_ms.to_be_bytes());
        plain.push(u8::from(self.whereabouts == Whereabouts::Staged));
        for field in [self.checksum.as_deref().unwrap_or_default(), self.backend_etag.as_bytes()] {
            plain.push(u8::try_from(field.len()).map_err(|_| Error::Damaged("its ETag"))?);
            plain.extend_from_slice(field);
        }
        let nonce: [u8; 12] = random();
        let tag = keys.of_parts().seal_in_place(nonce, &upload.part_context(self.number), &mut plain);
        let text = BASE64.encode([&nonce[..], &plain, &tag].concat());
        let mut name = format!("{}{:05}", folder(upload), self.number);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (segment, behind) = rest.split_at(rest.len().min(SEGMENT));
            name.push('/');
            name.push_str(segment);
            rest = behind;
        }
        Ok(name)
    }

    /// Reads a record's name.
    pub fn open(name: &str, upload: &UploadName, keys: &UploadKeys) -> Result<Self, Error> {
        const DAMAGED: Error = Error::Damaged("a part record");
        let rest = name.strip_prefix(&folder(upload)).ok_or(DAMAGED)?;
        let (number, text) = rest.split_once('/').ok_or(DAMAGED)?;
        let number: u16 = number.parse().map_err(|_| DAMAGED)?;
        if !(1..=MAX_PART_NUMBER).contains(&number) {
            return Err(DAMAGED);
        }
        let sealed = BASE64.decode(text.replace('/', "")).map_err(|_| DAMAGED)?;
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or(DAMAGED)?;
        let mut buffer = sealed.to_vec();
        let plain = keys.of_parts().open_in_place(*nonce, &upload.part_context(number), &mut buffer)?;
        let mut rest: &[u8] = plain;
        let mut take = |len: usize| -> Result<&[u8], Error> {
            let (head, tail) = rest.split_at_checked(len).ok_or(DAMAGED)?;
            rest = tail;
            Ok(head)
        };
        let attempt = take(16)?.try_into().map_err(|_| DAMAGED)?;
        let plain_len = u64::from_be_bytes(take(8)?.try_into().map_err(|_| DAMAGED)?);
        let time_ms = u64::from_be_bytes(take(8)?.try_into().map_err(|_| DAMAGED)?);
        let whereabouts = if take(1)? == [1] { Whereabouts::Staged } else { Whereabouts::InUpload };
        let mut field = || -> Result<Vec<u8>, Error> {
            let len = take(1)?.first().copied().unwrap_or(0);
            Ok(take(len.into())?.to_vec())
        };
        let checksum = Some(field()?).filter(|value| !value.is_empty());
        let backend_etag = String::from_utf8(field()?).map_err(|_| DAMAGED)?;
        Ok(Self { number, attempt, plain_len, time_ms, whereabouts, checksum, backend_etag })
    }

    /// Where a staged part stands.
    pub fn staged_key(&self, upload: &UploadName) -> String {
        staged_key(upload, &self.attempt)
    }
}

/// Where the staged stream of an attempt stands.
pub fn staged_key(upload: &UploadName, attempt: &Attempt) -> String {
    format!("{}staged/{}", upload.folder(), hex::encode(attempt))
}

fn folder(upload: &UploadName) -> String {
    format!("{}parts/", upload.folder())
}

impl Objects {
    /// Leaves a record of a part.
    pub(super) async fn write_part_record(
        &self,
        upload: &UploadName,
        record: &PartRecord,
        keys: &UploadKeys,
    ) -> Result<(), Error> {
        self.write_system_object(&record.seal(upload, keys)?, Body::Empty).await
    }

    /// Every record with a number above `marker`, in order of their numbers, until `enough` says so after a page.
    pub(super) async fn part_records(
        &self,
        upload: &UploadName,
        keys: &UploadKeys,
        marker: u16,
        enough: impl Fn(&[PartRecord]) -> bool,
    ) -> Result<(Vec<PartRecord>, bool), Error> {
        let prefix = folder(upload);
        // "00007/..." sorts before "000070".
        let mut after = format!("{prefix}{marker:05}0");
        let mut records = Vec::new();
        loop {
            let (objects, more) = self.list_system_objects(&prefix, Some(&after)).await?;
            for object in &objects {
                records.push(PartRecord::open(&object.key, upload, keys)?);
            }
            match objects.into_iter().next_back() {
                Some(last) if more && !enough(&records) => after = last.key,
                _ => return Ok((records, more)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{BucketName, ObjectKey};
    use crate::seal::{LayerKeys, Layers};

    fn upload() -> UploadName {
        UploadName {
            bucket: BucketName::new("photos").unwrap(),
            object_key: ObjectKey::new("a/b").unwrap(),
            upload_id: "upload".to_owned(),
        }
    }

    fn record() -> PartRecord {
        PartRecord {
            number: 7,
            attempt: [3; 16],
            plain_len: 5 << 20,
            time_ms: 1,
            whereabouts: Whereabouts::InUpload,
            checksum: Some(vec![9; 64]),
            backend_etag: "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
        }
    }

    #[test]
    fn a_record_comes_back_from_its_name() {
        let keys = UploadKeys::of(&LayerKeys::random(Layers::One));
        let name = record().seal(&upload(), &keys).unwrap();
        assert!(name.split('/').all(|segment| segment.len() <= 200), "{name}");
        assert_eq!(PartRecord::open(&name, &upload(), &keys).unwrap(), record());
    }

    #[test]
    fn a_record_belongs_to_its_part_and_upload() {
        let keys = UploadKeys::of(&LayerKeys::random(Layers::One));
        let name = record().seal(&upload(), &keys).unwrap();
        assert!(PartRecord::open(&name.replace("/00007/", "/00008/"), &upload(), &keys).is_err());
        let other = UploadName { upload_id: "other".to_owned(), ..upload() };
        let moved = name.replace(&upload().folder(), &other.folder());
        assert!(PartRecord::open(&moved, &other, &keys).is_err());
        assert!(PartRecord::open(&name, &upload(), &UploadKeys::of(&LayerKeys::random(Layers::One))).is_err());
    }
}
