//! `setup.cfg`, which setuptools reads and writes anew: comments and spacing are lost, and a section
//! of its own is added.

use super::Checked;

pub(super) fn check(text: &str, original: Option<&str>) -> Option<Checked> {
    Some(match is_with_egg_info(text, original.unwrap_or_default()) {
        true if original.is_some() => {
            Checked::same("git's settings, and the [egg_info] section that setuptools adds")
        }
        true => Checked::same("setuptools' own: nothing but its [egg_info] section"),
        false => Checked::differs("it has other settings than git's, or more than [egg_info]"),
    })
}

/// Whether the settings of `text` are those of `original` and setuptools' own.
fn is_with_egg_info(text: &str, original: &str) -> bool {
    let own = |(section, key, value): &(String, String, String)| {
        section == "egg_info"
            && matches!(
                (key.as_str(), value.as_str()),
                ("tag_build", "") | ("tag_date", "0") | ("tag_svn_revision", "0")
            )
    };
    match (settings(text), settings(original)) {
        (Some(new), Some(old)) => {
            let new: Vec<_> = new.into_iter().filter(|setting| !own(setting)).collect();
            new == old.into_iter().filter(|setting| !own(setting)).collect::<Vec<_>>()
        }
        _ => false,
    }
}

/// Section, key and value.
pub(super) type Setting = (String, String, String);

/// The settings of an INI file, as Python's configparser reads them, in order; `None` where a line
/// is none.
pub(super) fn settings(text: &str) -> Option<Vec<Setting>> {
    settings_with(text, &['#', ';'])
}

/// As [`settings`], of a file in which lines are comments that begin with one of `comments`.
pub(super) fn settings_with(text: &str, comments: &[char]) -> Option<Vec<Setting>> {
    // Python ends a line at a lone carriage return, too, and takes other characters for blanks.
    if text.replace("\r\n", "\n").contains('\r') {
        return None;
    }
    let strange = |c: char| !c.is_ascii() && (c.is_whitespace() || c.is_control());
    if text.chars().any(|c| strange(c) || matches!(c, '\x0b' | '\x0c' | '\x1c'..='\x1f')) {
        return None;
    }
    let mut continued = false;
    let mut settings: Vec<Setting> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(comments) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let (_, _, value) = settings.last_mut().filter(|_| continued)?;
            value.push('\n');
            value.push_str(trimmed);
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.to_owned();
            continued = false;
        } else {
            continued = true;
            let (key, value) = trimmed.split_once(['=', ':'])?;
            settings.push((section.clone(), key.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    Some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_cfg_with_egg_info_only() {
        let original = "# comment\n[metadata]\nname=foo\n[options]\ninstall_requires =\n  a\n  b\n";
        let written = "[metadata]\nname = foo\n\n[options]\ninstall_requires = \n\ta\n\tb\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n";
        assert!(is_with_egg_info(written, original));
        assert!(is_with_egg_info("[egg_info]\ntag_build = \ntag_date = 0\n\n", ""));
        for other in [
            written.replace("name = foo", "name = bar"),
            written.replace("\tb\n", "\tb\n\tevil\n"),
            written.replace("tag_build = ", "tag_build = .dev"),
            format!("{written}[options.entry_points]\nx = y\n"),
            format!("# x\r[options]\rsetup_requires = evil\r{written}"),
            written.replace("\ta\n", "[other]\n\ta\n"),
            format!("# x\u{2028}[options]\n{written}"),
        ] {
            assert!(!is_with_egg_info(&other, original), "{other}");
        }
    }
}
