//! Times what the crates that could compute our digests and RSA signatures take, in turns, in memory, on one thread.
//!
//! `tests/bench` builds and runs it, and puts what it prints into `doc/performance.md`: medians of the rounds.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::sign::{Signer, Verifier};
use sha2_0_10::Digest as _;
use sha2_0_11::Digest as _;

type Job<'a> = (&'static str, Box<dyn Fn() + 'a>);

const ROUNDS: usize = 9;

/// Has the optimizer leave what is computed and never read.
fn keep<T>(value: T) {
    black_box(value);
}

/// The median of each job, all of them run in turns.
fn medians(jobs: &[Job<'_>], repeat: u32) -> Vec<Duration> {
    let mut times = vec![Vec::new(); jobs.len()];
    for round in 0..=ROUNDS {
        for turn in 0..jobs.len() {
            let chosen = (round + turn) % jobs.len();
            let start = Instant::now();
            for _ in 0..repeat {
                (jobs[chosen].1)();
            }
            // The first round only warms up.
            if round > 0 {
                times[chosen].push(start.elapsed() / repeat);
            }
        }
    }
    for one in &mut times {
        one.sort_unstable();
    }
    times.iter().map(|one| one[ROUNDS / 2]).collect()
}

/// What the program reads at once. Larger, and the memory is what is measured.
const BLOCK: usize = 256 << 10;

fn digests(size: usize) {
    let data = vec![0x5a_u8; BLOCK];
    let data = data.as_slice();
    let openssl = |digest: MessageDigest| {
        keep(hash(digest, data).expect("OpenSSL has this digest"));
    };
    let aws = |algorithm| {
        keep(aws_lc_rs::digest::digest(algorithm, data));
    };
    let groups: [(&str, Vec<Job<'_>>); 3] = [
        (
            "SHA-512",
            vec![
                ("sha2 0.10", Box::new(|| keep(sha2_0_10::Sha512::digest(data)))),
                ("sha2 0.11", Box::new(|| keep(sha2_0_11::Sha512::digest(data)))),
                ("aws-lc-rs", Box::new(|| aws(&aws_lc_rs::digest::SHA512))),
                ("OpenSSL", Box::new(|| openssl(MessageDigest::sha512()))),
            ],
        ),
        (
            "SHA-256",
            vec![
                ("sha2 0.10", Box::new(|| keep(sha2_0_10::Sha256::digest(data)))),
                ("sha2 0.11", Box::new(|| keep(sha2_0_11::Sha256::digest(data)))),
                ("aws-lc-rs", Box::new(|| aws(&aws_lc_rs::digest::SHA256))),
                ("OpenSSL", Box::new(|| openssl(MessageDigest::sha256()))),
            ],
        ),
        (
            "BLAKE2B",
            vec![
                ("blake2b_simd", Box::new(|| keep(blake2b_simd::blake2b(data)))),
                ("blake2", Box::new(|| keep(<blake2::Blake2b512 as sha2_0_10::Digest>::digest(data)))),
                ("OpenSSL", Box::new(|| openssl(MessageDigest::from_name("blake2b512").expect("OpenSSL has BLAKE2")))),
            ],
        ),
    ];
    println!("| digest, {} MiB in blocks of 256 KiB | crate | MiB/s | speed, times the first |\n|---|---|---|---|", size >> 20);
    for (digest, jobs) in &groups {
        let times = medians(jobs, u32::try_from(size / BLOCK).unwrap_or(u32::MAX));
        for ((name, _), time) in jobs.iter().zip(&times) {
            let speed = BLOCK as f64 / f64::from(1 << 20) / time.as_secs_f64();
            println!("| {digest} | {name} | {speed:.0} | {:.2} |", times[0].as_secs_f64() / time.as_secs_f64());
        }
    }
}

fn signatures() -> Result<(), Box<dyn Error>> {
    println!("\n| RSA signature (PKCS #1 v1.5, SHA-256) | crate | µs | speed, times the first |\n|---|---|---|---|");
    for bits in [2048, 4096] {
        let key = PKey::from_rsa(Rsa::generate(bits)?)?;
        let message = b"what is signed";
        let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
        let signature = signer.sign_oneshot_to_vec(message)?;
        let signature = signature.as_slice();
        let der = key.public_key_to_der()?;
        let pkcs1 = key.rsa()?.public_key_to_der_pkcs1()?;
        let hashed = sha2_0_10::Sha256::digest(message);
        let old: rsa_0_9::RsaPublicKey = rsa_0_9::pkcs8::DecodePublicKey::from_public_key_der(&der)?;
        let new: rsa_0_10::PublicKey = rsa_0_10::pkcs8::DecodePublicKey::from_public_key_der(&der)?;
        let aws = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &pkcs1);
        let jobs: Vec<Job<'_>> = vec![
            (
                "rsa 0.9",
                Box::new(|| {
                    let scheme = rsa_0_9::Pkcs1v15Sign::new::<sha2_0_10::Sha256>();
                    old.verify(scheme, &hashed, signature).expect("rsa 0.9 verifies");
                }),
            ),
            (
                "rsa 0.10",
                Box::new(|| {
                    let scheme = rsa_0_10::Pkcs1v15Sign::new::<sha2_0_11::Sha256>();
                    new.verify(scheme, &hashed, signature).expect("rsa 0.10 verifies");
                }),
            ),
            (
                "rsa 0.10, with the key read each time",
                Box::new(|| {
                    let key: rsa_0_10::PublicKey =
                        rsa_0_10::pkcs8::DecodePublicKey::from_public_key_der(&der).expect("a key");
                    let scheme = rsa_0_10::Pkcs1v15Sign::new::<sha2_0_11::Sha256>();
                    key.verify(scheme, &hashed, signature).expect("rsa 0.10 verifies");
                }),
            ),
            ("aws-lc-rs", Box::new(|| aws.verify(message, signature).expect("aws-lc-rs verifies"))),
            (
                "OpenSSL",
                Box::new(|| {
                    let mut verifier = Verifier::new(MessageDigest::sha256(), &key).expect("a verifier");
                    assert!(verifier.verify_oneshot(signature, message).expect("OpenSSL verifies"));
                }),
            ),
        ];
        let times = medians(&jobs, 50);
        for ((name, _), time) in jobs.iter().zip(&times) {
            let ratio = times[0].as_secs_f64() / time.as_secs_f64();
            println!("| {bits} | {name} | {:.0} | {ratio:.2} |", time.as_secs_f64() * 1e6);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = match std::env::args().nth(1) {
        Some(text) => text.parse::<usize>()? << 20,
        None => 256 << 20,
    };
    digests(size);
    signatures()
}
