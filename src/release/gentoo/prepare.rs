//! Whether an ebuild makes the build system anew.

/// Whether `src_prepare` runs eautoreconf whatever happens: a line of its own in the function's body,
/// inside of no condition, in an ebuild that inherits autotools.
///
/// Anything else counts as not: the archive's `configure` is used then.
pub(super) fn runs_eautoreconf(text: &str) -> bool {
    let mut inherits = false;
    let mut inside = false;
    let mut runs = false;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if line.starts_with("inherit ") {
            inherits |= words.any(|word| word == "autotools");
        }
        if line.starts_with("src_prepare()") {
            // A second definition takes the place of the first.
            (inside, runs) = (line.trim_end().ends_with('{'), false);
        } else if line == "}" {
            inside = false;
        } else if inside {
            match line {
                "\teautoreconf" => runs = true,
                _ if line.starts_with("\treturn") || line.starts_with("\texit") => inside = false,
                _ => {}
            }
        }
    }
    inherits && runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ebuilds_that_do() {
        let ebuild = "EAPI=8\n\ninherit autotools flag-o-matic\n\nsrc_prepare() {\n\tdefault\n\teautoreconf\n}\n";
        assert!(runs_eautoreconf(ebuild));
        for other in [
            ebuild.replace("inherit autotools", "inherit"),
            ebuild.replace("\teautoreconf", "\tif use x; then\n\t\teautoreconf\n\tfi"),
            ebuild.replace("\teautoreconf", "\tuse x && eautoreconf"),
            ebuild.replace("\teautoreconf", "\t# eautoreconf"),
            ebuild.replace("\tdefault", "\treturn 0"),
            ebuild.replace("src_prepare", "src_configure"),
            format!("{ebuild}src_prepare() {{\n\tdefault\n}}\n"),
        ] {
            assert!(!runs_eautoreconf(&other), "{other}");
        }
    }
}
