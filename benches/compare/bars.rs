//! What is demanded, and whether what was measured meets it.

use serde::{Deserialize, Serialize};

use crate::load::MIB;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bar {
    CpuLarge,
    RateLarge,
    RateSmall,
    CpuSmall,
    AddedLatency,
    RangeCold,
    RangeWarm,
    Head,
    Listing,
    Memory,
    Flat,
    KmsCpu,
    KmsMoto,
    KmsNginx,
    Start,
}

/// A demand in words, its limit and the limit's unit.
pub struct Demand {
    pub words: &'static str,
    pub limit: Limit,
    pub unit: &'static str,
}

#[derive(Clone, Copy)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// What was measured for a bar.
#[derive(Serialize, Deserialize)]
pub struct Reading {
    pub bar: Bar,
    pub what: String,
    /// None: the measurement failed, or is a ratio to nothing.
    pub value: Option<f64>,
}

impl Bar {
    pub const ALL: [Self; 15] = [
        Self::CpuLarge,
        Self::RateLarge,
        Self::RateSmall,
        Self::CpuSmall,
        Self::AddedLatency,
        Self::RangeCold,
        Self::RangeWarm,
        Self::Head,
        Self::Listing,
        Self::Memory,
        Self::Flat,
        Self::KmsCpu,
        Self::KmsMoto,
        Self::KmsNginx,
        Self::Start,
    ];

    pub fn demand(self) -> Demand {
        use Limit::{AtLeast, AtMost};
        let demand = |words, limit, unit| Demand { words, limit, unit };
        match self {
            Self::CpuLarge => demand("CPU seconds per GiB of 64 MiB objects, beside nginx", AtMost(1.25), " x"),
            Self::RateLarge => demand("Throughput at 16 connections, 1 MiB and up, beside nginx", AtLeast(0.9), " x"),
            Self::RateSmall => demand("Throughput at 16 connections, 4 KiB, beside nginx", AtLeast(0.85), " x"),
            Self::CpuSmall => demand("CPU per request of 4 KiB, beside nginx", AtMost(2.0), " x"),
            Self::AddedLatency => {
                demand("Median latency added at 4 KiB and one connection, beside what nginx adds", AtMost(2.0), " x")
            }
            Self::RangeCold => demand(
                "Backend requests beyond a plain read's, cold 64 KiB range of a 1 GiB multipart object",
                AtMost(1.0),
                "",
            ),
            Self::RangeWarm => demand("The same, warm", AtMost(0.0), ""),
            Self::Head => demand("Backend requests of a HEAD", AtMost(1.0), ""),
            Self::Listing => demand("Wall time of a whole listing, beside direct", AtMost(1.15), " x"),
            Self::Memory => {
                demand("Resident set over idle, per transfer, of 64 concurrent 1 GiB transfers", AtMost(2.0), " MiB")
            }
            Self::Flat => demand("Cost per byte, beside that at 64 MiB", AtMost(1.15), " x"),
            Self::KmsCpu => demand("CPU per GenerateDataKey over keep-alive connections", AtMost(50.0), " us"),
            Self::KmsMoto => demand("Moto's CPU per GenerateDataKey, beside the gateway's", AtLeast(70.0), " x"),
            Self::KmsNginx => demand(
                "CPU per GenerateDataKey, beside nginx answering `return 200` with as many bytes",
                AtMost(2.5),
                " x",
            ),
            Self::Start => demand(
                "Start of the binary to the first served request, with a key store of 10,000 keys",
                AtMost(150.0),
                " ms",
            ),
        }
    }

    /// A ratio of two measured values.
    pub fn ratio(self, what: impl Into<String>, value: f64, of: f64) -> Reading {
        self.reading(what, if of > 0.0 { value / of } else { f64::NAN })
    }

    pub fn reading(self, what: impl Into<String>, value: f64) -> Reading {
        Reading { bar: self, what: what.into(), value: value.is_finite().then_some(value) }
    }

    /// A transfer's share of memory.
    pub fn memory(what: impl Into<String>, bytes: f64) -> Reading {
        Self::Memory.reading(what, bytes / MIB as f64)
    }

    /// Limit, measured values and verdict, as cells of a table.
    pub fn judge(self, readings: &[&Reading]) -> [String; 3] {
        let Demand { limit, unit, .. } = self.demand();
        let (bound, limit_text) = match limit {
            Limit::AtMost(bound) => (bound, format!("at most {bound}{unit}")),
            Limit::AtLeast(bound) => (bound, format!("at least {bound}{unit}")),
        };
        let is_met = |value: f64| match limit {
            Limit::AtMost(_) => value <= bound,
            Limit::AtLeast(_) => value >= bound,
        };
        let one = |reading: &&Reading| match reading.value {
            Some(value) if is_met(value) => format!("{} {}{unit}", reading.what, number(value)),
            Some(value) => format!("**{} {}{unit}**", reading.what, number(value)),
            None => format!("**{} no value**", reading.what),
        };
        let verdict = match readings {
            [] => "not measured",
            all if all.iter().all(|reading| reading.value.is_some_and(is_met)) => "met",
            _ => "**missed**",
        };
        let measured: Vec<String> = readings.iter().map(one).collect();
        [limit_text, measured.join("; "), verdict.to_owned()]
    }
}

/// Three digits that matter.
fn number(value: f64) -> String {
    match value.abs() {
        size if size == size.round() || size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
