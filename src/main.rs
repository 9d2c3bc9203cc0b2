//! The `distvouch` program: parse, run, print, exit.

use clap::Parser;
use distvouch::cli::{Cli, diagnose, run};
use distvouch::requirement::Status;
use std::process::ExitCode;

fn main() -> ExitCode {
    let status = run(&Cli::parse()).unwrap_or_else(|error| {
        diagnose(&error);
        Status::CouldNotRun
    });
    ExitCode::from(status.code())
}
