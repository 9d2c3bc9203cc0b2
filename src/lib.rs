//! distvouch says, distfile by distfile, who vouches for these bytes and who could still have
//! forged them.
//!
//! Seven floors, each of which imports only what lies below it: `cli`, `report`, `check`, `release`,
//! `evidence`, `bytes`, `answer`. Parsers turn bytes into evidence, which is unauthenticated by type;
//! verifiers turn evidence into facts, which only they can construct; judging compares facts with
//! expectations and yields findings; the report joins findings into attacker sets and prints.

mod answer;
mod bytes;
mod check;
pub mod cli;
mod evidence;
mod release;
mod report;

#[cfg(test)]
#[path = "../tests/internal/mod.rs"]
mod internal;
