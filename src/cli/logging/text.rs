//! Log lines as text, such as
//! `2026-01-31T12:00:00.000000Z  INFO sealgate::access: request status=200 key="a/b"`.
//!
//! The same text as that of `tracing_subscriber`, for a fifth of its work: the access log has a line for each request. And
//! no value can end a line, or speak to a terminal.

use std::error::Error;
use std::fmt::{self, Debug, Write};

use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

pub struct Text;

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        // In one piece: what `to` is, each of its calls asks anew.
        let mut line = String::with_capacity(512);
        stamp(&mut line, OffsetDateTime::now_utc());
        line.push_str(match *metadata.level() {
            Level::ERROR => " ERROR ",
            Level::WARN => "  WARN ",
            Level::INFO => "  INFO ",
            Level::DEBUG => " DEBUG ",
            Level::TRACE => " TRACE ",
        });
        line.push_str(metadata.target());
        line.push(':');
        let mut fields = Fields { line, written: Ok(()) };
        event.record(&mut fields);
        fields.written?;
        fields.line.push('\n');
        to.write_str(&fields.line)
    }
}

/// RFC 3339 in UTC with microseconds, from year 0 to 9999.
fn stamp(line: &mut String, time: OffsetDateTime) {
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let mut put = |at: usize, digits: usize, mut number: u32| {
        for digit in text[at..at + digits].iter_mut().rev() {
            *digit += (number % 10) as u8;
            number /= 10;
        }
    };
    put(0, 4, time.year().unsigned_abs());
    put(5, 2, u8::from(time.month()).into());
    put(8, 2, time.day().into());
    put(11, 2, time.hour().into());
    put(14, 2, time.minute().into());
    put(17, 2, time.second().into());
    put(20, 6, time.microsecond());
    line.push_str(str::from_utf8(&text).unwrap_or_default());
}

struct Fields {
    line: String,
    /// What a value says of its own text.
    written: fmt::Result,
}

impl Fields {
    /// ` name=`, and nothing but the space before the message.
    fn name(&mut self, field: &Field) -> &mut String {
        self.line.push(' ');
        let name = field.name();
        if name != "message" {
            self.line.push_str(name.strip_prefix("r#").unwrap_or(name));
            self.line.push('=');
        }
        &mut self.line
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            return self.record_debug(field, &format_args!("{value}"));
        }
        if value.bytes().all(|byte| is_plain(byte) && !matches!(byte, b'"' | b'\\')) {
            self.name(field).extend(["\"", value, "\""]);
        } else {
            let written = write!(self.name(field), "{value:?}");
            self.written = self.written.and(written);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field).push_str(itoa::Buffer::new().format(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.name(field).push_str(itoa::Buffer::new().format(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.name(field).push_str(if value { "true" } else { "false" });
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        match value.source() {
            None => self.record_debug(field, &format_args!("{value}")),
            Some(source) => {
                self.record_debug(field, &format_args!("{value} {}.sources={:?}", field.name(), Sources(source)));
            }
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = write!(Escaped(self.name(field)), "{value:?}");
        self.written = self.written.and(written);
    }
}

/// An error's causes, the nearest first.
struct Sources<'a>(&'a (dyn Error + 'static));

impl Debug for Sources<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let mut next = Some(self.0);
        while let Some(cause) = next {
            list.entry(&Plain(cause.to_string()));
            next = cause.source();
        }
        list.finish()
    }
}

struct Plain(String);

impl Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Writes control characters as `\u{1b}`.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(is_plain) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|char| match char.is_control() {
            true => write!(self.0, "{}", char.escape_unicode()),
            false => self.0.write_char(char),
        })
    }
}

#[cfg(test)]
mod tests {
    use time::format_description::well_known::Rfc3339;
    use tracing_subscriber::fmt::layer;
    use tracing_subscriber::layer::SubscriberExt;

    use super::super::kept::Kept;
    use super::*;

    /// The lines of `log` as this formatter and as `tracing_subscriber`'s own writes them.
    fn lines(log: impl Fn()) -> [String; 2] {
        let (ours, theirs) = (Kept::default(), Kept::default());
        let our_layer = layer().with_ansi(false).event_format(Text).with_writer(ours.clone());
        let their_layer = layer().with_ansi(false).with_writer(theirs.clone());
        let subscriber = tracing_subscriber::registry().with(our_layer).with(their_layer);
        tracing::subscriber::with_default(subscriber, log);
        [ours, theirs].map(|kept| kept.text())
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Chain(&'static str, #[source] Option<Box<Chain>>);

    #[test]
    fn lines_read_as_those_of_the_library() {
        let error = Chain("first", Some(Box::new(Chain("second", Some(Box::new(Chain("third", None)))))));
        let [ours, theirs] = lines(|| {
            tracing::info!(target: "sealgate::access", key = "a/b", shown = %"x y", status = 200, done = true, "request");
            tracing::warn!(error = &error as &dyn Error, left = ?Some(1), "it broke: {}", "so");
            tracing::error!(quoted = "a \"b\" \\ \u{e9}", signed = -1, float = 1.5, r#type = "c", "no");
            tracing::info!("nothing more");
        });
        let bare = |lines: &str| lines.lines().map(|line| line[27..].to_owned()).collect::<Vec<_>>();
        assert_eq!(bare(&ours), bare(&theirs));
        assert_eq!(bare(&ours).len(), 4);
        for line in ours.lines() {
            let age = OffsetDateTime::now_utc() - OffsetDateTime::parse(&line[..27], &Rfc3339).unwrap();
            assert!(age.whole_minutes() == 0 && !age.is_negative(), "{line}");
        }
    }

    #[test]
    fn no_value_ends_a_line_or_speaks_to_a_terminal() {
        let [ours, _] = lines(|| {
            tracing::info!(shown = %"a\nb\u{1b}[2J", text = "c\nd\u{9b}", "e\r\nf");
        });
        assert!(ours.ends_with(": e\\u{d}\\u{a}f shown=a\\u{a}b\\u{1b}[2J text=\"c\\nd\\u{9b}\"\n"), "{ours}");
        assert_eq!(ours.lines().count(), 1, "{ours}");
        assert!(!ours.trim_end().contains(char::is_control), "{ours}");
    }
}
