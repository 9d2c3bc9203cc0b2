//! The `distvouch` program.
fn main() {}
