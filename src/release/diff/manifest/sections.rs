//! Files of sections, as Python's configparser reads them: `setup.cfg`, `tox.ini`.

use std::collections::BTreeMap;

pub(super) type Sections = BTreeMap<(String, String), String>;

/// A file of sections, as Python's configparser reads it: keys in any case are one, sections are not.
pub(super) fn sections(text: &str) -> Sections {
    let mut found = Sections::new();
    let (mut section, mut key) = (String::new(), None::<String>);
    // A line goes on where it is indented deeper than the one that it belongs to.
    let mut depth = 0;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let (true, Some(key)) = (indent > depth, &key) {
            let value = found.entry((section.clone(), key.clone())).or_default();
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        depth = indent;
        let header = trimmed.strip_prefix('[').and_then(|rest| rest.rsplit_once(']'));
        if let Some((name, _)) = header.filter(|(name, _)| !name.is_empty()) {
            (section, key) = (name.to_owned(), None);
        } else if let Some((name, value)) = trimmed.split_once(['=', ':']) {
            let name = name.trim().to_lowercase();
            let value = value.trim();
            // What is listed twice is two.
            let said = found.entry((section.clone(), name.clone())).or_default();
            said.push_str(if said.is_empty() { "" } else { "\n" });
            said.push_str(value);
            key = Some(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_those_of_configparser() {
        let text = "[a] ; x\n b = 1\n c: 2\n   3\n\n   4\n[a]\nb = 5\n";
        let expected = [(("a", "b"), "1\n5"), (("a", "c"), "2\n3\n4")];
        let expected = expected.map(|((section, key), value)| {
            ((section.to_owned(), key.to_owned()), value.to_owned())
        });
        assert_eq!(sections(text), expected.into());
    }
}
