//! The command line: one file for each subcommand.

mod bucket;
mod demo;
mod logging;
mod progress;
mod remote;
mod rewrap;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A sealing S3 gateway with an AWS KMS compatible key manager inside.
#[derive(Parser)]
#[command(name = "sealgate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve S3, KMS and STS on one port, health and metrics on another.
    Serve(serve::Arguments),
    /// Show which buckets hold sealed objects only, and mark one.
    Bucket(bucket::Arguments),
    /// Put a bucket's objects under another KMS key or under bucket keys, without moving their bodies.
    Rewrap(Box<rewrap::Arguments>),
    /// Show what the gateway does, on a gateway of its own.
    Demo(demo::Arguments),
}

/// Parses the arguments and carries out the subcommand.
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Bucket(arguments) => bucket::run(arguments),
        Command::Rewrap(arguments) => rewrap::run(*arguments),
        Command::Demo(arguments) => demo::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sealgate: {error:#}");
            ExitCode::FAILURE
        }
    }
}
