//! All of A: what the default src_unpack asks.

use super::setting::{Method, Setting, Unable};
use crate::answer::failure::FailureClass;
use crate::bytes::input::file_name;
use crate::bytes::suffix::without_compression;
use crate::check::pairing::{self, EvidenceKind, Names, Role};
use crate::check::signatures::Over;
use crate::check::{Inputs, run};
use crate::cli::check::threads_pay;
use crate::cli::restrict::Reach;
use crate::report::portage::{Answer, Refusal};
use clap::{Args, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All of A.
#[derive(Debug, Args)]
pub(super) struct All {
    #[command(flatten)]
    setting: Setting,

    /// What every distfile needs
    #[arg(long, value_name = "EVIDENCE")]
    want: Vec<Want>,

    /// The files
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

/// What a distfile can need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Want {
    /// A signature by VERIFY_SIG_METHOD
    Signature,
    /// PEP 740 provenance
    Provenance,
}

/// The files of A, by the parts that they play.
#[derive(Default)]
struct Parts {
    distfiles: Vec<String>,
    /// Each with what it is evidence about.
    signatures: Vec<(String, Over, String)>,
    provenance: Vec<(String, String)>,
    stray: Vec<String>,
}

impl All {
    pub(super) fn reach(&self, reach: &mut Reach) {
        self.setting.reach(reach);
        reach.read_all(&self.files);
    }

    pub(super) fn subject(&self) -> String {
        self.files.first().cloned().unwrap_or_default()
    }

    fn wants(&self, evidence: Want) -> bool {
        self.want.contains(&evidence)
    }

    pub(super) fn answer(&self) -> Result<Answer, Unable> {
        let parts = self.parts();
        let mut answer = self.setting.answer();
        answer.refusals = self.refusals(&parts);
        if !answer.refusals.is_empty() || parts.distfiles.is_empty() {
            return Ok(answer);
        }
        let inputs = self.inputs(parts)?;
        answer.report = Some(run(&inputs, &|_| {}));
        answer.settled = true;
        answer.summary = true;
        // What is said here need not be said again by a function that is called later.
        self.setting.first_time("manifest");
        Ok(answer)
    }

    fn parts(&self) -> Parts {
        let names = self.files.iter().map(String::as_str).filter(|file| is_name(file));
        let upstream: BTreeMap<&str, String> = names
            .clone()
            .filter_map(|name| Some((name, self.setting.upstream_name(name)?)))
            .collect();
        let known = Names::called(names, |name| upstream.get(name).map(String::as_str));
        let mut streams: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in known.iter() {
            if let Some(stream) = without_compression(name) {
                streams.entry(stream).or_default().push(name);
            }
        }
        let mut parts = Parts::default();
        for name in known.iter() {
            match known.role(&self.setting.distdir, name) {
                // Lists are judged by their own signatures here, as verify-sig always has it: that of a file that
                // has none is missing, whatever a list says of it.
                Role::Evidence if pairing::by_suffix(name).is_none() => {
                    parts.distfiles.push(name.to_owned());
                }
                Role::Content => parts.distfiles.push(name.to_owned()),
                Role::Stray(_) => parts.stray.push(name.to_owned()),
                Role::Evidence => parts.add(name, &known, &streams),
            }
        }
        parts
    }

    /// What is refused before anything was read.
    fn refusals(&self, parts: &Parts) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut refuse = |file: &String, class, text: &str| {
            refusals.push(Refusal { file: file.clone(), class, text: text.to_owned() });
        };
        let signed: BTreeSet<_> = parts.signatures.iter().map(|(_, _, about)| about).collect();
        let attested: BTreeSet<_> = parts.provenance.iter().map(|(_, about)| about).collect();
        for file in &parts.distfiles {
            if self.wants(Want::Signature) && !signed.contains(file) {
                refuse(file, FailureClass::SignatureAbsent, "SRC_URI has no signature for it");
            }
            if self.wants(Want::Provenance) && !attested.contains(file) {
                refuse(file, FailureClass::ProvenanceAbsent, "SRC_URI has no provenance for it");
            }
        }
        for file in self.files.iter().filter(|file| !is_name(file)) {
            let name = file_name(Path::new(file));
            refuse(
                &name,
                FailureClass::NotCheckedNoAnswer,
                "this is not a name of a file in DISTDIR",
            );
        }
        // Of nothing at all it would be said that everything agrees.
        if parts.distfiles.is_empty()
            && parts.stray.is_empty()
            && let Some(file) = self.files.first()
        {
            let text = "none of these files is a distfile that something could be said of";
            refuse(file, FailureClass::NotCheckedNoAnswer, text);
        }
        for file in &parts.stray {
            let text = "SRC_URI has no distfile that it could be about";
            refuse(file, FailureClass::SignatureStray, text);
        }
        refusals
    }

    fn inputs(&self, parts: Parts) -> Result<Inputs, Unable> {
        let mut inputs =
            self.setting.inputs(self.wants(Want::Signature), self.wants(Want::Provenance), None)?;
        let path = |name: &String| self.setting.distdir.join(name);
        for distfile in &parts.distfiles {
            if let Some(name) = self.setting.upstream_name(distfile) {
                inputs.upstream_names.insert(distfile.clone(), name);
            }
        }
        // Bundles are found beside their distfiles.
        if self.wants(Want::Signature) && self.setting.method != Method::Sigstore {
            for (name, over, about) in &parts.signatures {
                inputs.signatures.entry(about.clone()).or_default().push((*over, path(name)));
            }
        }
        if self.wants(Want::Provenance) {
            for (name, about) in &parts.provenance {
                inputs.provenance.entry(about.clone()).or_default().push(path(name));
            }
        }
        inputs.distfiles = parts.distfiles;
        inputs.threads = threads_pay(&inputs);
        Ok(inputs)
    }
}

/// Whether `file` can be the name of a file in DISTDIR: what is elsewhere is not part of A.
fn is_name(file: &str) -> bool {
    !matches!(file, "" | "." | "..") && !file.contains('/')
}

impl Parts {
    /// Adds evidence, which is about one of `known` or about one of those that compress a stream.
    fn add(&mut self, name: &str, known: &Names<'_>, streams: &BTreeMap<&str, Vec<&str>>) {
        let Some((kind, base)) = pairing::by_suffix(name) else { return };
        if kind == EvidenceKind::Provenance {
            self.provenance.push((name.to_owned(), base.to_owned()));
        } else if known.contains(base) {
            self.signatures.push((name.to_owned(), Over::File, base.to_owned()));
        } else {
            let about = streams.get(base).into_iter().flatten();
            let about =
                about.map(|about| (name.to_owned(), Over::Uncompressed, (*about).to_owned()));
            self.signatures.extend(about);
        }
    }
}
