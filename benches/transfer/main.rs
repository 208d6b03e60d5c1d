//! Throughput, processor time and memory of transfers: directly to MinIO, and through sealgate in front of the same MinIO.
//!
//!     SEALGATE_MINIO=<path of minio> cargo bench --bench transfer -- [--clients 16] [--mib 64] [--full] [form ...]
//!
//! `--full` moves one object of 5 GiB in place of 16 of 64 MiB; `--clients 16 --mib 1024` is what the memory limit is stated
//! for. Forms: header unsigned chunked chunked-trailer trailer one-chunk multipart get; all of them without a name. Everything
//! runs on loopback, moves a bounded number of bytes, and stops.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod feed;
mod load;
mod process;
mod servers;

#[allow(dead_code)]
#[path = "../../tests/support/minio.rs"]
mod minio;
#[allow(dead_code)]
#[path = "../../tests/support/sign.rs"]
mod sign;
#[allow(dead_code)]
#[path = "../../tests/support/sums.rs"]
mod sums;

use load::{Form, Load};
use servers::Servers;

struct Options {
    clients: usize,
    mib: u64,
    forms: Vec<Form>,
}

fn options() -> Options {
    let mut options = Options { clients: 16, mib: 64, forms: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).expect("a number");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--clients" => options.clients = usize::try_from(number(arguments.next())).unwrap(),
            "--mib" => options.mib = number(arguments.next()),
            "--full" => (options.clients, options.mib) = (1, 5 * 1024),
            name => options.forms.push(Form::named(name).unwrap_or_else(|| panic!("unknown form {name}"))),
        }
    }
    if options.forms.is_empty() {
        options.forms = Form::ALL.to_vec();
    }
    options
}

fn main() {
    let options = options();
    let servers = Servers::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gib = options.clients as f64 * options.mib as f64 / 1024.0;
    println!(
        "{} clients x {} MiB = {gib:.2} GiB a row; RSS of sealgate at rest: {}",
        options.clients,
        options.mib,
        mib(servers.idle)
    );
    println!("{:-<108}", "");
    println!(
        "{:<16} {:<9} {:>8} {:>9} {:>15} {:>15} {:>12} {:>18}",
        "form", "to", "seconds", "MiB/s", "CPU s/GiB gate", "CPU s/GiB MinIO", "peak RSS", "over rest/transfer"
    );
    let mut worst: u64 = 0;
    for form in &options.forms {
        for target in servers.targets() {
            if *form == Form::OneChunk && !target.is_gateway {
                // MinIO refuses chunks of more than 16 MiB.
                continue;
            }
            let load = Load { form: *form, clients: options.clients, len: options.mib << 20, target: target.clone() };
            runtime.block_on(load.prepare());
            let before = (servers.gateway_cpu(), servers.minio_cpu());
            let watch = servers.watch_memory();
            let started = std::time::Instant::now();
            runtime.block_on(load.run());
            let seconds = started.elapsed().as_secs_f64();
            let peak = watch.stop();
            let gate = (servers.gateway_cpu() - before.0) / gib;
            let minio = (servers.minio_cpu() - before.1) / gib;
            let (peak_text, over_text) = if target.is_gateway {
                let over = peak.saturating_sub(servers.idle) / options.clients as u64;
                worst = worst.max(over);
                (mib(peak), mib(over))
            } else {
                ("-".to_owned(), "-".to_owned())
            };
            let gate = if target.is_gateway { format!("{gate:.2}") } else { "-".to_owned() };
            println!(
                "{:<16} {:<9} {seconds:>8.1} {:>9.0} {gate:>15} {minio:>15.2} {peak_text:>12} {over_text:>18}",
                form.name(),
                target.name,
                gib * 1024.0 / seconds
            );
            runtime.block_on(load.clear());
        }
    }
    println!("{:-<108}", "");
    let verdict = if worst <= 2 << 20 { "within" } else { "OVER" };
    println!("memory over rest for each transfer: at most {}, {verdict} the limit of 2 MiB", mib(worst));
}

fn mib(bytes: u64) -> String {
    format!("{:.2} MiB", bytes as f64 / (1 << 20) as f64)
}
