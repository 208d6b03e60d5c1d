//! A progress bar on standard error, where that is a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

const WIDTH: u64 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// How far a long piece of work has come.
pub struct Progress {
    label: String,
    total: u64,
    done: u64,
    started: Instant,
    drawn: Option<Instant>,
    visible: bool,
}

impl Progress {
    pub fn new(label: impl Into<String>, total: u64) -> Self {
        let visible = std::io::stderr().is_terminal();
        Self { label: label.into(), total, done: 0, started: Instant::now(), drawn: None, visible }
    }

    pub fn advance(&mut self, by: u64) {
        self.done += by;
        if self.visible && self.drawn.is_none_or(|drawn| drawn.elapsed() >= PAUSE) {
            self.draw();
        }
    }

    /// Draws the last state and leaves the line.
    pub fn finish(mut self) {
        if self.visible {
            self.draw();
            eprintln!();
        }
    }

    fn draw(&mut self) {
        self.drawn = Some(Instant::now());
        eprint!("\r{}", self.line());
        let _ = std::io::stderr().flush();
    }

    fn line(&self) -> String {
        let done = self.done.min(self.total.max(1));
        let filled = done * WIDTH / self.total.max(1);
        let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { '.' }).collect();
        let rate = self.done as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        format!("{} [{bar}] {}/{} {rate:.0}/s   ", self.label, self.done, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_and_never_overflows() {
        let mut progress = Progress::new("work", 10);
        progress.visible = false;
        assert!(progress.line().starts_with("work [..............................] 0/10"));
        progress.advance(5);
        assert!(progress.line().starts_with("work [###############...............] 5/10"));
        progress.advance(50);
        assert!(progress.line().starts_with("work [##############################] 55/10"));
        assert!(Progress::new("none", 0).line().contains("0/0"));
    }
}
