//! Archives, compared with the files that real programs make of them: GNU tar, bsdtar, busybox,
//! Python's tarfile and the tar crate; Info-ZIP's unzip, bsdtar and Python's zipfile.

mod mutants;
mod readers;
mod real;
mod tar;
mod zip;
