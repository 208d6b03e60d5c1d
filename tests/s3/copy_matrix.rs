//! Every encryption copied into every other, whole and in part: what is read is what was written, and no body passes
//! through the gateway unless the number of layers changes or a part is asked for.

use crate::support::client::Call;
use crate::support::meter::Meter;
use crate::support::sse::{BUCKET_KEY, CUSTOMER_ALGORITHM, CUSTOMER_KEYS, SSE};
use crate::support::{Answer, Gateway, MIN_PART, S3, bytes, minio};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    S3,
    Kms,
    BucketKey,
    Dsse,
    Customer(u8),
}

const SOURCES: [Mode; 5] = [Mode::S3, Mode::Kms, Mode::BucketKey, Mode::Dsse, Mode::Customer(1)];
const DESTINATIONS: [Mode; 5] = [Mode::S3, Mode::Kms, Mode::BucketKey, Mode::Dsse, Mode::Customer(2)];

impl Mode {
    fn layers(self) -> u8 {
        if self == Self::Dsse { 2 } else { 1 }
    }

    fn write(self, call: Call) -> Call {
        match self {
            Self::S3 => call.header(SSE, "AES256"),
            Self::Kms => call.header(SSE, "aws:kms"),
            Self::BucketKey => call.header(SSE, "aws:kms").header(BUCKET_KEY, "true"),
            Self::Dsse => call.header(SSE, "aws:kms:dsse"),
            Self::Customer(key) => call.customer_key(&[key; 32]),
        }
    }

    fn read(self, call: Call) -> Call {
        match self {
            Self::Customer(key) => call.customer_key(&[key; 32]),
            _ => call,
        }
    }

    fn of_source(self, call: Call) -> Call {
        match self {
            Self::Customer(key) => call.source_customer_key(&[key; 32]),
            _ => call,
        }
    }

    #[track_caller]
    fn told(self, answer: &Answer) {
        let expected = match self {
            Self::S3 => Some("AES256"),
            Self::Kms | Self::BucketKey => Some("aws:kms"),
            Self::Dsse => Some("aws:kms:dsse"),
            Self::Customer(_) => None,
        };
        assert_eq!(answer.header(SSE), expected, "{self:?}");
        assert_eq!(answer.header(BUCKET_KEY), (self == Self::BucketKey).then_some("true"), "{self:?}");
        assert_eq!(answer.header(CUSTOMER_ALGORITHM).is_some(), matches!(self, Self::Customer(_)), "{self:?}");
    }
}

const LONG: usize = 2_000_003;

/// What may pass for a copy that moves no body: heads, and the end of the object with its manifest.
const SPARE: u64 = 160 * 1024;

struct World {
    gateway: Gateway,
    /// On MinIO.
    meter: Option<Meter>,
    bucket: String,
}

impl World {
    async fn start() -> Self {
        let mut settings = CUSTOMER_KEYS.map(|(name, value)| (name, value.to_owned())).to_vec();
        let meter = match minio::binary() {
            Some(_) => Some(Meter::before(minio::shared().address).await),
            None => None,
        };
        if let Some(meter) = &meter {
            settings.push(("SEALGATE_BACKEND_ENDPOINT", format!("http://{}", meter.address)));
        }
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let gateway = Gateway::start_with(&settings).await;
        let bucket = gateway.s3().bucket("matrix").await;
        Self { gateway, meter, bucket }
    }

    /// A client that does not search everything stored for plaintext after each of so many writes: other tests do.
    fn s3(&self) -> S3 {
        S3 { watch: None, ..self.gateway.s3() }
    }

    fn passed(&self) -> u64 {
        self.meter.as_ref().map_or(0, Meter::read)
    }

    async fn write(&self, mode: Mode, key: &str, parts: &[Vec<u8>]) {
        let s3 = self.s3();
        if let [only] = parts {
            mode.write(s3.put(&self.bucket, key, only.clone())).send().await.ok();
            return;
        }
        let start = mode.write(s3.post(&self.bucket, key, "").flag("uploads")).send().await.ok();
        let upload = start.xml().at("UploadId").to_owned();
        let mut done = Vec::new();
        for (number, part) in (1..).zip(parts) {
            let call = s3.part(&self.bucket, key, &upload, number, part.clone());
            done.push((number, mode.read(call).send().await.ok().etag()));
        }
        mode.read(s3.complete(&self.bucket, key, &upload, &done)).send().await.ok();
    }

    /// Copies `source` whole and compares; then onto `copy` it must read as `plain`.
    async fn whole(&self, from: Mode, to: Mode, source: &str, plain: &[u8]) {
        let (s3, bucket) = (self.s3(), &self.bucket);
        let before = self.passed();
        let copied = to.write(from.of_source(s3.copy((bucket, source), bucket, "copy"))).send().await.ok();
        let passed = self.passed() - before;
        to.told(&copied);
        let get = to.read(s3.get(bucket, "copy")).send().await.ok();
        assert!(get.body == plain, "{from:?} to {to:?}, {source}");
        to.told(&get);
        let backend = self.gateway.backend();
        let same = backend.get(bucket, source).await.ok().body == backend.get(bucket, "copy").await.ok().body;
        let moves = from.layers() != to.layers();
        assert_eq!(same, !moves, "{from:?} to {to:?}, {source}: the sealed bodies are equal");
        if self.meter.is_some() && plain.len() >= LONG {
            let bodies = 2 * plain.len() as u64;
            match moves {
                true => assert!(passed >= bodies, "{from:?} to {to:?}, {source}: {passed} bytes"),
                false => assert!(passed <= SPARE, "{from:?} to {to:?}, {source}: {passed} bytes"),
            }
        }
    }

    /// Copies a range of `source` as the one part of an upload.
    async fn part(&self, from: Mode, to: Mode, source: &str, plain: &[u8]) {
        let (s3, bucket) = (self.s3(), &self.bucket);
        let (first, last) = (plain.len() / 3, plain.len() - 2);
        let start = to.write(s3.post(bucket, "part", "").flag("uploads")).send().await.ok();
        let upload = start.xml().at("UploadId").to_owned();
        let call = s3
            .part(bucket, "part", &upload, 1, "")
            .copy_source((bucket, source))
            .header("x-amz-copy-source-range", &format!("bytes={first}-{last}"));
        let copied = to.read(from.of_source(call)).send().await.ok();
        to.told(&copied);
        let etag = copied.xml().at("ETag").to_owned();
        let complete = to.read(s3.complete(bucket, "part", &upload, &[(1, etag)])).send().await.ok();
        complete.xml().at("ETag");
        let get = to.read(s3.get(bucket, "part")).send().await.ok();
        assert!(get.body == plain[first..=last], "{from:?} to {to:?}, {source}");
    }
}

#[tokio::test]
async fn whole_objects() {
    let world = World::start().await;
    let shapes: [(&str, Vec<Vec<u8>>); 4] = [
        ("empty", vec![Vec::new()]),
        ("short", vec![bytes(1, 1000)]),
        ("long", vec![bytes(2, LONG)]),
        ("parts", vec![bytes(3, MIN_PART), bytes(4, 1000)]),
    ];
    for from in SOURCES {
        for (name, parts) in &shapes {
            let source = format!("{from:?}-{name}");
            world.write(from, &source, parts).await;
            for to in DESTINATIONS {
                world.whole(from, to, &source, &parts.concat()).await;
            }
        }
    }
}

#[tokio::test]
async fn parts_of_objects() {
    let world = World::start().await;
    let shapes: [(&str, Vec<Vec<u8>>); 3] = [
        ("short", vec![bytes(1, 1000)]),
        ("long", vec![bytes(2, 200_000)]),
        ("parts", vec![bytes(3, MIN_PART), bytes(4, 1000)]),
    ];
    for from in SOURCES {
        for (name, parts) in &shapes {
            let source = format!("{from:?}-{name}");
            world.write(from, &source, parts).await;
            for to in DESTINATIONS {
                world.part(from, to, &source, &parts.concat()).await;
            }
        }
    }
}
