//! The key manager over HTTP: GenerateDataKey, Decrypt and Sign on 1, 16 and 64 connections, calls per second and processor
//! time per call, next to moto's server where there is one.
//!
//!     [SEALGATE_MOTO=<path of moto_server>] cargo bench --bench kms -- [--secs 3] [--connections 1,16,64]
//!
//! In sealgate every call has its signature verified, its policies evaluated and its audit record written; moto does none of
//! these. Requests are signed once, before the clock runs, so that the load generator takes little of the processor that
//! it shares with the servers. Everything runs on loopback and stops by itself.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../transfer/process.rs"]
mod process;
#[allow(dead_code)]
#[path = "../../tests/support/sign.rs"]
mod sign;
#[allow(dead_code)]
#[path = "../../tests/support/sums.rs"]
mod sums;

mod servers;

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use servers::Server;

struct Options {
    secs: u64,
    connections: Vec<usize>,
}

fn options() -> Options {
    let mut options = Options { secs: 3, connections: vec![1, 16, 64] };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value");
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--secs" => options.secs = value().parse().expect("seconds"),
            "--connections" => options.connections = value().split(',').map(|text| text.parse().unwrap()).collect(),
            other => panic!("unknown argument {other}"),
        }
    }
    options
}

fn main() {
    let options = options();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let servers: Vec<Server> = [Some(Server::sealgate()), Server::moto()].into_iter().flatten().collect();
    println!("{:<10} {:<16} {:>11} {:>12} {:>16}", "server", "action", "connections", "calls/s", "CPU us per call");
    for server in &servers {
        let requests = runtime.block_on(requests(server));
        for (action, body) in &requests {
            for connections in &options.connections {
                let measured = runtime.block_on(measure(server, action, body, *connections, options.secs));
                println!(
                    "{:<10} {action:<16} {connections:>11} {:>12.0} {:>16.1}",
                    server.name, measured.calls_per_sec, measured.cpu_us
                );
            }
        }
    }
}

/// The requests of the three actions, with keys made for them.
async fn requests(server: &Server) -> Vec<(&'static str, Value)> {
    let mut connection = Connection::open(server.address).await;
    let mut call = async |action: &str, body: Value| {
        let (status, answer) = connection.send(&signed(server, action, &body)).await;
        assert_eq!(status, 200, "{}: {action}: {}", server.name, String::from_utf8_lossy(&answer));
        serde_json::from_slice::<Value>(&answer).unwrap()
    };
    let context = json!({ "purpose": "bench" });
    let symmetric = call("CreateKey", json!({})).await["KeyMetadata"]["KeyId"].clone();
    let signing = json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" });
    let signing = call("CreateKey", signing).await["KeyMetadata"]["KeyId"].clone();
    let generate = json!({ "KeyId": symmetric, "KeySpec": "AES_256", "EncryptionContext": context });
    let blob = call("GenerateDataKey", generate.clone()).await["CiphertextBlob"].clone();
    vec![
        ("GenerateDataKey", generate),
        ("Decrypt", json!({ "CiphertextBlob": blob, "EncryptionContext": context })),
        ("Sign", json!({ "KeyId": signing, "Message": "bWVzc2FnZQ==", "SigningAlgorithm": "ECDSA_SHA_256" })),
    ]
}

struct Measured {
    calls_per_sec: f64,
    cpu_us: f64,
}

async fn measure(server: &Server, action: &str, body: &Value, connections: usize, secs: u64) -> Measured {
    let request = signed(server, action, body);
    let mut open = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(server.address).await;
        // Warm: the first call of a connection pays for its set-up.
        connection.send(&request).await;
        open.push(connection);
    }
    let cpu = process::cpu(server.pid());
    let started = Instant::now();
    let until = started + Duration::from_secs(secs);
    let each = open.into_iter().map(|mut connection| {
        let request = &request;
        async move {
            let mut calls = 0_u64;
            while Instant::now() < until {
                let (status, answer) = connection.send(request).await;
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
                calls += 1;
            }
            calls
        }
    });
    let calls = futures::future::join_all(each).await.into_iter().sum::<u64>() as f64;
    let cpu = process::cpu(server.pid()) - cpu;
    Measured { calls_per_sec: calls / started.elapsed().as_secs_f64(), cpu_us: cpu * 1e6 / calls }
}

struct Connection {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self { address, sender }
    }

    /// Moto's server ends each connection with its answer: then another is opened, as its clients have to.
    async fn send(&mut self, request: &Request<Full<Bytes>>) -> (u16, Bytes) {
        if self.sender.ready().await.is_err() {
            *self = Self::open(self.address).await;
        }
        let response = match self.sender.send_request(request.clone()).await {
            Ok(response) => response,
            Err(_) => {
                *self = Self::open(self.address).await;
                self.sender.send_request(request.clone()).await.unwrap()
            }
        };
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.unwrap().to_bytes())
    }
}

fn signed(server: &Server, action: &str, body: &Value) -> Request<Full<Bytes>> {
    let body = Bytes::from(body.to_string());
    let host = server.address.to_string();
    let mut headers = vec![
        ("host".to_owned(), host.clone()),
        ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
        ("x-amz-target".to_owned(), format!("TrentService.{action}")),
    ];
    let uri = format!("http://{host}/");
    let signed = server.signer.sign("POST", &uri, &headers, SignableBody::Bytes(&body), SystemTime::now(), None);
    headers.extend(signed.headers);
    let mut request = Request::post("/").header(header::CONTENT_LENGTH, body.len());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(body)).unwrap()
}
