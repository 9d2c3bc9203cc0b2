//! The `distvouch` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    distvouch::cli::main()
}
