//! What autoconf and its kin make: `aclocal.m4` by its pieces, `config.h.in` by its grammar.

use super::{Checked, aclocal};
use crate::release::archive::Entry;
use crate::release::source::explain::{Context, directory_of, is_plain_header, name_of, text};

pub(super) fn check(context: &Context<'_>, entry: &Entry, path: &str) -> Option<Checked> {
    let directory = directory_of(path);
    let configured = |directory: &str| {
        ["configure.ac", "configure.in"]
            .iter()
            .any(|input| context.view.has_file(&format!("{directory}{input}")))
    };
    if name_of(path) == "aclocal.m4" && configured(directory) {
        return aclocal::check(context, text(entry)?);
    }
    if path.ends_with(".in") && (configured(directory) || configured("")) && is_plain_header(entry)
    {
        return Some(Checked::same("autoheader's: nothing but comments and #undef"));
    }
    None
}
