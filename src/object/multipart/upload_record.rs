//! The record of an upload in the system bucket: its envelope, and the checksum that its parts carry.
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 2; 1 has no initiator and no kept keys |
//! | 2 + n | bucket, object key, upload id, envelope as its header has it, declared headers: each with its length, big endian |
//! | 2 + n | initiator, kept keys: the same |
//! | 12 + 2 + 16 | nonce; checksum algorithm and kind (0: none) under AES-256-GCM; tag |
//!
//! Key: HKDF(DEK, "sealgate/v1/upload-record"); associated data: everything before the nonce. Names stand in the clear:
//! the backend knows them. Declared headers are those by which policies decide on parts, which do not carry them, as
//! `name: value` lines. The initiator is the ARN of who began the upload, which lists of uploads show. Kept keys: under
//! SSE-C, what [`UploadKeys`] says; empty in other modes.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use moka::future::Cache;

use super::super::Objects;
use super::super::error::{Error, Fault};
use super::declared;
use super::upload_keys::UploadKeys;
use crate::checksum::{Algorithm, ChecksumKind};
use crate::crypto::{Secret, random, sha256};
use crate::envelope::Envelope;
use crate::names::{BucketName, ObjectKey};
use crate::upstream::{self, Body};

const VERSION: u8 = 2;
const FIRST: u8 = 1;
const MAX_RECORD: usize = 64 * 1024;

/// An upload's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UploadName {
    pub bucket: BucketName,
    pub object_key: ObjectKey,
    pub upload_id: String,
}

impl UploadName {
    pub fn place(&self) -> (&BucketName, &ObjectKey) {
        (&self.bucket, &self.object_key)
    }

    /// Where the upload's objects stand in the system bucket, with a final slash.
    pub fn folder(&self) -> String {
        let mut hash = Vec::new();
        for field in [self.bucket.as_str(), self.object_key.as_str(), &self.upload_id] {
            hash.extend_from_slice(&(field.len() as u64).to_be_bytes());
            hash.extend_from_slice(field.as_bytes());
        }
        format!("uploads/{}/", hex::encode(sha256(&[&hash])))
    }

    /// Associated data of what is sealed for one part of this upload.
    pub fn part_context(&self, number: u16) -> Vec<u8> {
        let mut context = Vec::new();
        for field in [self.bucket.as_str(), self.object_key.as_str(), &self.upload_id] {
            context.extend_from_slice(&(field.len() as u64).to_be_bytes());
            context.extend_from_slice(field.as_bytes());
        }
        context.extend_from_slice(&number.to_be_bytes());
        context
    }
}

/// What a record says, before the keys are at hand.
pub struct UploadRecord {
    pub name: UploadName,
    pub envelope: Envelope,
    /// Headers of the request that began the upload.
    pub declared: HeaderMap,
    /// The ARN of who began it. `None`: of an older record.
    pub initiator: Option<String>,
    /// Kept keys, if there are any, and what they are bound to.
    kept: Option<(String, Vec<u8>)>,
    clear: Vec<u8>,
    nonce: [u8; 12],
    sealed: Vec<u8>,
}

/// What is remembered of uploads.
pub struct Uploads {
    /// Records that were read lately: they never change.
    records: Cache<UploadName, Arc<UploadRecord>>,
    /// Under which the keys of uploads under SSE-C are kept.
    pub(super) secret: Secret<32>,
}

impl Uploads {
    pub fn new(secret: Secret<32>) -> Self {
        let idle = Duration::from_secs(900);
        Self { records: Cache::builder().max_capacity(4096).time_to_idle(idle).build(), secret }
    }
}

/// How an upload was begun.
pub struct Begun<'a> {
    /// As its header has it.
    pub envelope: &'a str,
    pub declared: &'a HeaderMap,
    /// An ARN.
    pub initiator: &'a str,
    pub checksum: Option<(Algorithm, ChecksumKind)>,
}

impl UploadRecord {
    /// The bytes of a new record, which keeps the keys where it gets a secret for that.
    pub fn seal(
        name: &UploadName,
        begun: &Begun<'_>,
        keys: &UploadKeys,
        keep_under: Option<&Secret<32>>,
    ) -> Result<Vec<u8>, Error> {
        let mut record = vec![VERSION];
        let declared = declared::encode(begun.declared);
        let UploadName { bucket, object_key, upload_id } = name;
        for field in [bucket.as_str(), object_key.as_str(), upload_id, begun.envelope, &declared, begun.initiator] {
            add(&mut record, field)?;
        }
        let kept = keep_under.map(|secret| keys.seal(secret, &record)).transpose()?;
        add(&mut record, kept.as_deref().unwrap_or_default())?;
        let nonce: [u8; 12] = random();
        let mut sealed = match begun.checksum {
            None => [0, 0],
            Some((algorithm, ChecksumKind::Composite)) => [algorithm.code(), 1],
            Some((algorithm, ChecksumKind::FullObject)) => [algorithm.code(), 2],
        };
        let tag = keys.of_record().seal_in_place(nonce, &record, &mut sealed);
        record.extend_from_slice(&nonce);
        record.extend_from_slice(&sealed);
        record.extend_from_slice(&tag);
        Ok(record)
    }

    /// Reads a record's bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        const DAMAGED: Error = Error::Damaged("an upload record");
        let mut rest = bytes;
        let mut take = |len: usize| -> Result<&[u8], Error> {
            let (head, tail) = rest.split_at_checked(len).ok_or(DAMAGED)?;
            rest = tail;
            Ok(head)
        };
        let count = match take(1)? {
            [VERSION] => 7,
            [FIRST] => 5,
            _ => return Err(DAMAGED),
        };
        let mut fields = Vec::with_capacity(7);
        for _ in 0..count {
            let len = u16::from_be_bytes(take(2)?.try_into().map_err(|_| DAMAGED)?);
            fields.push(std::str::from_utf8(take(len.into())?).map_err(|_| DAMAGED)?);
        }
        let (kept, initiator) = if count == 7 { (fields.pop(), fields.pop().map(str::to_owned)) } else { (None, None) };
        let [bucket, object_key, upload_id, envelope, declared] = fields.try_into().map_err(|_| DAMAGED)?;
        let declared = declared::decode(declared).ok_or(DAMAGED)?;
        let nonce = take(12)?.try_into().map_err(|_| DAMAGED)?;
        let sealed = take(2 + 16)?.to_vec();
        if !take(0)?.is_empty() || !rest.is_empty() {
            return Err(DAMAGED);
        }
        let clear = bytes[..bytes.len() - 12 - 2 - 16].to_vec();
        let kept = kept.filter(|kept| !kept.is_empty());
        let kept = kept.map(|kept| (kept.to_owned(), clear[..clear.len() - kept.len() - 2].to_vec()));
        let name = UploadName {
            bucket: BucketName::new(bucket).map_err(|_| DAMAGED)?,
            object_key: ObjectKey::new(object_key).map_err(|_| DAMAGED)?,
            upload_id: upload_id.to_owned(),
        };
        Ok(Self { name, envelope: Envelope::decode(envelope)?, declared, initiator, kept, clear, nonce, sealed })
    }

    /// The record's bytes.
    pub fn encoded(&self) -> Vec<u8> {
        [self.clear.as_slice(), &self.nonce, &self.sealed].concat()
    }

    /// The keys that were kept for whoever completes the upload or lists its parts. `None`: its mode keeps none.
    pub fn kept_keys(&self, secret: &Secret<32>) -> Result<Option<UploadKeys>, Error> {
        self.kept.as_ref().map(|(text, before)| UploadKeys::open(text, secret, before)).transpose()
    }

    /// The checksum that the parts of this upload carry.
    pub fn checksum(&self, keys: &UploadKeys) -> Result<Option<(Algorithm, ChecksumKind)>, Error> {
        let mut sealed = self.sealed.clone();
        let open = keys.of_record().open_in_place(self.nonce, &self.clear, &mut sealed)?;
        match *open {
            [0, 0] => Ok(None),
            [code, kind] => {
                let algorithm = Algorithm::from_code(code).ok_or(Error::Damaged("an upload record"))?;
                let kind = if kind == 1 { ChecksumKind::Composite } else { ChecksumKind::FullObject };
                Ok(Some((algorithm, kind)))
            }
            _ => Err(Error::Damaged("an upload record")),
        }
    }
}

impl Objects {
    /// The record of an upload. None: there is no such upload, here or at this place.
    pub(in crate::object) async fn upload_record(&self, name: &UploadName) -> Result<Arc<UploadRecord>, Error> {
        if let Some(record) = self.uploads.records.get(name).await {
            return Ok(record);
        }
        let answer = match self.read_system_object(&format!("{}record", name.folder())).await {
            Err(error) if error.is_not_found() => return Err(Fault::NoSuchUpload.into()),
            answer => answer?,
        };
        let record = UploadRecord::decode(&upstream::collect(answer.into_body(), MAX_RECORD).await?)?;
        if record.name != *name {
            return Err(Error::Damaged("an upload record"));
        }
        let record = Arc::new(record);
        self.uploads.records.insert(name.clone(), record.clone()).await;
        Ok(record)
    }

    /// Writes a record.
    pub(in crate::object) async fn write_upload_record(&self, name: &UploadName, record: Vec<u8>) -> Result<(), Error> {
        self.write_system_object(&format!("{}record", name.folder()), Body::Bytes(record.into())).await
    }

    /// Forgets what is cached of an upload.
    pub(in crate::object) async fn forget_upload(&self, name: &UploadName) {
        self.uploads.records.invalidate(name).await;
    }
}

/// Adds a field with its length before it.
fn add(record: &mut Vec<u8>, field: &str) -> Result<(), Error> {
    let len = u16::try_from(field.len()).map_err(|_| Error::Internal("a name that is too long"))?;
    record.extend_from_slice(&len.to_be_bytes());
    record.extend_from_slice(field.as_bytes());
    Ok(())
}
