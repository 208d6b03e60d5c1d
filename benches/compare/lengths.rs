//! What a byte costs in objects of 64 MiB to 10 GiB.

use std::io;
use std::time::Instant;

use crate::bars::Bar;
use crate::cell::size_name;
use crate::load::{Form, GIB, Load, MIB, Payload, Request, Stop};
use crate::parts;
use crate::report::{Report, Section};
use crate::run::Run;
use crate::targets::SSE_KMS;

/// An object's length, how often it is moved, and how it comes up.
struct Step {
    len: u64,
    times: u64,
    upload: Upload,
}

enum Upload {
    Whole,
    InParts,
}

/// 5 GiB are the most that a single upload may hold, sealed.
const LARGEST_WHOLE: u64 = 5 * GIB - 8 * MIB;

pub fn run(run: &Run, report: &mut Report) -> io::Result<()> {
    let step = |len, times, upload| Step { len, times, upload };
    let mut steps = vec![
        step(64 * MIB, 16, Upload::Whole),
        step(GIB, 1, Upload::Whole),
        step(LARGEST_WHOLE, 1, Upload::Whole),
        step(10 * GIB, 1, Upload::InParts),
    ];
    steps.truncate(usize::try_from(run.scale(4, 2)).unwrap_or(4));
    let text = "One connection, through the gateway alone. 10 GiB come in parts of 16 MiB.";
    let header =
        ["object", "PUT, CPU s/GiB", "beside 64 MiB", "PUT, MiB/s", "GET, CPU s/GiB", "beside 64 MiB", "GET, MiB/s"];
    let mut section = Section::new("Cost by length", text, &header);
    let mut first = None;
    let gateway = &run.field()?.sealgate;
    gateway.s3.expect(Request::new("PUT", "/sealed-lengths"))?;
    for step in &steps {
        let name = step.name();
        if !run.servers.has_room(step.len + GIB)? {
            report.trouble(format!("{name} left out: MinIO would have less than a tenth of its disk free"));
            continue;
        }
        let [put, get] = step.measure(run)?;
        let (put_first, get_first) = *first.get_or_insert((put.0, get.0));
        let cells = [(put, put_first), (get, get_first)]
            .map(|((cpu, rate), first)| vec![format!("{cpu:.3}"), format!("{:.2}", cpu / first), format!("{rate:.0}")]);
        section.row([vec![name.clone()], cells.concat()].concat());
        if step.len > 64 * MIB {
            report.readings.push(Bar::Flat.ratio(format!("PUT {name}:"), put.0, put_first));
            report.readings.push(Bar::Flat.ratio(format!("GET {name}:"), get.0, get_first));
        }
    }
    report.sections.push(section);
    Ok(())
}

impl Step {
    fn name(&self) -> String {
        match self.upload {
            Upload::InParts => format!("{} in parts", size_name(self.len)),
            Upload::Whole if self.len == LARGEST_WHOLE => "5 GiB less 8 MiB".to_owned(),
            Upload::Whole => size_name(self.len),
        }
    }

    /// CPU seconds per GiB and MiB per second, up and down.
    fn measure(&self, run: &Run) -> io::Result<[(f64, f64); 2]> {
        let gateway = &run.field()?.sealgate;
        let (endpoint, path) = (&gateway.s3, "/sealed-lengths/object");
        let whole = Payload::new(Form::Unsigned, self.len);
        let put = |_: usize| vec![Request::new("PUT", path).headers(&SSE_KMS).payload(&whole)];
        let get = |_: usize| vec![Request::new("GET", path).expect(self.len)];
        let load = |requests| Load { endpoint, connections: 1, stop: Stop::Requests(self.times), requests };
        let total = (self.len * self.times) as f64;
        let timed = |work: &dyn Fn() -> io::Result<()>| -> io::Result<(f64, f64)> {
            let (meter, begun) = (gateway.process.meter(), Instant::now());
            work()?;
            let secs = begun.elapsed().as_secs_f64();
            Ok((meter.secs() * GIB as f64 / total, total / MIB as f64 / secs))
        };
        let up = timed(&|| match self.upload {
            Upload::Whole => load(&put).run().checked().map(drop),
            Upload::InParts => parts::upload(endpoint, path, &SSE_KMS, self.len, 1),
        })?;
        let down = timed(&|| load(&get).run().checked().map(drop))?;
        endpoint.expect(Request::new("DELETE", path))?;
        run.servers.settle();
        Ok([up, down])
    }
}
