//! The work that is measured: every object written once and read a number of times, by users who take turns.

use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use http::{Method, uri};

use crate::cli::progress::Progress;
use crate::cli::remote;
use crate::crypto;
use crate::names::{BucketName, ObjectKey, Region};
use crate::upstream::{self, Body, Endpoint, Request, Upstream};

/// How much work.
pub struct Workload {
    pub objects: u64,
    /// Bytes of each object.
    pub size: usize,
    pub reads_per_write: u64,
    /// Requests at a time.
    pub jobs: usize,
}

impl Workload {
    pub fn requests(&self) -> u64 {
        self.objects * (1 + self.reads_per_write)
    }
}

/// Users with access keys of their own.
pub struct Requesters(Vec<(String, String)>);

impl Requesters {
    pub fn draw(count: u64) -> Self {
        let pair = |number| (format!("DEMONSTRATION{number:07}"), hex::encode(crypto::random::<20>()));
        Self((0..count).map(pair).collect())
    }

    /// The identities file that lets them in. What the KMS asks of them, the key's own policy gives.
    pub fn as_file(&self) -> String {
        let user = |(number, (id, secret)): (usize, &(String, String))| {
            format!(
                "[accounts.000000000000.users.requester-{number}.policies]\n\
                 all = '''{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"kms:*\"],\
                 \"Resource\":\"*\"}}]}}'''\n[[accounts.000000000000.users.requester-{number}.access_keys]]\nid = \"{id}\"\n\
                 secret = \"{secret}\"\n"
            )
        };
        self.0.iter().enumerate().map(user).collect()
    }

    pub fn clients(&self, address: SocketAddr) -> anyhow::Result<Vec<Upstream>> {
        let endpoint = Endpoint { scheme: uri::Scheme::HTTP, authority: address.to_string().parse()? };
        let client = |(id, secret): &(String, String)| {
            let region = Region::new("us-east-1")?;
            Ok(remote::client(endpoint.clone(), region, id.clone(), secret.clone())?)
        };
        self.0.iter().map(client).collect()
    }
}

/// A bucket whose default is SSE-KMS, with bucket keys `off` or `on`.
pub async fn bucket(clients: &[Upstream], bucket_keys: &str) -> anyhow::Result<BucketName> {
    let bucket = BucketName::new(&format!("bucket-keys-{bucket_keys}"))?;
    let client = clients.first().context("no requester")?;
    let rule = format!(
        "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule>\
         <ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
         <BucketKeyEnabled>{}</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
        bucket_keys == "on"
    );
    let create = Request::new(Method::PUT).bucket(&bucket);
    let put_rule = Request::new(Method::PUT).bucket(&bucket).sub_resource("encryption").body(Body::Bytes(rule.into()));
    for request in [create, put_rule] {
        client.expect(request).await.map_err(remote::explained)?;
    }
    Ok(bucket)
}

/// Writes everything, then reads everything: each read by the user after the one before.
pub async fn run(
    clients: &[Upstream],
    bucket: &BucketName,
    workload: &Workload,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let body = Bytes::from(vec![b'x'; workload.size]);
    let write = |number: u64| {
        let request = Request::new(Method::PUT).body(Body::Bytes(body.clone()));
        one(of_turn(clients, number), bucket, number, request)
    };
    let mut writes = futures::stream::iter((0..workload.objects).map(write)).buffer_unordered(workload.jobs);
    while writes.try_next().await?.is_some() {
        progress.advance(1);
    }
    let read = |turn: u64| {
        let (number, round) = (turn % workload.objects, turn / workload.objects);
        one(of_turn(clients, number + round), bucket, number, Request::new(Method::GET))
    };
    let turns = 0..workload.objects * workload.reads_per_write;
    let mut reads = futures::stream::iter(turns.map(read)).buffer_unordered(workload.jobs);
    while reads.try_next().await?.is_some() {
        progress.advance(1);
    }
    Ok(())
}

fn of_turn(clients: &[Upstream], turn: u64) -> Option<&Upstream> {
    clients.get(usize::try_from(turn).unwrap_or(0) % clients.len().max(1))
}

async fn one(client: Option<&Upstream>, bucket: &BucketName, number: u64, request: Request) -> anyhow::Result<()> {
    let object_key = ObjectKey::new(&format!("object-{number:08}"))?;
    let client = client.context("no requester")?;
    let answer = client.expect(request.object(bucket, &object_key)).await.map_err(remote::explained)?;
    upstream::collect(answer.into_body(), usize::MAX).await?;
    Ok(())
}
