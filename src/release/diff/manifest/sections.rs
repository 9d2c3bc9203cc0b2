//! Files of sections, as Python's configparser reads them: `setup.cfg`, `tox.ini`.

use std::collections::BTreeMap;

pub(super) type Sections = BTreeMap<(String, String), String>;

/// A file of sections, as Python's configparser reads it.
pub(super) fn sections(text: &str) -> Sections {
    let mut found = Sections::new();
    let (mut section, mut key) = (String::new(), None::<String>);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if let (true, Some(key)) = (indented, &key) {
            let value = found.entry((section.clone(), key.clone())).or_default();
            value.push('\n');
            value.push_str(trimmed);
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            (section, key) = (name.trim().to_lowercase(), None);
        } else if let Some((name, value)) = trimmed.split_once(['=', ':']) {
            let name = name.trim().to_lowercase();
            found.insert((section.clone(), name.clone()), value.trim().to_owned());
            key = Some(name);
        }
    }
    found
}
