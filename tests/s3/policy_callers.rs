//! Bucket policies for those who come otherwise than with a user's key over plain HTTP: sessions of roles, and TLS. And what
//! keeps an author of policies from locking himself out.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme, SupportedProtocolVersion};

use crate::support::{Answer, Gateway, S3, World, postgres};

const FILE: &str = r#"
[accounts.000000000000.users.ann.policies]
take = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}'
[[accounts.000000000000.users.ann.access_keys]]
id = "ANNANNANNANNANNANN01"
secret = "ann-secret"

[accounts.000000000000.users.bob.policies]
all = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
[[accounts.000000000000.users.bob.access_keys]]
id = "BOBBOBBOBBOBBOBBOB01"
secret = "bob-secret"

[accounts.000000000000.roles.app]
trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}'
"#;

impl World {
    /// Puts a policy of these statements, in which BUCKET is the bucket.
    async fn put_as(&self, s3: &S3, statements: &str, confirm: Option<&str>) -> Answer {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#).replace("BUCKET", &self.bucket);
        let mut call = s3.put(&self.bucket, "", text).flag("policy");
        if let Some(confirm) = confirm {
            call = call.header("x-amz-confirm-remove-self-bucket-access", confirm);
        }
        call.send().await
    }

    /// A session of the role `app`.
    async fn session(&self, name: &str, policy: Option<&str>) -> S3 {
        let mut ann = self.user("ann");
        ann.signer.service = "sts";
        let mut form = vec![
            ("Action", "AssumeRole"),
            ("Version", "2011-06-15"),
            ("RoleArn", "arn:aws:iam::000000000000:role/app"),
            ("RoleSessionName", name),
        ];
        form.extend(policy.map(|policy| ("Policy", policy)));
        let escaped =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let form: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let call = ann.post("", "", form.join("&")).header("content-type", "application/x-www-form-urlencoded");
        let answer = call.send().await.xml();
        let at = |name: &str| answer.at(&format!("AssumeRoleResult/Credentials/{name}")).to_owned();
        let mut s3 = S3 { watch: None, ..self.gateway.s3_as(&at("AccessKeyId"), &at("SecretAccessKey")) };
        s3.signer.session_token = Some(at("SessionToken"));
        s3
    }
}

const READ_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;

#[tokio::test]
async fn sessions_of_a_role() {
    let world = World::start("callers", FILE, &[]).await;
    let (root, bucket) = (&world.root, &world.bucket);
    root.put(bucket, "a", "x").send().await.ok();
    let (one, two) = (world.session("one", None).await, world.session("two", None).await);
    let narrow = world.session("narrow", Some(READ_ALL)).await;
    let get = |s3: &S3| s3.get(bucket, "a").send();
    // The role itself may do nothing.
    get(&one).await.error(403, "AccessDenied");

    // Named by its role: every session, within what the session was narrowed to.
    let to_role = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:role/app"},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::BUCKET/*"}"#;
    world.put_as(root, to_role, None).await.status(204);
    get(&one).await.ok();
    get(&narrow).await.ok();
    one.put(bucket, "b", "y").send().await.ok();
    narrow.put(bucket, "b", "y").send().await.error(403, "AccessDenied");
    one.delete(bucket, "b").send().await.error(403, "AccessDenied");

    // Named by its very ARN: that session alone, and nothing narrows it.
    let to_session = r#"{"Effect":"Allow","Principal":{"AWS":["arn:aws:sts::000000000000:assumed-role/app/one","arn:aws:sts::000000000000:assumed-role/app/narrow"]},
        "Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::BUCKET/*"}"#;
    world.put_as(root, to_session, None).await.status(204);
    get(&one).await.ok();
    narrow.put(bucket, "b", "y").send().await.ok();
    get(&two).await.error(403, "AccessDenied");

    // Told apart by conditions, and a Deny goes first.
    let denied = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*",
          "Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::000000000000:role/app"}}},
        {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*",
          "Condition":{"StringLike":{"aws:userid":"*:two"}}}"#;
    world.put_as(root, denied, None).await.status(204);
    get(&one).await.ok();
    get(&two).await.error(403, "AccessDenied");
    // A token that is not the session's is nobody's.
    let mut stolen = one.clone();
    stolen.signer.session_token = two.signer.session_token;
    assert!(get(&stolen).await.status.is_client_error());
}

#[tokio::test]
async fn nobody_locks_himself_out_without_saying_so() {
    let world = World::start("callers", FILE, &[]).await;
    let bob = world.user("bob");
    let lock = r#"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::000000000000:user/bob"},"Action":"s3:PutBucketPolicy","Resource":"arn:aws:s3:::BUCKET"}"#;
    for confirm in [None, Some("false")] {
        world.put_as(&bob, lock, confirm).await.error(403, "AccessDenied");
    }
    world.root.get(&world.bucket, "").flag("policy").send().await.error(404, "NoSuchBucketPolicy");
    // Under a condition that is met now, too, and not under one that is not.
    let by_address = |address: &str| {
        lock.replace(
            "BUCKET\"}",
            &format!("BUCKET\",\"Condition\":{{\"IpAddress\":{{\"aws:SourceIp\":\"{address}\"}}}}}}"),
        )
    };
    world.put_as(&bob, &by_address("127.0.0.1"), None).await.error(403, "AccessDenied");
    world.put_as(&bob, &by_address("192.0.2.1"), None).await.status(204);
    world.put_as(&bob, lock, Some("yes")).await.error(400, "InvalidArgument");
    world.put_as(&bob, lock, Some("true")).await.status(204);
    world.put_as(&bob, lock, Some("true")).await.error(403, "AccessDenied");
    // The root user cannot lock himself out, so nothing is asked of him.
    world
        .put_as(&world.root, &lock.replace("{\"AWS\":\"arn:aws:iam::000000000000:user/bob\"}", "\"*\""), None)
        .await
        .status(204);
    world.root.delete(&world.bucket, "").flag("policy").send().await.status(204);
}

/// Takes any certificate: what is tested is the version.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The status of a request over TLS of this version.
async fn over_tls(s3: &S3, version: &'static SupportedProtocolVersion, bucket: &str, key: &str) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth();
    let stream = tokio::net::TcpStream::connect(s3.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let prepared = s3.call("GET", bucket, key).prepare();
    let mut request = http::Request::builder().method(prepared.method).uri(prepared.target);
    for (name, value) in prepared.headers {
        request = request.header(name, value);
    }
    let answer = sender.send_request(request.body(Full::<Bytes>::default()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    answer.into_body().collect().await.unwrap();
    status
}

/// The certificate of the tests: its key is no secret, and nobody but these tests takes it.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/tls/localhost.crt");
const CERTIFICATE_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/tls/localhost.key");

#[tokio::test]
async fn the_version_of_tls() {
    let world = World::start("callers", FILE, &[]).await;
    world.root.put(&world.bucket, "a", "x").send().await.ok();
    let rule = |operator: &str, key: &str, value: &str| {
        format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{{"{operator}":{{"{key}":"{value}"}}}}}}"#
        )
    };
    let statements = [rule("NumericLessThan", "s3:TlsVersion", "1.3"), rule("Bool", "aws:SecureTransport", "false")];
    world.put_as(&world.root, &statements.join(","), None).await.status(204);
    world.root.get(&world.bucket, "a").send().await.error(403, "AccessDenied");
    // The same data behind TLS.
    let World { gateway, bucket, folder: _folder, .. } = world;
    let tls = gateway.restart_with(&[("SEALGATE_TLS_CERT", CERTIFICATE), ("SEALGATE_TLS_KEY", CERTIFICATE_KEY)]).await;
    assert_eq!(over_tls(&tls.s3(), &rustls::version::TLS13, &bucket, "a").await, 200);
    assert_eq!(over_tls(&tls.s3(), &rustls::version::TLS12, &bucket, "a").await, 403);
}

/// Within three seconds: PostgreSQL's notifications, not the poll behind them.
async fn eventually(mut happens: impl AsyncFnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(3);
    while !happens().await {
        assert!(std::time::Instant::now() < deadline, "not heard of in time");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// What one gateway is told of a bucket, the other one acts on.
#[tokio::test]
async fn replicas_hear_of_a_buckets_settings() {
    let Some(_) = postgres::programs() else { return };
    let here = Gateway::start().await;
    let there = here.replica().await;
    let (ours, theirs) = (here.s3(), there.s3());
    let bucket = ours.bucket("replicas").await;
    // Without a backend in common the other one has a bucket of its own by this name.
    theirs.call("PUT", &bucket, "").send().await;
    let read = async |sub: &str| theirs.get(&bucket, "").flag(sub).send().await;
    let says = async |sub: &str, words: &str| String::from_utf8_lossy(&read(sub).await.body).contains(words);

    let rule = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms\
                </SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    ours.put(&bucket, "", rule).flag("encryption").send().await.ok();
    eventually(async || says("encryption", "aws:kms").await).await;
    let put = theirs.put(&bucket, "k", "x").send().await.ok();
    assert_eq!(put.must("x-amz-server-side-encryption"), "aws:kms");

    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    );
    ours.put(&bucket, "", policy).flag("policy").send().await.status(204);
    eventually(async || theirs.get(&bucket, "k").send().await.status == 403).await;
    ours.delete(&bucket, "").flag("policy").send().await.status(204);
    eventually(async || theirs.get(&bucket, "k").send().await.status == 200).await;

    assert_eq!(read("publicAccessBlock").await.status, 200);
    ours.delete(&bucket, "").flag("publicAccessBlock").send().await.status(204);
    eventually(async || read("publicAccessBlock").await.status == 404).await;
}
