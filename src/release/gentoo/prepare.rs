//! Whether an ebuild makes the build system anew.

/// What `src_prepare` may do before it runs eautoreconf: commands that neither leave the directory nor the
/// function.
const HARMLESS: [&str; 24] = [
    "default",
    "eapply",
    "eapply_user",
    "sed",
    "rm",
    "mv",
    "cp",
    "ln",
    "mkdir",
    "touch",
    "chmod",
    "einfo",
    "elog",
    "ewarn",
    "ebegin",
    "eend",
    "local",
    "append-flags",
    "append-cflags",
    "append-cppflags",
    "config_rpath_update",
    "gnome2_src_prepare",
    "xdg_src_prepare",
    "eautopoint",
];

/// Whether `src_prepare` runs eautoreconf whatever happens, over everything in the root: a line of its own in the
/// function's body, behind nothing but simple commands, in an ebuild that inherits autotools.
///
/// Anything that is not understood counts as not: the archive's `configure` is used then.
pub(super) fn runs_eautoreconf(text: &str) -> bool {
    let lines = logical_lines(text);
    let code = || lines.iter().filter(|line| !line.trim_start().starts_with('#'));
    // One definition, at the top; and nothing that switches a part of it off, or works elsewhere.
    let named = code().filter(|line| line.contains("src_prepare")).count();
    let calls = code().filter(|line| line.contains("_src_prepare")).count();
    let switched = |line: &&String| {
        let elsewhere = line.split_whitespace().any(|word| word.starts_with("S="));
        line.contains("AT_NO") || line.contains("unset") || line.contains("alias ") || elsewhere
    };
    if named - calls != 1 || code().any(|line| switched(&line)) {
        return false;
    }
    let (mut depth, mut inherits) = (0_i32, false);
    let mut body = None;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("inherit ") && depth == 0 {
            inherits |= line.split_whitespace().any(|word| word == "autotools");
        }
        if line.trim_end() == "src_prepare() {" {
            body = (depth == 0).then_some(at + 1);
            break;
        }
        let Some(change) = opens(line) else { return false };
        depth += change;
    }
    let (Some(body), true) = (body, inherits) else { return false };
    for line in lines.iter().skip(body) {
        match line.as_str() {
            "\teautoreconf" => return true,
            line if is_harmless(line) => {}
            _ => return false,
        }
    }
    false
}

/// Lines with what continues them behind a backslash.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let part = line.strip_suffix('\\');
        let text = part.unwrap_or(line);
        match lines.last_mut().filter(|_| open) {
            Some(last) => last.push_str(text),
            None => lines.push(text.to_owned()),
        }
        open = part.is_some();
    }
    lines
}

/// How many blocks more are open behind a line at the ebuild's top level; `None` where that cannot be told.
fn opens(line: &str) -> Option<i32> {
    let line = line.trim();
    if line.starts_with('#') || line.is_empty() {
        return Some(0);
    }
    if line.contains("<<") {
        return None;
    }
    let first = line.split([' ', ';', '\t']).next().unwrap_or_default();
    let last = line.split([' ', ';', '\t']).next_back().unwrap_or_default();
    let open = match first {
        "if" | "case" | "for" | "while" | "until" | "select" | "{" => 1,
        "fi" | "esac" | "done" | "}" => return Some(-1),
        _ if line.ends_with("() {") || first == "function" => 1,
        _ => 0,
    };
    Some(if open == 1 && matches!(last, "fi" | "esac" | "done" | "}") { 0 } else { open })
}

/// Whether a line of a function's body runs one simple command, whatever happens, and goes on.
fn is_harmless(line: &str) -> bool {
    let Some(code) = line.strip_prefix('\t') else { return line.is_empty() };
    if code.starts_with('#') || code.is_empty() {
        return true;
    }
    let code = code.trim_end();
    let code = code.strip_suffix("|| die").unwrap_or(code).trim_end();
    let command = code.split_whitespace().next().unwrap_or_default();
    let even = |quote: char| code.matches(quote).count() % 2 == 0;
    let words = code.split(|c: char| !c.is_ascii_alphanumeric());
    let leaves = ["return", "exit", "eautoreconf", "cd", "pushd", "eval", "exec", "break"];
    HARMLESS.contains(&command)
        && !code.starts_with('\t')
        && even('"')
        && even('\'')
        && !code.contains("&&")
        && !code.contains("||")
        && !code.contains("<<")
        && !code.contains(['`', '('])
        && !words.into_iter().any(|word| leaves.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ebuilds_that_do() {
        let ebuild = "EAPI=8\n\ninherit autotools flag-o-matic\n\nif [[ ${PV} == 9999 ]]; then\n\tinherit git-r3\nfi\n\n\
            src_prepare() {\n\tdefault\n\tsed -i -e 's:a:b:' \\\n\t\tconfigure.ac || die\n\teautoreconf\n}\n";
        assert!(runs_eautoreconf(ebuild));
        let with = |lines: &str| ebuild.replace("\teautoreconf", lines);
        for other in [
            ebuild.replace("inherit autotools", "inherit"),
            with("\tif use x; then\n\t\teautoreconf\n\tfi"),
            with("\tif use x; then\n\teautoreconf\n\tfi"),
            with("\tuse x && eautoreconf"),
            with("\tuse x &&\n\teautoreconf"),
            with("\t[[ ${PV} == *9999 ]] && \\\n\teautoreconf"),
            with("\t# eautoreconf"),
            with("\tcat > x <<-EOF\n\teautoreconf\n\tEOF"),
            with("\techo \"\n\teautoreconf\n\""),
            with("\tcd sub || die\n\teautoreconf"),
            with("\tpushd sub\n\teautoreconf\n\tpopd"),
            with("\tfor d in a; do\n\teautoreconf\n\tdone"),
            with("\tuse foo || return\n\teautoreconf"),
            with("\tuse a || { elog x; return 0; }\n\teautoreconf"),
            with("\tif ! use foo; then\n\t\treturn\n\tfi\n\teautoreconf"),
            with("\texport AT_NOELIBTOOLIZE=yes\n\teautoreconf"),
            ebuild.replace("\tdefault", "\treturn 0"),
            ebuild.replace("src_prepare", "src_configure"),
            format!("{ebuild}src_prepare() {{\n\tdefault\n}}\n"),
            format!("{ebuild}src_prepare () {{\n\tdefault\n}}\n"),
            format!("{ebuild}function src_prepare {{\n\tdefault\n}}\n"),
            format!("{ebuild}unset -f src_prepare\n"),
            format!("S=\"${{WORKDIR}}/${{P}}/sub\"\n{ebuild}"),
            format!("AT_NOEAUTOMAKE=yes\n{ebuild}"),
            ebuild.replace("src_prepare() {", "if [[ ${PV} == 9999 ]]; then\nsrc_prepare() {"),
        ] {
            assert!(!runs_eautoreconf(&other), "{other}");
        }
    }
}
