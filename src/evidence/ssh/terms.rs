//! On what terms a line of a list lets its key sign.

use super::allowed::{Line, matches_list};
use crate::answer::failure::FailureClass;
use crate::evidence::scheme::{Refusal, date};
use std::time::SystemTime;

/// Whether `line` is about `identity`, and if so, lets its key sign for `namespace` at `now`.
pub(super) fn allows(
    line: &Line,
    identity: Option<&str>,
    namespace: &str,
    now: SystemTime,
) -> Result<bool, Refusal> {
    if identity.is_some_and(|identity| !matches_list(identity, &line.principals)) {
        return Ok(false);
    }
    if line.namespaces.as_ref().is_some_and(|list| !matches_list(namespace, list)) {
        let text =
            at(line, &format!("does not let the key sign for the namespace \"{namespace}\""));
        return Err((FailureClass::KeyUnusable, text));
    }
    in_force(line, now)?;
    Ok(true)
}

fn at(line: &Line, text: &str) -> String {
    format!("line {} of the allowed signers {text}", line.number)
}

/// Whether `line` is about files, and lets its key sign at `now`.
pub(super) fn in_force(line: &Line, now: SystemTime) -> Result<(), Refusal> {
    if line.authority {
        return Err((
            FailureClass::KeyUnusable,
            at(line, "lets the key sign certificates, not files"),
        ));
    }
    if let Some(after) = line.after.filter(|after| now < *after) {
        let text = format!("lets the key sign only from {} on", date(after));
        return Err((FailureClass::KeyNotYet, at(line, &text)));
    }
    if let Some(before) = line.before.filter(|before| now > *before) {
        let text = format!(
            "lets the key sign only until {}, and an SSH signature does not say when it was made",
            date(before)
        );
        return Err((FailureClass::KeyExpired, at(line, &text)));
    }
    Ok(())
}
