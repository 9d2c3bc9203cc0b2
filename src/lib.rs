//! distvouch says, distfile by distfile, who vouches for these bytes and who could still have
//! forged them.
//!
//! Seven floors, each of which imports only what lies below it: `cli`, `report`, `check`, `release`,
//! `evidence`, `bytes`, `answer`. Parsers turn bytes into evidence, which is unauthenticated by type;
//! verifiers turn evidence into facts, which only they can construct; judging compares facts with
//! expectations and yields findings; the report joins findings into attacker sets and prints.

//!
//! # For Rust programs
//!
//! [`Distfiles`] does what `distvouch check` does. Nothing of it opens a network connection.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text);
//! # write("foo-1.2.tar.gz", "abc")?;
//! # write("Manifest", "DIST foo-1.2.tar.gz 3 SHA512 ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f\n")?;
//! # let directory = directory.path();
//! use distvouch::Distfiles;
//!
//! let report = Distfiles::in_directory(directory)
//!     .manifest(directory.join("Manifest"))
//!     .file("foo-1.2.tar.gz")
//!     .after_the_bump()
//!     .judge()?;
//! for distfile in report.distfiles() {
//!     for finding in distfile.findings() {
//!         // foo-1.2.tar.gz: manifest agrees: size and SHA512 with …/Manifest:1
//!         println!("{}: {} {}: {}", distfile.name(), finding.check(), finding.outcome(), finding.compared());
//!     }
//! }
//! // Once the Manifest is recorded, only its committers can still exchange the file.
//! assert_eq!(report.attackers(), [["gentoo"].into()]);
//! assert!(!report.anything_required_failed());
//! # Ok(())
//! # }
//! ```

mod answer;
mod api;
mod bytes;
mod check;
pub mod cli;
mod evidence;
#[cfg(any(feature = "fuzzing", test))]
#[doc(hidden)]
#[allow(missing_docs)]
pub mod fuzz;
mod release;
mod report;

pub use api::{Distfile, Distfiles, Error, Finding, Report};

#[cfg(test)]
#[path = "../tests/internal/mod.rs"]
mod internal;
