//! `entry_points.txt`: the commands and plugins that an installation starts.

use super::declared::squeezed;
use super::settings::settings;
use super::{Checked, declared};
use crate::release::source::explain::Context;

/// `used` where an installer reads it as it is.
pub(super) fn check(context: &Context<'_>, text: &str, used: bool) -> Checked {
    let Some(points) = settings(text) else {
        return Checked::differs("a line of it is not an entry point");
    };
    let declared = declared(context);
    for (group, name, value) in &points {
        let value = squeezed(value);
        let known = declared.entry_points.as_ref().is_some_and(|known| {
            // Names of settings come in lower case.
            known.iter().any(|(g, n, v)| {
                g.eq_ignore_ascii_case(group) && n.eq_ignore_ascii_case(name) && *v == value
            })
        });
        let text = format!("{}={value}", squeezed(name)).to_lowercase();
        let in_setup = declared.setup.as_ref().is_some_and(|setup| {
            setup.contains(group.as_str()) && setup.to_lowercase().contains(&text)
        });
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
