//! One row of the tables: the same load on every target, in short turns, and the medians.

use std::io;

use crate::load::{Form, GIB, KIB, Load, MIB, Payload, Request, Stop};
use crate::measured::Measured;
use crate::run::Run;
use crate::targets::{DIRECT, Target};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Put(Form),
    Get,
    /// 64 KiB out of the object `long`.
    Range,
    /// An object that was uploaded with a checksum, without asking for it.
    GetSummed,
    /// The same with `x-amz-checksum-mode: ENABLED`.
    GetWithChecksum,
}

/// A load.
#[derive(Clone, Copy)]
pub struct Cell {
    pub work: Work,
    pub len: u64,
    pub connections: usize,
    /// Of the targets that the bars are about.
    pub turns: usize,
}

pub const RANGE_LEN: u64 = 64 * KIB;

/// Turns of the targets that no bar is about, at most.
const OTHERS_TURNS: usize = 3;

impl Cell {
    pub fn name(&self) -> String {
        let size = size_name(self.len);
        match self.work {
            Work::Put(Form::Unsigned) => format!("PUT {size}"),
            Work::Put(form) => format!("PUT {size}, {}", form.name()),
            Work::Get => format!("GET {size}"),
            Work::Range => "GET 64 KiB of 1 GiB".to_owned(),
            Work::GetSummed => format!("GET {size}, checksum stored"),
            Work::GetWithChecksum => format!("GET {size}, checksum asked for"),
        }
    }

    /// Every target takes its turn, again and again.
    pub fn measure(&self, run: &Run, targets: &[Target<'_>]) -> io::Result<Vec<Measured>> {
        let payload = match self.work {
            Work::Put(form) => Payload::new(form, self.len),
            _ => Payload::empty(),
        };
        for target in targets {
            self.prepare(target)?;
        }
        let mut samples: Vec<Vec<Measured>> = targets.iter().map(|_| Vec::new()).collect();
        for turn in 0..run.turns(self.turns) {
            for (target, samples) in targets.iter().zip(&mut samples) {
                if target.is_core() || turn < OTHERS_TURNS {
                    samples.push(self.turn(run, target, &payload));
                }
            }
            // Reads leave nothing in MinIO's trash, and small objects little.
            if matches!(self.work, Work::Put(_)) && self.len >= MIB {
                run.servers.settle();
            }
        }
        run.servers.settle();
        let direct = targets.iter().position(|target| target.name == DIRECT).map(|at| &samples[at][..]);
        let medians = targets.iter().zip(&samples).map(|(target, one)| Measured::medians(target.name, one, direct));
        Ok(medians.collect())
    }

    /// Uploads what is to be read, and reads it once, comparing every byte.
    fn prepare(&self, target: &Target<'_>) -> io::Result<()> {
        let form = match self.work {
            Work::Put(_) => return Ok(()),
            Work::GetSummed | Work::GetWithChecksum => Form::Trailer,
            Work::Get | Work::Range => Form::Unsigned,
        };
        let connections = self.connections.min(READ_OBJECTS);
        let endpoint = &target.server.s3;
        if self.work != Work::Range {
            let payload = Payload::new(form, self.len);
            let put =
                |at: usize| vec![Request::new("PUT", self.path(target, at)).headers(target.headers).payload(&payload)];
            Load { endpoint, connections, stop: Stop::Once, requests: &put }.run().checked()?;
        }
        let get = |at: usize| self.requests(target, &Payload::empty(), at);
        Load { endpoint, connections, stop: Stop::Once, requests: &get }.verify().checked()?;
        Ok(())
    }

    fn path(&self, target: &Target<'_>, at: usize) -> String {
        match self.work {
            Work::Put(_) => target.path(&format!("put-{}-{at}", self.len)),
            Work::Get => target.path(&format!("get-{}-{}", self.len, at % READ_OBJECTS)),
            Work::GetSummed | Work::GetWithChecksum => {
                target.path(&format!("summed-{}-{}", self.len, at % READ_OBJECTS))
            }
            Work::Range => target.path("long"),
        }
    }

    /// The requests of a connection.
    fn requests(&self, target: &Target<'_>, payload: &Payload, at: usize) -> Vec<Request> {
        let path = self.path(target, at);
        match self.work {
            Work::Put(_) => vec![Request::new("PUT", path).headers(target.headers).payload(payload)],
            Work::Get | Work::GetSummed => vec![Request::new("GET", path).expect(self.len)],
            Work::GetWithChecksum => {
                vec![Request::new("GET", path).expect(self.len).header("x-amz-checksum-mode", "ENABLED")]
            }
            Work::Range => (0..64_u64)
                .map(|turn| {
                    // Scattered over the object, the same for everyone.
                    let start = (turn * 7919 + at as u64 * 104_729) * 9973 % (GIB - RANGE_LEN);
                    Request::new("GET", path.clone()).range(start, RANGE_LEN)
                })
                .collect(),
        }
    }

    fn turn(&self, run: &Run, target: &Target<'_>, payload: &Payload) -> Measured {
        let requests = |at: usize| self.requests(target, payload, at);
        let endpoint = &target.server.s3;
        Load { endpoint, connections: 1, stop: Stop::Requests(1), requests: &requests }.run();
        let (meter, minio) = (target.server.process.meter(), run.minio.process.meter());
        let stop = Stop::After(run.turn());
        let outcome = Load { endpoint, connections: self.connections, stop, requests: &requests }.run();
        Measured::new(outcome, meter.secs(), minio.secs())
    }

    /// Deletes what its uploads have left.
    pub fn clear(&self, run: &Run, targets: &[Target<'_>]) {
        for target in targets {
            for at in 0..self.connections {
                let _ = target.server.s3.call(Request::new("DELETE", self.path(target, at)));
            }
        }
        run.servers.settle();
    }
}

/// So many objects are read, by any number of connections.
const READ_OBJECTS: usize = 4;

pub fn size_name(len: u64) -> String {
    match len {
        len if len >= GIB => format!("{} GiB", len / GIB),
        len if len >= MIB => format!("{} MiB", len / MIB),
        len => format!("{} KiB", len / KIB),
    }
}
