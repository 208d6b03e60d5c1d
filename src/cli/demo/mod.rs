//! `sealgate demo`: what the gateway does, shown on a gateway of its own that goes when the demonstration ends.

mod chart;
mod cost;
mod report;
mod workload;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    demonstration: Demonstration,
}

#[derive(clap::Subcommand)]
enum Demonstration {
    /// What bucket keys save: the same work with and without them, the KMS calls counted and priced.
    Cost(cost::Arguments),
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.demonstration {
        Demonstration::Cost(arguments) => cost::run(arguments),
    }
}
