//! Sealgate beside plain proxies in front of the same MinIO: one command, one run, ratios.
//!
//!     cargo bench --bench compare                    everything; about 25 minutes; writes docs/benchmarks.md
//!     cargo bench --bench compare -- --quick         the bars' own rows in short turns; prints only
//!     cargo bench --bench compare -- --memory        resident memory of 16 uploads and reads of 1 GiB (--connections N)
//!     cargo bench --bench compare -- --full          one object of 5 GiB up and down
//!     cargo bench --bench compare -- --put KIB       one kind of request, for a profiler; --get too (--secs, --connections)
//!
//! MinIO, nginx and HAProxy are those on the PATH, or what SEALGATE_MINIO, SEALGATE_NGINX and SEALGATE_HAPROXY name;
//! SEALGATE_BIN names another gateway. Servers listen on loopback and keep their files under the system's temporary folder.

#[path = "../load/mod.rs"]
mod load;

mod cell;
mod long;
mod probe;
mod table;
mod targets;

use std::io;
use std::time::Duration;

use cell::{Cell, Work};
use load::{Form, MIB, Servers};
use table::Table;
use targets::{Field, Target};

fn main() -> io::Result<()> {
    let servers = Servers::new()?;
    if probe::run(&servers)? {
        return Ok(());
    }
    let quick = load::flag("--quick");
    let field = Field::start(&servers)?;
    let targets = field.targets();
    let Some((minio, _)) = targets.split_first() else { return Ok(()) };
    let mut table = Table::new();
    let turns = load::option("--turns", if quick { 3 } else { 5 });
    let turn = Duration::from_millis(load::option("--turn-millis", if quick { 1000 } else { 1500 }));
    let all: Vec<&Target<'_>> = targets.iter().collect();
    let cells = if quick { quick_cells() } else { cells() };
    for cell in &cells {
        table.add(cell, cell.measure(&servers, minio, &all, turns, turn));
    }
    if !quick {
        long::multipart(&mut table, &servers, &all)?;
        for connections in [1, 16] {
            let cell = Cell { work: Work::Range, len: cell::RANGE_LEN, connections };
            table.add(&cell, cell.measure(&servers, minio, &all, turns, turn));
        }
        long::list(&mut table, &field, load::option("--keys", 100_000))?;
        table.write()?;
    }
    Ok(())
}

fn quick_cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (len, connections) in [(4096, 1), (4096, 16), (MIB, 16), (64 * MIB, 4)] {
        for work in [Work::Put(Form::Unsigned), Work::Get] {
            cells.push(Cell { work, len, connections });
        }
    }
    cells
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (len, many) in [(4096, &[1, 16, 64][..]), (64 * 1024, &[1, 16, 64]), (MIB, &[1, 16, 64]), (64 * MIB, &[1, 16])]
    {
        for &connections in many {
            for work in [Work::Put(Form::Unsigned), Work::Get] {
                cells.push(Cell { work, len, connections });
            }
        }
    }
    for len in [4096, MIB, 64 * MIB] {
        for work in [Work::Put(Form::Signed), Work::Put(Form::Trailer), Work::GetWithChecksum] {
            cells.push(Cell { work, len, connections: 16 });
        }
    }
    cells
}
