//! A transparency log like Rekor v1: entries, signed promises, proofs and checkpoints.

use super::{Key, b64, hex};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How many entries precede the one that is asked for.
const BEFORE: usize = 4;
/// How many follow it.
const BEHIND: usize = 2;
/// How many are in older trees of the same log.
const OLDER: usize = 1_000_000;

/// A log. Its tree is made anew for each entry: some others, that entry, and some others.
pub struct Log {
    name: String,
    /// Its key.
    pub key: Key,
}

impl Log {
    /// The log of that host name, with the key of that name.
    pub fn new(host: &str, key: &str) -> Self {
        Self { name: host.to_owned(), key: Key::new(key) }
    }

    /// A trusted root's `tlogs` entry.
    pub fn in_root(&self) -> Value {
        json!({
            "baseUrl": format!("https://{}", self.name),
            "hashAlgorithm": "SHA2_256",
            "publicKey": self.key.in_root(),
            "logId": {"keyId": b64(self.key.id())}})
    }

    /// The entry of `body`, taken at `time`, with a checkpoint signed by `checkpoint_key`.
    pub fn entry(&self, kind: &str, body: &Value, time: i64, checkpoint_key: &Key) -> Value {
        let body = body.to_string();
        let leaf = |text: &[u8]| Sha256::digest([&[0], text].concat()).into();
        let other = |n: usize| leaf(format!("entry {n}").as_bytes());
        let mut leaves: Vec<Hash> = (0..BEFORE).map(other).collect();
        leaves.push(leaf(body.as_bytes()));
        leaves.extend((0..BEHIND).map(|n| other(BEFORE + n)));
        let root = root(&leaves);
        let path: Vec<String> = path(BEFORE, &leaves).iter().map(b64).collect();
        let size = leaves.len();
        let origin = format!("{} - 2605736670972794746", self.name);
        // C2SP signed-note; Rekor's key hint is the beginning of the log's id.
        let note = format!("{origin}\n{size}\n{}\n", b64(root));
        let signed =
            [&self.key.id()[..4], checkpoint_key.sign(note.as_bytes()).as_slice()].concat();
        let checkpoint = format!("{note}\n\u{2014} {} {}\n", self.name, b64(signed));
        let index = OLDER + BEFORE;
        // In canonical order (RFC 8785): serde_json's maps are sorted.
        let promise = json!({
            "body": b64(&body), "integratedTime": time, "logID": hex(&self.key.id()), "logIndex": index});
        json!({
            "logIndex": index.to_string(),
            "logId": {"keyId": b64(self.key.id())},
            "kindVersion": {"kind": kind, "version": "0.0.1"},
            "integratedTime": time.to_string(),
            "inclusionPromise": {
                "signedEntryTimestamp": b64(self.key.sign(promise.to_string().as_bytes()))},
            "inclusionProof": {
                "logIndex": BEFORE.to_string(), "treeSize": size.to_string(), "rootHash": b64(root),
                "hashes": path, "checkpoint": {"envelope": checkpoint}},
            "canonicalizedBody": b64(&body)})
    }
}

type Hash = [u8; 32];

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

fn node(left: Hash, right: Hash) -> Hash {
    Sha256::digest([&[1][..], &left, &right].concat()).into()
}

/// The Merkle tree hash (RFC 6962 §2.1).
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node(root(left), root(right))
        }
    }
}

/// The audit path of leaf `m` (RFC 6962 §2.1.1).
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut hashes, other) =
        if m < k { (path(m, left), root(right)) } else { (path(m - k, right), root(left)) };
    hashes.push(other);
    hashes
}
