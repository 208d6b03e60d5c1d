//! What a stage has to say, kept in a file of its own: a later stage that fails, or a run that is ended, loses nothing.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::bars::Reading;
use crate::machine;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/benchmarks");

#[derive(Serialize, Deserialize)]
pub struct Report {
    pub stage: String,
    /// What was measured, and when.
    pub commit: String,
    pub date: String,
    pub secs: f64,
    pub sections: Vec<Section>,
    pub readings: Vec<Reading>,
    /// What failed or was left out, and why.
    pub troubles: Vec<String>,
}

/// A table with its explanation.
#[derive(Serialize, Deserialize)]
pub struct Section {
    pub title: String,
    pub text: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Report {
    pub fn new(stage: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            commit: machine::commit(),
            date: machine::date(),
            secs: 0.0,
            sections: Vec::new(),
            readings: Vec::new(),
            troubles: Vec::new(),
        }
    }

    pub fn trouble(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("    trouble: {text}");
        self.troubles.push(text);
    }

    pub fn save(&self) -> io::Result<()> {
        std::fs::create_dir_all(FOLDER)?;
        std::fs::write(file(&self.stage), serde_json::to_vec_pretty(self)?)
    }

    /// What the stage's last run has left.
    pub fn saved(stage: &str) -> io::Result<Option<Self>> {
        match std::fs::read(file(stage)) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn forget(stage: &str) {
        let _ = std::fs::remove_file(file(stage));
    }
}

impl Section {
    pub fn new(title: &str, text: &str, header: &[&str]) -> Self {
        let header = header.iter().map(|&cell| cell.to_owned()).collect();
        Self { title: title.to_owned(), text: text.to_owned(), header, rows: Vec::new() }
    }

    /// Adds a row and prints it.
    pub fn row(&mut self, cells: Vec<String>) {
        println!("    {}", cells.join(" | "));
        self.rows.push(cells);
    }

    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|{}\n", "---|".repeat(self.header.len()));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        let text = if self.text.is_empty() { String::new() } else { format!("{}\n\n", self.text) };
        format!("## {}\n\n{text}{}{rule}{rows}\n", self.title, line(&self.header))
    }
}

fn file(stage: &str) -> PathBuf {
    PathBuf::from(FOLDER).join(format!("{stage}.json"))
}
