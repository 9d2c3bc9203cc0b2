//! The few settings of a clone's configuration that are needed to read it.
//!
//! Read by us and not by git: nothing is included, nothing is run, and what is not understood is
//! passed over.

/// What is taken from a configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// `extensions.objectFormat`.
    pub(super) object_format: Option<String>,
    /// `extensions.refStorage`.
    pub(super) ref_storage: Option<String>,
    /// `remote.origin.url`.
    pub(super) origin: Option<String>,
}

impl Settings {
    /// Reads the text of `.git/config`.
    pub(super) fn read(text: &str) -> Self {
        let mut settings = Self::default();
        let mut section = String::new();
        for line in text.lines() {
            let mut line = line.trim();
            if let Some(rest) = line.strip_prefix('[') {
                let Some((header, after)) = rest.split_once(']') else { continue };
                section = section_name(header);
                line = after.trim();
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let key = format!("{section}.{}", key.trim().to_ascii_lowercase());
            let value = unquoted(value);
            let place = match key.as_str() {
                "extensions.objectformat" => &mut settings.object_format,
                "extensions.refstorage" => &mut settings.ref_storage,
                "remote.origin.url" => &mut settings.origin,
                _ => continue,
            };
            // Of remote.origin.url git takes the first to fetch from; the others have one value.
            place.get_or_insert(value);
        }
        settings
    }
}

/// `remote "origin"` as `remote.origin`; the section's name in lower case, the subsection's as it is.
fn section_name(header: &str) -> String {
    match header.trim().split_once(char::is_whitespace) {
        Some((name, subsection)) => {
            let subsection = subsection.trim().trim_matches('"');
            format!("{}.{subsection}", name.to_ascii_lowercase())
        }
        None => header.trim().to_ascii_lowercase(),
    }
}

/// A value without quotes and a comment behind it.
fn unquoted(value: &str) -> String {
    let mut result = String::new();
    let mut quoted = false;
    let mut characters = value.trim().chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => result.extend(characters.next()),
            '#' | ';' if !quoted => break,
            _ => result.push(c),
        }
    }
    result.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken() {
        let text = "[core]\n\trepositoryformatversion = 1\n[extensions]\n objectFormat = sha256\n\
                    [remote \"origin\"]\n\turl = \"https://example.org/a\" # x\n\turl = b\n\
                    [include]\n path = /fifo\n[remote \"other\"] url = c\n";
        let settings = Settings::read(text);
        assert_eq!(settings.object_format.as_deref(), Some("sha256"));
        assert_eq!(settings.origin.as_deref(), Some("https://example.org/a"));
        assert_eq!(settings.ref_storage, None);
        assert_eq!(Settings::read("]]\n[\n=\n[a\nb"), Settings::default());
    }
}
