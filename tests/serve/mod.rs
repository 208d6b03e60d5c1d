//! The program itself, as a process: what it prints, keeps and refuses; how it starts again and stops.

mod customer_key;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::minio::free_address;
use crate::support::{S3, bytes};

/// A `sealgate serve` in a folder of its own.
struct Program {
    child: Child,
    address: std::net::SocketAddr,
    console: std::net::SocketAddr,
    /// What it has printed until it served.
    printed: String,
}

impl Program {
    fn command(folder: &Path, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEALGATE_")) {
            command.env_remove(name);
        }
        command.arg("serve").current_dir(folder).envs(settings.iter().copied()).stdin(Stdio::null());
        command
    }

    fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let (address, console) = (free_address(), free_address());
        let mut command = Self::command(folder, settings);
        command.env("SEALGATE_LISTEN", address.to_string()).env("SEALGATE_CONSOLE_LISTEN", console.to_string());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        while !printed.contains("list-aliases") {
            let Some(line) = lines.next() else {
                let mut text = String::new();
                child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
                panic!("it ended: {printed}{text}");
            };
            printed.push_str(&line.unwrap());
            printed.push('\n');
        }
        Self { child, address, console, printed }
    }

    /// The value of an `export` line.
    fn exported(&self, name: &str) -> Option<String> {
        let line = format!("export {name}=");
        self.printed.lines().find_map(|text| text.trim().strip_prefix(&line)).map(str::to_owned)
    }

    /// Reads its log to the end, on a thread.
    fn listen(&mut self) -> std::thread::JoinHandle<Vec<u8>> {
        let mut log = self.child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut text = Vec::new();
            log.read_to_end(&mut text).unwrap();
            text
        })
    }

    fn terminate(&self) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
    }

    /// Waits for its end and returns its status and its log.
    fn wait(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + Duration::from_secs(40);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status, log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn console(address: std::net::SocketAddr, path: &str) -> String {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nothing_at_all_it_serves_and_a_second_start_finds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[]);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", program.child.id())).unwrap();
    let of_core_dumps = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(of_core_dumps.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{limits}");
    let endpoint = format!("--endpoint-url http://{}", program.address);
    assert_eq!(program.printed.matches(&endpoint).count(), 3, "{}", program.printed);
    let s3 = S3::new(program.address, &access, &secret);
    let bucket = s3.bucket("serve").await;
    s3.put(&bucket, "k", bytes(1, 100_000)).header("x-amz-server-side-encryption", "aws:kms").send().await.ok();
    let upload = s3.start_upload(&bucket, "m", &[]).await;
    let part = s3.part(&bucket, "m", &upload, 1, "part").send().await.ok().etag();
    program.terminate();
    let (status, log) = program.wait();
    assert!(status.success(), "{log}");
    assert!(!log.contains(&secret), "the secret is in the log");

    let data = folder.path().join("sealgate-data");
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o077, 0);
    for file in ["root.key", "root-user.toml"] {
        assert_eq!(std::fs::metadata(data.join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }

    let program = Program::start(folder.path(), &[]);
    assert_eq!(program.exported("AWS_SECRET_ACCESS_KEY"), None, "credentials are printed once");
    let s3 = S3::new(program.address, &access, &secret);
    assert!(s3.get(&bucket, "k").send().await.ok().body == bytes(1, 100_000));
    s3.complete(&bucket, "m", &upload, &[(1, part)]).send().await.ok();
    assert_eq!(s3.get(&bucket, "m").send().await.ok().body, b"part");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_lets_open_requests_end() {
    use tokio::io::AsyncWriteExt;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[]);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    let s3 = S3::new(program.address, &access, &secret);
    let bucket = s3.bucket("serve").await;
    let plain = bytes(2, 3_000_000);
    let prepared = s3.put(&bucket, "k", plain.clone()).prepare();
    let mut stream = tokio::net::TcpStream::connect(program.address).await.unwrap();
    stream.write_all(prepared.head_text(Some(plain.len() as u64)).as_bytes()).await.unwrap();
    stream.write_all(&plain[..1_000_000]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    program.terminate();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(std::net::TcpStream::connect(program.address).is_err(), "it still listens");
    stream.write_all(&plain[1_000_000..]).await.unwrap();
    let mut answer = vec![0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 200");
    let (status, log) = program.wait();
    assert!(status.success(), "{log}");
    let program = Program::start(folder.path(), &[]);
    let s3 = S3::new(program.address, &access, &secret);
    assert!(s3.get(&bucket, "k").send().await.ok().body == plain);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_is_one_line_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[("SEALGATE_LOG_FORMAT", "json")]);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    let s3 = S3::new(program.address, &access, &secret);
    let bucket = s3.bucket("serve").await;
    let put =
        s3.put(&bucket, "a key", "plain-plain-plain").header("x-amz-meta-note", "note-note-note").send().await.ok();
    let id = put.must("x-amz-request-id").to_owned();
    let url = s3.get(&bucket, "a key").form(crate::support::Form::Presigned(60)).send().await.ok();
    let missing = s3.get(&bucket, "none").send().await.must("x-amz-request-id").to_owned();
    program.terminate();
    let (_, log) = program.wait();
    for (id, status) in [(id, 200), (url.must("x-amz-request-id").to_owned(), 200), (missing, 404)] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
        assert_eq!(lines.len(), 1, "{id}: {lines:?}");
        let line: serde_json::Value = serde_json::from_str(lines[0]).expect("JSON");
        assert_eq!(line["status"], status, "{line}");
        assert_eq!(line["bucket"], *bucket);
    }
    for never in ["plain-plain-plain", "note-note-note", &secret, "X-Amz-Signature", "Signature="] {
        assert!(!log.contains(never), "{never} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_have_their_own_port() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[]);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    let bucket = S3::new(program.address, &access, &secret).bucket("serve").await;
    assert!(console(program.console, "/health").starts_with("HTTP/1.1 200"));
    assert!(console(program.console, "/ready").starts_with("HTTP/1.1 200"));
    let metrics = console(program.console, "/metrics");
    assert!(metrics.contains("CreateBucket"), "{metrics}");
    assert!(!metrics.contains(&bucket), "names of buckets are no labels");
    let on_the_other = S3::new(program.console, &access, &secret).get("", "").send().await;
    assert_eq!(on_the_other.status, 404, "the console's port serves no S3");
}

#[test]
fn wrong_settings_stop_the_start_and_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let cases: [(&[(&str, &str)], &str, &str); 9] = [
        (&[("SEALGATE_LISTN", "127.0.0.1:1")], "", "SEALGATE_LISTN"),
        (&[("SEALGATE_LISTEN", "nowhere")], "", "listen"),
        (&[("SEALGATE_BACKEND_ENDPOINT", "http://127.0.0.1:1")], "", "access_key"),
        (&[("SEALGATE_BUCKET_KEY_SECS", "86401")], "", "86400"),
        (&[("SEALGATE_ROOT_ACCESS_KEY", "only-one")], "", "secret_key"),
        (&[("SEALGATE_TLS_CERT", "cert.pem")], "", "tls"),
        (&[("SEALGATE_ACCOUNT_ID", "12")], "", "account"),
        (&[], "nonsense = 1", "nonsense"),
        (&[], "[backend]\nendpoint = 3", "endpoint"),
    ];
    for (settings, file, named) in cases {
        std::fs::write(&config, file).unwrap();
        let mut command = Program::command(folder.path(), settings);
        let output = command.args(["--config", config.to_str().unwrap()]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{settings:?} {file}");
        assert!(text.contains(named), "{settings:?} {file}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
    assert!(!folder.path().join("sealgate-data").exists(), "a start that fails makes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn virtual_hosts_of_the_configured_domain_only() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[("SEALGATE_DOMAINS", "s3.example.test")]);
    let (access, secret) =
        (program.exported("AWS_ACCESS_KEY_ID").unwrap(), program.exported("AWS_SECRET_ACCESS_KEY").unwrap());
    let s3 = S3::new(program.address, &access, &secret);
    let bucket = s3.bucket("serve").await;
    let host = format!("{bucket}.s3.example.test");
    s3.put(&bucket, "k", "by host").path("/k").host(&host).send().await.ok();
    assert_eq!(s3.get(&bucket, "k").send().await.ok().body, b"by host");
    assert_eq!(s3.get(&bucket, "k").path("/k").host(&format!("{host}:8484")).send().await.ok().body, b"by host");
    s3.get(&bucket, "").path("/").host(&host).send().await.xml();
    // Another name is no bucket: its path is.
    let other = format!("/{bucket}/k");
    let get = s3.get(&bucket, "k").path(&other).host("elsewhere.example.org").send().await.ok();
    assert_eq!(get.body, b"by host");
}
