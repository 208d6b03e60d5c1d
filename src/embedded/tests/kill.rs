//! A real `kill -9`: this test binary runs itself as the victim.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::support::Backend;
use crate::embedded::Embedded;

const FOLDER: &str = "SEALGATE_TEST_KILLED_FOLDER";

/// The body of the object with this number: its length and bytes follow from it.
fn content(number: usize) -> Vec<u8> {
    let text = format!("object {number} ");
    text.bytes().cycle().take(1 + number * 7919 % 400_000).collect()
}

/// The victim: puts, overwrites, completes and deletes until it is killed, and tells each answer on its standard output.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a process of its own, started by the test below"]
async fn victim() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let dir = tempfile::tempdir().unwrap();
    let backend = Backend { embedded: Embedded::open(folder.as_ref()).await.unwrap(), dir };
    backend.send("PUT", "/bkt", &[], "").await;
    // The test's own name stands on the line that has begun.
    println!();
    for number in 0.. {
        let stored = backend.send("PUT", &format!("/bkt/new/{number}"), &[], content(number)).await;
        assert_eq!(stored.status, 200);
        println!("stored new/{number} {number}");
        assert_eq!(backend.send("PUT", "/bkt/same", &[], content(number)).await.status, 200);
        println!("stored same {number}");
        if number % 3 == 2 {
            let gone = number - 1;
            assert_eq!(backend.send("DELETE", &format!("/bkt/new/{gone}"), &[], "").await.status, 204);
            println!("deleted new/{gone}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    for round in 0..3_u64 {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["embedded::tests::kill::victim", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed in the middle of what it does next, however fast this machine is.
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told: Vec<String> = lines.by_ref().take(20).collect();
        std::thread::sleep(Duration::from_millis(1 + 3 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        told.extend(lines);
        check(&told, dir).await;
    }
}

async fn check(told: &[String], dir: tempfile::TempDir) {
    let backend = Backend { embedded: Embedded::open(dir.path()).await.unwrap(), dir };
    let mut stored = std::collections::BTreeMap::new();
    for line in told {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["stored", key, number] => drop(stored.insert(key.to_owned(), number.parse::<usize>().unwrap())),
            ["deleted", key] => drop(stored.remove(key)),
            _ => {}
        }
    }
    assert!(stored.len() > 2, "the victim did not get going: {told:?}");
    let next = stored["same"] + 1;
    for (key, number) in &stored {
        let got = backend.send("GET", &format!("/bkt/{key}"), &[], "").await;
        // The one request that was under way may have come to its end unheard.
        let unheard = (key == "same" && got.body == content(next))
            || (got.status == 404 && next % 3 == 0 && *key == format!("new/{}", next - 2));
        assert!(unheard || got.body == content(*number), "{key} of {number} after {next}: {}", got.status);
    }
    let listed = backend.send("GET", "/bkt?list-type=2&max-keys=1000", &[], "").await.all("Key");
    assert!(listed.len() <= stored.len() + 1, "{listed:?}");
    assert!(backend.blobs() <= listed.len(), "{} blobs for {} objects", backend.blobs(), listed.len());
}
