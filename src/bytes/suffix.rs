//! What the suffixes of file names say: archives, and compressed files. The one table of them.

/// Suffixes of compressed files.
const COMPRESSED: [&str; 9] = [".xz", ".gz", ".bz2", ".zst", ".lz", ".lzma", ".Z", ".lz4", ".lzo"];

/// Suffixes of tar archives, plain and compressed; `.tar` with one of [`COMPRESSED`] is another.
const TAR: [&str; 11] =
    [".tar", ".tgz", ".tbz2", ".tbz", ".txz", ".tzst", ".tlz", ".tlzma", ".taz", ".crate", ".gem"];

/// Suffixes of zip archives.
const ZIP: [&str; 4] = [".zip", ".whl", ".jar", ".egg"];

/// Words before them that are no part of a version.
const WORDS: [&str; 2] = [".orig", ".src"];

/// The archives that a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    /// tar, plain or compressed.
    Tar,
    /// zip.
    Zip,
}

/// The archive that the name promises, in whatever case its suffix is written; `None` where it
/// promises neither.
pub(crate) fn archive(name: &str) -> Option<Archive> {
    let name = name.to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    if ends(&ZIP) {
        Some(Archive::Zip)
    } else if ends(&TAR) || COMPRESSED.iter().any(|c| name.ends_with(&lower(".tar", c))) {
        Some(Archive::Tar)
    } else {
        None
    }
}

fn lower(one: &str, other: &str) -> String {
    format!("{one}{other}").to_ascii_lowercase()
}

/// All that follows the name proper of an archive: `.tar.xz`, `.zip`.
pub(crate) fn archives() -> impl Iterator<Item = String> {
    let tar = COMPRESSED.iter().map(|compressed| format!(".tar{compressed}"));
    tar.chain(TAR.iter().chain(&ZIP).map(|suffix| (*suffix).to_owned()))
}

/// The name of the stream that the file `name` compresses.
pub(crate) fn without_compression(name: &str) -> Option<&str> {
    COMPRESSED.iter().find_map(|suffix| name.strip_suffix(suffix)).filter(|base| !base.is_empty())
}

/// The names that a compressed `base` may have.
pub(crate) fn compressed(base: &str) -> impl Iterator<Item = String> {
    COMPRESSED.iter().map(move |suffix| format!("{base}{suffix}"))
}

/// `name` without what says that it is an archive or compressed.
pub(crate) fn stem(name: &str) -> &str {
    stem_besides(name, &[])
}

/// `name` without what says that it is an archive or compressed, nor any suffix of `more`, however many there are.
pub(crate) fn stem_besides<'n>(name: &'n str, more: &[&str]) -> &'n str {
    let mut stem = name;
    let all = || COMPRESSED.iter().chain(&TAR).chain(&ZIP).chain(&WORDS).chain(more);
    while let Some(shorter) = all().find_map(|suffix| stem.strip_suffix(suffix)) {
        stem = shorter;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_by_name() {
        for (name, expected) in [
            ("foo-1.tar", Some(Archive::Tar)),
            ("foo-1.tar.gz", Some(Archive::Tar)),
            ("foo-1.TAR.Z", Some(Archive::Tar)),
            ("foo-1.tgz", Some(Archive::Tar)),
            ("foo-1.crate", Some(Archive::Tar)),
            ("foo-1.zip", Some(Archive::Zip)),
            ("foo-1-py3-none-any.whl", Some(Archive::Zip)),
            ("foo-1.gz", None),
            ("foo.tar.patch", None),
            ("foo-1.xpi", None),
        ] {
            assert_eq!(archive(name), expected, "{name}");
        }
        let suffixes: Vec<String> = archives().collect();
        let has = |suffix: &str| suffixes.iter().any(|of| of == suffix);
        assert!(has(".tar.zst") && has(".zip") && has(".tgz"));
        assert!(!has(".gz") && !has(".tar.patch") && !has("-x.tar"));
    }

    #[test]
    fn names_without_suffixes() {
        for (name, expected) in [
            ("foo-1.2.tar.gz", "foo-1.2"),
            ("foo-1.2.orig.tar.xz", "foo-1.2"),
            ("foo-1.2.src.zip", "foo-1.2"),
            ("foo-1.2.crate", "foo-1.2"),
            ("foo-1.2.tar.gz.xz", "foo-1.2"),
            ("foo", "foo"),
        ] {
            assert_eq!(stem(name), expected);
        }
        assert_eq!(stem_besides("foo-1.2-src.tar.gz", &["-src"]), "foo-1.2");
        assert_eq!(without_compression("f.tar.xz"), Some("f.tar"));
        assert_eq!(without_compression(".xz"), None);
        assert!(compressed("f.tar").any(|name| name == "f.tar.lz"));
    }
}
