//! The public collision on SHA-1 (shattered.io, 2017), and whether it is seen where git's objects are
//! named.
//!
//! Nobody has published one whose messages begin as git's objects do (`blob 320\0`), and one that does not
//! begin so has no name in git: what can be held is that the hash that names objects refuses these bytes,
//! and what is said of an object whose name it refuses.
#![allow(clippy::unwrap_used)]

use super::member::Blob;
use super::{Collision, object_name};
use crate::release::archive::GitHash;
use sha1collisiondetection::Sha1CD;

/// What both begin with.
const PREFIX: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865\
     696768742033203020522f547970652034203020522f537562747970652035203020522f46696c746572\
     2036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f4269747350\
     6572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d312069732064656164\
     2121212121852fec092339759c39b1a1c63c4c97e1fffe01";

/// The two blocks of the first.
const ONE: &str = "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45\
     c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037\
     b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc46\
     29b1";

/// The two blocks of the second.
const OTHER: &str = "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45\
     c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d\
     98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda80446\
     29a1";

fn message(blocks: &str) -> Vec<u8> {
    let digits = format!("{PREFIX}{blocks}");
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// What the hash that names objects says of `bytes`, without git's head in front.
fn named(bytes: &[u8], step: usize) -> Result<Vec<u8>, Collision> {
    let mut hash = Blob::Sha1(Box::<Sha1CD>::default());
    bytes.chunks(step).for_each(|chunk| hash.update(chunk));
    hash.finish()
}

/// The name that the bytes of an attack are refused, for what is said of it.
pub(crate) fn attack() -> Result<Vec<u8>, Collision> {
    named(&message(ONE), 64)
}

#[test]
fn the_two_messages_are_seen_and_have_one_plain_digest() {
    let (one, other) = (message(ONE), message(OTHER));
    assert_ne!(one, other);
    // Without detection: the attack works.
    let plain = |bytes: &[u8]| {
        let mut hash = Sha1CD::configure().detect_collisions(false).build();
        hash.update(bytes);
        let mut name = sha1collisiondetection::Output::default();
        hash.finalize_into_dirty_cd(&mut name).unwrap();
        name.to_vec()
    };
    assert_eq!(plain(&one), plain(&other));
    assert_eq!(
        crate::bytes::digests::hex(&plain(&one)),
        "f92d74e3874587aaf443d1db961d4e26dde13e9c"
    );
    for step in [1, 64, 320] {
        assert_eq!(named(&one, step), Err(Collision), "{step}");
        assert_eq!(named(&other, step), Err(Collision), "{step}");
    }
}

#[test]
fn what_follows_does_not_hide_it_and_a_changed_bit_is_no_attack() {
    let mut long = message(ONE);
    long.extend_from_slice(&[0; 100_000]);
    assert_eq!(named(&long, 4096), Err(Collision));
    let mut changed = message(ONE);
    if let Some(byte) = changed.get_mut(250) {
        *byte ^= 1;
    }
    assert_eq!(named(&changed, 64).unwrap().len(), 20);
}

/// git's head in front makes another message of it: it has a name, and the two have two.
#[test]
fn as_blobs_of_git_they_differ() {
    let names =
        [ONE, OTHER].map(|blocks| object_name(GitHash::Sha1, "blob", &message(blocks)).unwrap());
    assert_ne!(names[0], names[1]);
}
