//! Resident memory of long transfers at once.

use std::io;
use std::time::Duration;

use crate::bars::Bar;
use crate::load::{self, Form, GIB, Load, MIB, Payload, Request, Server, Stop};
use crate::parts::{PART, Upload};
use crate::report::{Report, Section};
use crate::run::Run;
use crate::targets::{DSSE, SSE_KMS};

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let gateway = run.gateway("sealgate-memory")?;
    let connections: usize = load::option("--connections", 64);
    let limit = Duration::from_secs(load::option("--secs", run.scale(8, 3)));
    for bucket in ["/sealed-long", "/sealed-long-twice"] {
        gateway.s3.expect(Request::new("PUT", bucket))?;
    }
    let whole = Payload::new(Form::Unsigned, GIB);
    gateway.s3.expect(Request::new("PUT", "/sealed-long/whole").headers(&SSE_KMS).payload(&whole))?;
    gateway.s3.expect(Request::new("PUT", "/sealed-long-twice/whole").headers(&DSSE).payload(&whole))?;
    drop(gateway);
    let gateway = run.gateway("sealgate-memory")?;
    warm_up(&gateway, connections)?;
    let rest = gateway.process.resident();
    let text = format!(
        "{connections} transfers of 1 GiB at once, each broken off after {} s: bodies are streams, whose beginning holds as \
         much as their end. The gateway was started anew and answered {connections} connections of small requests before its rest \
         of {:.1} MiB was taken, once, before the first long transfer.",
        limit.as_secs(),
        rest as f64 / MIB as f64
    );
    let header = ["transfer", "resident before, MiB", "at most, MiB", "over rest for each, MiB"];
    let mut stage =
        Memory { gateway: &gateway, connections, limit, rest, section: Section::new("Memory", &text, &header) };
    let result = stage.all(run, report);
    report.sections.push(stage.section);
    result
}

/// Threads, connections and caches that a gateway at work has anyway.
fn warm_up(gateway: &Server, connections: usize) -> io::Result<()> {
    let small = Payload::new(Form::Unsigned, 4096);
    let requests = |at: usize| {
        let path = format!("/sealed-long/warm-{at}");
        let put = Request::new("PUT", path.clone()).headers(&SSE_KMS).payload(&small);
        [put, Request::new("GET", path).expect(4096)].into_iter().cycle().take(20).collect()
    };
    Load { endpoint: &gateway.s3, connections, stop: Stop::Once, requests: &requests }.run().checked()?;
    std::thread::sleep(Duration::from_secs(2));
    Ok(())
}

struct Memory<'a> {
    gateway: &'a Server,
    connections: usize,
    limit: Duration,
    rest: u64,
    section: Section,
}

impl Memory<'_> {
    fn all(&mut self, run: &Run, report: &mut Report) -> io::Result<()> {
        for form in Form::ALL {
            let payload = Payload::new(form, GIB);
            let put =
                |at: usize| vec![Request::new("PUT", format!("/sealed-long/{at}")).headers(&SSE_KMS).payload(&payload)];
            self.measure(report, &format!("PUT, {}", form.name()), &put);
            run.servers.settle();
        }
        let payload = Payload::new(Form::Unsigned, GIB);
        let twice =
            |at: usize| vec![Request::new("PUT", format!("/sealed-long-twice/{at}")).headers(&DSSE).payload(&payload)];
        self.measure(report, "PUT, DSSE", &twice);
        self.parts(report)?;
        run.servers.settle();
        self.measure(report, "GET", &|_| vec![Request::new("GET", "/sealed-long/whole")]);
        self.measure(report, "GET, DSSE", &|_| vec![Request::new("GET", "/sealed-long-twice/whole")]);
        Ok(())
    }

    fn parts(&mut self, report: &mut Report) -> io::Result<()> {
        let endpoint = &self.gateway.s3;
        let begin = |at: usize| Upload::begin(endpoint, &format!("/sealed-long/parts-{at}"), &SSE_KMS);
        let uploads: Vec<Upload<'_>> = (0..self.connections).map(begin).collect::<io::Result<_>>()?;
        let payload = Payload::new(Form::Unsigned, PART);
        let parts = |at: usize| (1..=GIB / PART).map(|number| uploads[at].part(number, &payload)).collect();
        self.measure(report, "PUT, in parts", &parts);
        uploads.iter().try_for_each(Upload::abort)
    }

    fn measure(&mut self, report: &mut Report, name: &str, requests: &(dyn Fn(usize) -> Vec<Request> + Sync)) {
        std::thread::sleep(Duration::from_secs(1));
        let (endpoint, process) = (&self.gateway.s3, &self.gateway.process);
        let before = process.resident();
        let mut most = 0;
        let load = Load { endpoint, connections: self.connections, stop: Stop::Abandon(self.limit), requests };
        let errors = std::thread::scope(|scope| {
            let load = scope.spawn(|| load.run());
            while !load.is_finished() {
                most = most.max(process.resident());
                std::thread::sleep(Duration::from_millis(50));
            }
            load.join().map_or(vec!["a panic".to_owned()], |outcome| outcome.errors)
        });
        let each = most.saturating_sub(self.rest) as f64 / self.connections as f64;
        let mib = |bytes: u64| format!("{:.1}", bytes as f64 / MIB as f64);
        self.section.row(vec![name.to_owned(), mib(before), mib(most), format!("{:.2}", each / MIB as f64)]);
        match errors.first() {
            Some(error) => {
                report.trouble(format!("{name}: {} errors, {error}", errors.len()));
                report.readings.push(Bar::memory(format!("{name}:"), f64::NAN));
            }
            None => report.readings.push(Bar::memory(format!("{name}:"), each)),
        }
    }
}
