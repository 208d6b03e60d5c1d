//! The chart: KMS calls with bucket keys off and on, on a logarithmic axis, as SVG.

use std::fmt::Write as _;

use super::report::{Measured, Report, counted, dollars, grouped};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 610.0;
const TOP: f64 = 80.0;
const BOTTOM: f64 = 320.0;
const BAR: f64 = 110.0;

/// The whole document.
pub fn svg(report: &Report) -> String {
    let decades = (report.off.calls().max(report.on.calls()).max(10) as f64).log10().ceil();
    let height = |calls: u64| match calls {
        0 => 0.0,
        // One call is one step above the ground.
        calls => ((calls as f64).log10() + 0.15) / (decades + 0.15) * (BOTTOM - TOP),
    };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"system-ui, sans-serif\" \
         role=\"img\"><title>KMS calls with bucket keys off and on</title>\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>"
    );
    text(&mut out, LEFT, 34.0, 20, "start", "#1b1f24", "What bucket keys save");
    let subtitle = format!(
        "KMS calls for {}, {} each, by {}",
        counted(report.workload.objects, "object"),
        counted(report.workload.reads_per_write, "read"),
        counted(report.requesters, "requester")
    );
    text(&mut out, LEFT, 56.0, 13, "start", "#57606a", &subtitle);
    text(&mut out, RIGHT, TOP - 6.0, 11, "end", "#57606a", "logarithmic scale");
    let mut decade = 0.0;
    while decade <= decades {
        let calls = 10_f64.powf(decade) as u64;
        let y = BOTTOM - height(calls);
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#d0d7de\" stroke-width=\"1\"/>"
        );
        text(&mut out, LEFT - 8.0, y + 4.0, 12, "end", "#57606a", &grouped(calls));
        decade += 1.0;
    }
    bar(&mut out, 190.0, height(report.off.calls()), "#b35900", "bucket keys off", report, &report.off);
    bar(&mut out, 400.0, height(report.on.calls()), "#0b6e4f", "bucket keys on", report, &report.on);
    let _ = write!(
        out,
        "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{BOTTOM}\" y2=\"{BOTTOM}\" stroke=\"#1b1f24\" stroke-width=\"1.5\"/>"
    );
    let factor = format!("{} times fewer KMS calls", grouped(report.factor().round() as u64));
    text(&mut out, (LEFT + RIGHT) / 2.0, 384.0, 15, "middle", "#1b1f24", &factor);
    out.push_str("</svg>\n");
    out
}

fn bar(out: &mut String, x: f64, height: f64, colour: &str, name: &str, report: &Report, measured: &Measured) {
    let y = BOTTOM - height;
    let _ = write!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{BAR}\" height=\"{height:.1}\" rx=\"3\" fill=\"{colour}\"/>"
    );
    let middle = x + BAR / 2.0;
    text(out, middle, y - 8.0, 14, "middle", "#1b1f24", &grouped(measured.calls()));
    text(out, middle, BOTTOM + 20.0, 14, "middle", "#1b1f24", name);
    let cost = format!("{} a month", dollars(report.dollars(measured)));
    text(out, middle, BOTTOM + 38.0, 12, "middle", "#57606a", &cost);
}

/// Every text here is ours: letters, digits, nothing to escape.
fn text(out: &mut String, x: f64, y: f64, size: u32, anchor: &str, colour: &str, text: &str) {
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::report::tests::report;

    #[test]
    fn the_chart_is_xml_and_says_what_was_counted() {
        let svg = svg(&report());
        let mut reader = quick_xml::Reader::from_str(&svg);
        let mut depth = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        for said in ["20,000", ">2<", "$43.20 a month", "10,000 times fewer"] {
            assert!(svg.contains(said), "{said}");
        }
    }
}
