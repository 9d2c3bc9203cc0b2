//! `entry_points.txt`: the commands and plugins that an installation starts.

use super::Checked;
use super::declared::{Declared, squeezed};
use super::settings::{Setting, settings_with};
use crate::release::source::context::Context;
use std::collections::BTreeSet;

/// Bytes of setup.py that are looked through, or commands that git names, for all commands of one file together.
const LOOKED: usize = 16 << 20;

/// Whether `text` is in `setup`, and no longer name begins with it there.
fn has_whole(setup: &str, text: &str) -> bool {
    setup.match_indices(text).any(|(at, _)| {
        let next = setup.get(at + text.len()..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':'))
    })
}

/// `used` where an installer reads it as it is.
pub(super) fn check(context: &Context<'_>, text: &str, used: bool) -> Checked {
    // importlib.metadata starts what is behind `;`, which other readers take for a comment.
    let Some(points) = settings_with(text, &['#']) else {
        return Checked::differs("a line of it is not an entry point");
    };
    compare(&Declared::read(context), &points, used)
}

/// Whether git's files name these, each with its group and what it starts. `used` as above.
pub(super) fn compare(declared: &Declared, points: &[Setting], used: bool) -> Checked {
    let lowered = declared.setup.as_ref().map(|setup| setup.to_lowercase()).unwrap_or_default();
    let known = declared.entry_points.as_ref().map_or(0, BTreeSet::len);
    if points.len().saturating_mul(lowered.len().max(known)) > LOOKED {
        return Checked::differs("it names more commands than are looked for");
    }
    for (group, name, value) in points {
        let value = squeezed(value);
        let known = declared.entry_points.as_ref().is_some_and(|known| {
            // Names of settings come in lower case.
            known.iter().any(|(g, n, v)| {
                g.eq_ignore_ascii_case(group) && n.eq_ignore_ascii_case(name) && *v == value
            })
        });
        let text = format!("{}={value}", squeezed(name)).to_lowercase();
        let in_setup = declared
            .setup
            .as_ref()
            .is_some_and(|setup| setup.contains(group.as_str()) && has_whole(&lowered, &text));
        if known || in_setup {
            continue;
        }
        let runs = declared.setup.as_ref().is_some_and(|setup| {
            // A setup.py that says nothing of them may still take them from elsewhere.
            setup.contains("entry_points") || setup.contains("**") || !setup.contains("setup(")
        });
        if declared.entry_points.is_none() && !used && runs {
            // setuptools writes it anew from setup.py before anything reads it.
            return Checked::NotCompared(
                "entry points that only running setup.py could tell".to_owned(),
            );
        }
        return Checked::Differs(format!(
            "it starts {name} = {value}, which git's files do not name"
        ));
    }
    let how = "the commands and plugins that git's files name";
    let mut known = declared.entry_points.iter().flatten();
    let left_out = known.find(|(group, name, _)| {
        !points
            .iter()
            .any(|(g, n, _)| g.eq_ignore_ascii_case(group) && n.eq_ignore_ascii_case(name))
    });
    let rest =
        left_out.map(|(_, name, _)| format!("why it leaves out {name}, which git's files name"));
    Checked::partly(how, rest.into_iter().collect())
}
