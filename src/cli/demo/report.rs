//! What was counted, as a table and as JSON.

use serde_json::{Value, json};

use super::workload::Workload;

/// KMS calls of one run, as the KMS counted them, and how long it took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    pub generate_data_key: u64,
    pub decrypt: u64,
    pub seconds: f64,
}

impl Measured {
    pub fn calls(&self) -> u64 {
        self.generate_data_key + self.decrypt
    }
}

pub struct Report {
    pub workload: Workload,
    pub requesters: u64,
    pub runs_per_month: u64,
    pub dollars_per_10_000_calls: f64,
    pub off: Measured,
    pub on: Measured,
}

impl Report {
    /// What these calls cost a month.
    pub fn dollars(&self, measured: &Measured) -> f64 {
        measured.calls() as f64 * self.runs_per_month as f64 * self.dollars_per_10_000_calls / 10_000.0
    }

    /// How many times fewer calls.
    pub fn factor(&self) -> f64 {
        self.off.calls() as f64 / self.on.calls().max(1) as f64
    }

    pub fn to_json(&self) -> Value {
        let run = |measured: &Measured| {
            json!({
                "generate_data_key": measured.generate_data_key,
                "decrypt": measured.decrypt,
                "kms_calls": measured.calls(),
                // To the millionth: beyond stands only what binary fractions add.
                "dollars_per_month": (self.dollars(measured) * 1e6).round() / 1e6,
                "seconds": measured.seconds,
            })
        };
        json!({
            "workload": {
                "objects": self.workload.objects,
                "size": self.workload.size,
                "reads_per_write": self.workload.reads_per_write,
                "requesters": self.requesters,
                "runs_per_month": self.runs_per_month,
                "dollars_per_10000_kms_calls": self.dollars_per_10_000_calls,
            },
            "bucket_keys_off": run(&self.off),
            "bucket_keys_on": run(&self.on),
            "factor": self.factor(),
        })
    }
}

/// The calls in an audit trail.
pub fn count(trail: &str) -> Measured {
    let mut measured = Measured::default();
    for line in trail.lines() {
        let Ok(record) = serde_json::from_str::<Value>(line) else { continue };
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        match (text("eventSource"), text("eventName")) {
            (Some("kms.amazonaws.com"), Some("GenerateDataKey")) => measured.generate_data_key += 1,
            (Some("kms.amazonaws.com"), Some("Decrypt")) => measured.decrypt += 1,
            _ => {}
        }
    }
    measured
}

/// For a terminal.
pub fn table(report: &Report) -> String {
    let Report { workload, requesters, runs_per_month, off, on, .. } = report;
    let mut text = format!(
        "{} of {}, each written once and read {}, by {}; {} a month\n\n",
        counted(workload.objects, "object"),
        counted(workload.size as u64, "byte"),
        counted(workload.reads_per_write, "time"),
        counted(*requesters, "requester"),
        counted(*runs_per_month, "time")
    );
    let mut row = |name: &str, off: String, on: String| text.push_str(&format!("{name:<24}{off:>18}{on:>18}\n"));
    row("", "bucket keys off".into(), "bucket keys on".into());
    row("GenerateDataKey", grouped(off.generate_data_key), grouped(on.generate_data_key));
    row("Decrypt", grouped(off.decrypt), grouped(on.decrypt));
    row("KMS calls", grouped(off.calls()), grouped(on.calls()));
    row("dollars a month", dollars(report.dollars(off)), dollars(report.dollars(on)));
    row("seconds", format!("{:.1}", off.seconds), format!("{:.1}", on.seconds));
    row("fewer KMS calls", String::new(), format!("{} x", grouped(report.factor().round() as u64)));
    text
}

/// In cents; what is less than one, with enough digits to tell it from nothing.
pub fn dollars(sum: f64) -> String {
    if sum == 0.0 || sum >= 0.01 { format!("${sum:.2}") } else { format!("${sum:.4}") }
}

/// `1 object`, `2,000 objects`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `12345` as `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn report() -> Report {
        Report {
            workload: Workload { objects: 10_000, size: 1_024, reads_per_write: 1, jobs: 1 },
            requesters: 1,
            runs_per_month: 720,
            dollars_per_10_000_calls: 0.03,
            off: Measured { generate_data_key: 10_000, decrypt: 10_000, seconds: 10.0 },
            on: Measured { generate_data_key: 1, decrypt: 1, seconds: 9.0 },
        }
    }

    #[test]
    fn twenty_thousand_calls_an_hour_cost_what_aws_says() {
        let report = report();
        assert!((report.dollars(&report.off) - 43.2).abs() < 1e-9);
        assert_eq!((report.factor(), dollars(report.dollars(&report.on))), (10_000.0, "$0.0043".to_owned()));
        let table = table(&report);
        assert!(table.contains("KMS calls                           20,000                 2"), "{table}");
        assert!(table.contains("10,000 x"), "{table}");
        assert!(table.starts_with("10,000 objects of 1,024 bytes, each written once and read 1 time, by 1 requester;"));
        assert_eq!(report.to_json()["bucket_keys_on"]["dollars_per_month"], 0.00432);
    }

    #[test]
    fn only_calls_of_the_kms_count() {
        let trail = "{\"eventSource\":\"kms.amazonaws.com\",\"eventName\":\"Decrypt\"}\n\
                     {\"eventSource\":\"kms.amazonaws.com\",\"eventName\":\"CreateKey\"}\n\
                     {\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"Decrypt\"}\nnot json\n";
        let counted = count(trail);
        assert_eq!((counted.generate_data_key, counted.decrypt), (0, 1));
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
