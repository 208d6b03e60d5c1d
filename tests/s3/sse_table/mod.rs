//! Operation x mode x header: every cell of Amazon S3's tables of encryption headers.

mod rows;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::client::Call;
use crate::support::kms::Kms;
use crate::support::sse::{CONTEXT, CUSTOMER_KEYS, SSE, customer_headers};
use crate::support::sums::content_md5;
use crate::support::{Answer, Gateway, S3, Xml, bytes};

use rows::{ANSWERS, CUSTOMERS, Cell, MODES, Mode, Op, PAIR, REFUSED, SENT, SOURCES, TAKES, TRIO};

const KEY: [u8; 32] = *b"one customer's key of 32 bytes!!";
const OTHER: [u8; 32] = *b"another customer's key, 32 bytes";

type Pairs = Vec<(String, String)>;

/// A gateway and what the rows' placeholders stand for.
struct Stage {
    _gateway: Gateway,
    s3: S3,
    names: Vec<(&'static str, String)>,
}

impl Stage {
    async fn new() -> Self {
        let gateway = Gateway::start_with(&CUSTOMER_KEYS).await;
        let s3 = gateway.s3();
        let kms = Kms::of(&s3);
        let made = kms.call("CreateKey", "{}").await.json();
        let text = |name: &str| made["KeyMetadata"][name].as_str().unwrap().to_owned();
        let alias = format!(r#"{{"AliasName":"alias/table","TargetKeyId":"{}"}}"#, text("KeyId"));
        kms.call("CreateAlias", &alias).await.ok();
        let managed = kms.call("DescribeKey", r#"{"KeyId":"alias/aws/s3"}"#).await.json();
        let names = vec![
            ("{own}", text("Arn")),
            ("{id}", text("KeyId")),
            ("{alias}", "alias/table".into()),
            ("{aws/s3}", managed["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()),
            ("{key}", STANDARD.encode(KEY)),
            ("{md5}", content_md5(&KEY)),
        ];
        Self { _gateway: gateway, s3, names }
    }

    fn value(&self, value: &str) -> String {
        self.names.iter().find(|(name, _)| *name == value).map_or_else(|| value.to_owned(), |(_, text)| text.clone())
    }

    fn headers(&self, headers: rows::Headers) -> Pairs {
        headers.iter().map(|(name, value)| ((*name).to_owned(), self.value(value))).collect()
    }

    /// A bucket with `mode`'s default, a source `source` of SSE-S3, an object `k` and an upload of it as `sends` says.
    async fn place(&self, mode: Option<&Mode>, sends: &Pairs) -> Place<'_> {
        let bucket = self.s3.bucket("table").await;
        if let Some((algorithm, key, bucket_key)) = mode.and_then(|mode| mode.default) {
            let key = key.map(|key| format!("<KMSMasterKeyID>{}</KMSMasterKeyID>", self.value(key)));
            let rule = format!(
                "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}\
                 </SSEAlgorithm>{}</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>{bucket_key}</BucketKeyEnabled>\
                 </Rule></ServerSideEncryptionConfiguration>",
                key.unwrap_or_default()
            );
            self.s3.put(&bucket, "", rule).flag("encryption").send().await.ok();
        }
        self.s3.put(&bucket, "source", bytes(1, 100)).header(SSE, "AES256").send().await.ok();
        self.s3.put(&bucket, "k", bytes(2, 100)).headers(sends).send().await.ok();
        Place { stage: self, bucket, sends: sends.clone() }
    }
}

/// A bucket in which objects and uploads are made in one way.
struct Place<'a> {
    stage: &'a Stage,
    bucket: String,
    sends: Pairs,
}

impl Place<'_> {
    fn key_of_parts(&self) -> Pairs {
        self.sends.iter().filter(|(name, _)| name.contains("customer")).cloned().collect()
    }

    async fn upload(&self) -> String {
        let start = self.stage.s3.post(&self.bucket, "u", "").flag("uploads").headers(&self.sends).send().await;
        start.xml().at("UploadId").to_owned()
    }

    /// Sends `op` with these encryption headers and no other.
    async fn perform(&self, op: Op, headers: &Pairs) -> Answer {
        let (s3, bucket) = (&self.stage.s3, &*self.bucket);
        let source = (bucket, "source");
        let call: Call = match op {
            Op::PostObject => {
                let fields: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
                return super::post_form::post_simple(s3, bucket, "new", &fields).await;
            }
            Op::PutObject => s3.put(bucket, "new", bytes(3, 100)),
            Op::CopyObject => s3.copy(source, bucket, "new"),
            Op::CreateMultipartUpload => s3.post(bucket, "new", "").flag("uploads"),
            Op::UploadPart => s3.part(bucket, "u", &self.upload().await, 1, bytes(4, 100)),
            Op::UploadPartCopy => s3.part(bucket, "u", &self.upload().await, 1, "").copy_source(source),
            Op::CompleteMultipartUpload => {
                let upload = self.upload().await;
                let part = s3.part(bucket, "u", &upload, 1, bytes(4, 100)).headers(&self.key_of_parts()).send().await;
                s3.complete(bucket, "u", &upload, &[(1, part.ok().etag())])
            }
            Op::GetObject => s3.get(bucket, "k"),
            Op::HeadObject => s3.head(bucket, "k"),
            Op::GetObjectAttributes => {
                s3.get(bucket, "k").flag("attributes").header("x-amz-object-attributes", "ETag,Checksum,ObjectSize")
            }
            Op::ListParts => s3.get(bucket, "u").query("uploadId", &self.upload().await),
            Op::ListObjects => s3.get(bucket, ""),
            Op::ListObjectsV2 => s3.get(bucket, "").query("list-type", "2"),
            Op::ListObjectVersions => s3.get(bucket, "").flag("versions"),
            Op::ListMultipartUploads => s3.get(bucket, "").flag("uploads"),
            Op::UpdateObjectEncryption => {
                let own = self.stage.value("{own}");
                let body =
                    format!("<ObjectEncryption><SSE-KMS><KMSKeyArn>{own}</KMSKeyArn></SSE-KMS></ObjectEncryption>");
                let md5 = content_md5(body.as_bytes());
                s3.put(bucket, "k", body).flag("encryption").header("content-md5", &md5)
            }
            Op::DeleteObject => s3.delete(bucket, "k"),
        };
        call.headers(headers).send().await
    }
}

/// Every header of an answer that has to do with encryption.
fn told(answer: &Answer) -> BTreeMap<String, String> {
    let ours = |name: &str| ["encryption", "sse", "kms", "bucket-key"].iter().any(|word| name.contains(word));
    let lines = answer.headers.iter().filter(|(name, _)| ours(name.as_str()));
    lines.map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned())).collect()
}

/// What differs between an answer and its cell.
fn differs(answer: &Answer, cell: Cell) -> Option<String> {
    let code = || Xml::parse(&answer.body).find("Code").map(str::to_owned);
    let fits = match cell {
        None => answer.status.is_success() && !answer.broken,
        // A HEAD has no body that could name the code.
        Some((status, _)) if answer.asked.starts_with("HEAD") => answer.status == status,
        Some((status, expected)) => answer.status == status && code().as_deref() == Some(expected),
    };
    (!fits).then(|| format!("expected {cell:?}: {}", answer.described()))
}

/// The cells that are not as the tables say.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn note(&mut self, row: &str, difference: Option<String>) {
        self.0.extend(difference.map(|difference| format!("{row}: {difference}")));
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n\n"));
    }
}

#[tokio::test]
async fn what_comes_back() {
    let (stage, mut wrong) = (Stage::new().await, Wrong::default());
    for mode in MODES {
        let sends = stage.headers(mode.sends);
        let place = stage.place(Some(mode), &sends).await;
        let answers: BTreeMap<_, _> = stage.headers(mode.answers).into_iter().collect();
        for (op, shows_mode, shows_context, shows_customer) in ANSWERS.iter().copied() {
            let headers = match op {
                op if op.makes_an_object() => sends.clone(),
                op if op.takes_its_key() && mode.is_customers() => stage.headers(TRIO),
                _ => Pairs::new(),
            };
            let row = format!("{op:?}, {}", mode.name);
            let answer = place.perform(op, &headers).await;
            if op == Op::UpdateObjectEncryption && !mode.can_be_updated() {
                wrong.note(&row, differs(&answer, Some((400, "InvalidRequest"))));
                continue;
            }
            let shows = if mode.is_customers() { shows_customer } else { shows_mode };
            let mut expected = if shows { answers.clone() } else { BTreeMap::new() };
            if mode.context && shows_context {
                expected.insert(CONTEXT.to_owned(), PAIR.to_owned());
            }
            wrong.note(&row, differs(&answer, None));
            let told = told(&answer);
            wrong.note(&row, (told != expected).then(|| format!("{told:?}, not {expected:?}")));
            if !shows_mode {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                let words = ["Encryption", "KMSKeyId", "SSECustomer", "BucketKey", "aws:kms", "AES256"];
                wrong.note(&row, words.iter().any(|word| text.contains(word)).then_some(text));
            }
        }
    }
    wrong.none();
}

#[tokio::test]
async fn what_is_taken() {
    let (stage, mut wrong) = (Stage::new().await, Wrong::default());
    let place = stage.place(None, &Pairs::new()).await;
    for (op, cells) in TAKES {
        for (headers, cell) in SENT.iter().zip(cells) {
            let answer = place.perform(*op, &stage.headers(headers)).await;
            wrong.note(&format!("{op:?} with {headers:?}"), differs(&answer, *cell));
        }
    }
    wrong.none();
}

#[tokio::test]
async fn what_customers_keys_open() {
    let (stage, mut wrong) = (Stage::new().await, Wrong::default());
    let own = stage.headers(TRIO);
    let place = stage.place(None, &own).await;
    let other = customer_headers(&OTHER);
    for (op, without, with_other, with_own) in CUSTOMERS.iter().copied() {
        for (headers, cell) in [(&Pairs::new(), without), (&other, with_other), (&own, with_own)] {
            let answer = place.perform(op, headers).await;
            wrong.note(&format!("{op:?} under SSE-C with {headers:?}"), differs(&answer, cell));
        }
    }
    // The source's key beside the destination's, which these tables leave at SSE-S3.
    let place = stage.place(None, &Pairs::new()).await;
    stage.s3.put(&place.bucket, "source", bytes(1, 100)).headers(&own).send().await.ok();
    let of_source = |headers: &Pairs| -> Pairs {
        let name = |name: &str| name.replacen("x-amz-", "x-amz-copy-source-", 1);
        headers.iter().map(|(header, value)| (name(header), value.clone())).collect()
    };
    for (op, without, with_other, with_own) in SOURCES.iter().copied() {
        for (headers, cell) in [(Pairs::new(), without), (of_source(&other), with_other), (of_source(&own), with_own)] {
            let answer = place.perform(op, &headers).await;
            wrong.note(&format!("{op:?} of SSE-C with {headers:?}"), differs(&answer, cell));
        }
    }
    wrong.none();
}

#[tokio::test]
async fn what_is_not_offered() {
    let (stage, mut wrong) = (Stage::new().await, Wrong::default());
    let place = stage.place(None, &Pairs::new()).await;
    for (method, key, query) in REFUSED {
        for headers in SENT {
            let mut call = stage.s3.call(method, &place.bucket, key).headers(&stage.headers(headers));
            for pair in *query {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                call = call.query(name, value);
            }
            let answer = call.send().await;
            wrong.note(&format!("{method} {query:?}"), differs(&answer, Some((501, "NotImplemented"))));
        }
    }
    wrong.none();
}
