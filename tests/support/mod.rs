//! Archives and directories made at test time, and the program run on them.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)]

use super::common::{classes, distvouch};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a test puts into an archive.
#[derive(Clone)]
pub enum Node {
    File(Vec<u8>, u32),
    Symlink(String),
    /// To a member by its whole name.
    Hardlink(String),
    Directory,
}

pub fn text(contents: &str) -> Node {
    Node::File(contents.as_bytes().to_vec(), 0o644)
}

pub fn script(contents: &str) -> Node {
    Node::File(contents.as_bytes().to_vec(), 0o755)
}

pub fn binary(contents: &[u8]) -> Node {
    Node::File(contents.to_vec(), 0o644)
}

pub fn tar(members: &[(String, Node)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, node) in members {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(1);
        match node {
            Node::File(contents, mode) => {
                header.set_mode(*mode);
                header.set_size(contents.len() as u64);
                builder.append_data(&mut header, path, contents.as_slice()).unwrap();
            }
            Node::Symlink(target) => {
                header.set_mode(0o777);
                header.set_size(0);
                header.set_entry_type(tar::EntryType::Symlink);
                builder.append_link(&mut header, path, target).unwrap();
            }
            Node::Hardlink(target) => {
                header.set_mode(0o644);
                header.set_size(0);
                header.set_entry_type(tar::EntryType::Link);
                builder.append_link(&mut header, path, target).unwrap();
            }
            Node::Directory => {
                header.set_mode(0o755);
                header.set_size(0);
                header.set_entry_type(tar::EntryType::Directory);
                builder.append_data(&mut header, path, std::io::empty()).unwrap();
            }
        }
    }
    builder.into_inner().unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip of `members` as Python makes wheels.
pub fn wheel(path: &Path, members: &[(String, Node)]) {
    let dir = tempfile::tempdir().unwrap();
    let mut tops = std::collections::BTreeSet::new();
    for (name, node) in members {
        let Node::File(contents, _) = node else { panic!("{name} is not a file") };
        let file = dir.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, contents).unwrap();
        tops.insert(name.split('/').next().unwrap().to_owned());
    }
    let output = Command::new("python3")
        .args(["-m", "zipfile", "-c"])
        .arg(path)
        .args(tops)
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// A .tar.gz of `members` below the directory `top`, which is also the file's name.
pub fn release(dir: &Path, top: &str, members: &[(&str, Node)]) -> PathBuf {
    let members: Vec<_> =
        members.iter().map(|(path, node)| (format!("{top}/{path}"), node.clone())).collect();
    let path = dir.join(format!("{top}.tar.gz"));
    std::fs::write(&path, gzip(&tar(&members))).unwrap();
    path
}

pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    distvouch().args(arguments).output().unwrap()
}

pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn stdout(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    no_verdict(&text);
    text
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn json(output: &Output) -> serde_json::Value {
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(output)));
    classes::record(&json);
    json
}

/// No word that reads as a verdict may be printed.
pub fn no_verdict(text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_lowercase);
    for word in words {
        for verdict in
            ["verified", "valid", "trusted", "good", "secure", "safe", "ok", "passed", "green"]
        {
            assert_ne!(word, verdict, "in: {text}");
        }
    }
}
