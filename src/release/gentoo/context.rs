//! Which lines of an ebuild bash would run.
//!
//! No shell is understood here: only the words at which lines begin, as ebuilds are written. What
//! stands in a condition, a loop or a function may run or not; but for the one condition that nearly
//! every ebuild with a live version has.

/// Whether bash would run a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Runs {
    /// It would.
    Always,
    /// Only bash can tell.
    Perhaps,
    /// It would not, or the line is text in a here-document.
    Never,
}

/// A block that is open.
struct Block {
    /// The word at which it ends.
    end: &'static str,
    /// Whether its lines run.
    runs: Runs,
    /// Whether the lines behind `else` run.
    otherwise: Runs,
}

/// For each line of `text`, in order: where it begins, and whether it runs in a version that is not
/// live.
pub(super) fn lines(text: &str) -> Vec<(usize, Runs)> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut document: Option<String> = None;
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let bare = line.trim();
        if let Some(end) = &document {
            if bare == end {
                document = None;
            }
            found.push((at, Runs::Never));
            continue;
        }
        let code = bare.split(" #").next().unwrap_or(bare).trim_end();
        if bare.starts_with('#') || code.is_empty() {
            found.push((at, Runs::Never));
            continue;
        }
        step(code, line, &mut blocks);
        let runs = blocks.iter().map(|block| block.runs).max().unwrap_or(Runs::Always);
        found.push((at, runs));
        document = here_document(code);
    }
    found
}

/// Opens and closes blocks by the first words of a line.
fn step(code: &str, line: &str, blocks: &mut Vec<Block>) {
    let first = code.split([' ', '\t', ';', '(']).next().unwrap_or_default();
    let whole = |end: &str| {
        code.split([' ', '\t', ';']).any(|word| word == end) // on one line
    };
    let perhaps = |end| Block { end, runs: Runs::Perhaps, otherwise: Runs::Perhaps };
    match first {
        "if" => {
            let block = if is_live_test(code) {
                Block { end: "fi", runs: Runs::Never, otherwise: Runs::Always }
            } else if is_release_test(code) {
                Block { end: "fi", runs: Runs::Always, otherwise: Runs::Never }
            } else {
                perhaps("fi")
            };
            if !whole("fi") {
                blocks.push(block);
            }
        }
        "elif" => {
            if let Some(block) = blocks.last_mut().filter(|block| block.end == "fi") {
                // Another condition, of which nothing is known.
                block.runs = if block.runs == Runs::Always { Runs::Never } else { Runs::Perhaps };
                block.otherwise =
                    if block.runs == Runs::Never { Runs::Never } else { Runs::Perhaps };
            }
        }
        "else" => {
            if let Some(block) = blocks.last_mut().filter(|block| block.end == "fi") {
                block.runs = block.otherwise;
            }
        }
        "case" if !whole("esac") => blocks.push(perhaps("esac")),
        "for" | "while" | "until" | "select" if !whole("done") => blocks.push(perhaps("done")),
        "fi" | "esac" | "done" if blocks.last().is_some_and(|block| block.end == first) => {
            blocks.pop();
        }
        // Functions end at the margin, as every ebuild is written.
        "}" if line.starts_with('}') => {
            if let Some(at) = blocks.iter().position(|block| block.end == "}") {
                blocks.truncate(at);
            }
        }
        _ if (code.contains("()") || first == "function")
            && code.ends_with('{')
            && !code.contains('=') =>
        {
            blocks.push(perhaps("}"));
        }
        _ => {}
    }
}

/// `[[ ${PV} == 9999 ]]` and its kin, alone.
fn is_live_test(code: &str) -> bool {
    is_pv_test(code, "==") || is_pv_test(code, "=")
}

/// `[[ ${PV} != *9999* ]]` and its kin, alone.
fn is_release_test(code: &str) -> bool {
    is_pv_test(code, "!=")
}

fn is_pv_test(code: &str, operator: &str) -> bool {
    let words: Vec<&str> = code.split_whitespace().collect();
    let ["if", "[[", variable, found, pattern, rest @ ..] = words.as_slice() else { return false };
    let plain = |word: &str| word.replace(['"', '*', '.'], "");
    let end = rest.join("");
    matches!(plain(variable).as_str(), "${PV}" | "$PV" | "${PVR}")
        && *found == operator
        && plain(pattern).len() >= 4
        && plain(pattern).bytes().all(|b| b == b'9')
        && matches!(end.as_str(), "]];then" | "]]")
}

/// The word at which the here-document ends that a line begins.
fn here_document(code: &str) -> Option<String> {
    let (_, rest) = code.split_once("<<")?;
    // `<<<` is a here-string.
    if rest.starts_with('<') {
        return None;
    }
    let word = rest.trim_start_matches('-').trim_start();
    let word: String = word
        .trim_start_matches(['"', '\'', '\\'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the line with `x` runs.
    fn runs(text: &str) -> Runs {
        let at = text.find('x').unwrap_or_default();
        let lines = lines(text);
        lines.iter().rev().find(|(start, _)| *start <= at).map_or(Runs::Never, |(_, runs)| *runs)
    }

    #[test]
    fn what_runs() {
        use Runs::{Always, Never, Perhaps};
        for (text, expected) in [
            ("x\n", Always),
            ("# x\n", Never),
            ("if use a; then\n\tx\nfi\n", Perhaps),
            ("if use a; then\n\ty\nfi\nx\n", Always),
            ("if use a; then y; fi\nx\n", Always),
            ("if [[ ${PV} == 9999 ]] ; then\n\ty\nelse\n\tx\nfi\n", Always),
            ("if [[ ${PV} == *9999* ]]; then\n\tx\nelse\n\ty\nfi\n", Never),
            ("if [[ \"${PV}\" == *.9999 ]]; then\n\ty\nelse\n\tx\nfi\n", Always),
            ("if [[ ${PV} != *9999* ]]; then\n\tx\nfi\n", Always),
            ("if [[ ${PV} == 9999 ]] && use a; then\n\ty\nelse\n\tx\nfi\n", Perhaps),
            ("if [[ ${PV} == 9999 ]]; then\n\ty\nelif use a; then\n\tx\nfi\n", Perhaps),
            ("if [[ ${PV} == 9999 ]]; then\n\ty\nelif use a; then\n\ty\nelse\n\tx\nfi\n", Perhaps),
            ("if [[ ${PV} != 9999 ]]; then\n\ty\nelse\n\tx\nfi\n", Never),
            ("if [[ ${PV} == 9999 ]]; then\ny\nelse\nif use a; then\nx\nfi\nfi\n", Perhaps),
            ("if [[ ${PV} == 1.2 ]]; then\n\tx\nfi\n", Perhaps),
            ("case ${PV} in\n\t1*) x ;;\nesac\n", Perhaps),
            ("for a in b; do\n\tx\ndone\n", Perhaps),
            ("src_unpack() {\n\tlocal x\n}\n", Perhaps),
            ("src_unpack() {\n\tif use a; then\n\t\ty\n}\nx\n", Always),
            ("cat <<-EOF\n\tx\nEOF\n", Never),
            ("cat <<-EOF\n\ty\nEOF\nx\n", Always),
            ("cat <<<y\nx\n", Always),
        ] {
            assert_eq!(runs(text), expected, "{text}");
        }
    }
}
