//! The literal variables of ebuilds, as the reader tells them and as bash has them.
//!
//! Thousands of ebuilds are made here, of lines that ebuilds are written in and of lines that are
//! meant to mislead. Bash runs them: only what this test made itself. Where the reader tells a value,
//! bash must have it; where it says that a variable is not set, bash must not have it set. What the
//! reader leaves open is counted, so that it cannot leave open everything.

use super::common::{Scratch, skipped, tool};
use crate::release::gentoo::{Ebuild, Literal, known_variables};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

/// The variables whose values are compared with bash's. The array of pins is not among them: it is
/// taken apart, into variables that are.
fn names() -> impl Iterator<Item = &'static str> {
    known_variables()
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("VERIFY_PROVENANCE_PINS"))
}

/// How many ebuilds are made; `DISTVOUCH_MADE_EBUILDS` says otherwise, and `DISTVOUCH_SEED` makes
/// others.
const MADE: usize = 3_000;

/// A small generator of numbers, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const NAMES: [&str; 6] = [
    "VERIFY_PROVENANCE_REF",
    "VERIFY_PROVENANCE_WORKFLOW",
    "VERIFY_SIG_METHOD",
    "VERIFY_SIG_OPENPGP_KEY_PATH",
    "MY_P",
    "MY_PV",
];

const VALUES: [&str; 62] = [
    "a",
    "refs/tags/v1",
    "\"refs/tags/v${PV}\"",
    "'refs/tags/$PV'",
    "\"${PN}-${PVR}\"",
    "v${PV/_/}",
    "v${PV//./_}",
    "\"${PV/#1/x}\"",
    "\"${PV/%1/x}\"",
    "\"${PV%%_*}\"",
    "\"${PV#*.}\"",
    "\"${PV##*.}\"",
    "${PV%.*}",
    "\"${PV:0:3}\"",
    "${PV:2}",
    "\"${PV: -2}\"",
    "${PN^}",
    "${PN^^}",
    "${PN,,}",
    "$(ver_cut 1-2)",
    "$(ver_rs 1 -)",
    "\"$(ver_rs 1-2 _)\"",
    "\"${MY_PV}\"",
    "${MY_PV}",
    "${MY_PV:-${PV}}",
    "\"${MY_PV:+x}\"",
    "\"${MY_PV-none}\"",
    "${MY_P:=set}",
    "\"${BROOT}\"/usr/share/x.asc",
    "\"\"",
    "",
    "\"a b\"",
    "a\\ b",
    "\\\"a\\\"",
    "\"a\\\nb\"",
    "a\\\nb",
    "\"x\n\t<<y\n\"",
    "'x\n# y'",
    "\"# no comment\"",
    "a#b",
    "\"$(echo x)\"",
    "$(echo \"${PN}\")",
    "`echo x`",
    "\"$(( 1 + 2 ))\"",
    "$(( 1 << 3 ))",
    "${#PV}",
    "\"<<EOF\"",
    "\"}\"",
    "\"${PV}\"\"${PN}\"'x'",
    "$'a\\tb'",
    "\"${PV/'_'/x}\"",
    "~/x",
    "\"${PV/#/x}\"",
    "\"${PV/%/x}\"",
    "\"${PV//./$'x'}\"",
    "\"${PV//[._]}\"",
    "\"${PV//[0-9]/n}\"",
    "\"${MY_P:?}\"",
    "\"${PV:?none}\"",
    "\"${MY_PV/${PN}/x}\"",
    "\"$(ver_cut 3-9)\"",
    "\"${PV%\"${PN}\"}\"",
];

const ARRAYS: [&str; 8] = [
    "( a b )",
    "( \"a b\" ${PN} # c\n\tc )",
    "()",
    "( ${MY_P} )",
    "( \"${VERIFY_PROVENANCE_REF}\" x )",
    "( a{b,c} )",
    "( 'x=y' \"${P}=${PN}\" )",
    "( [0]=a )",
];

const CONDITIONS: [&str; 22] = [
    "[[ ${PV} == 9999 ]]",
    "[[ ${PV} == *9999* ]]",
    "[[ ${PV} != *9999* ]]",
    "[[ ${PV} == *_rc* ]]",
    "[[ -n ${MY_P} ]]",
    "[[ -z ${MY_P} ]]",
    "[[ ! -n ${MY_P} ]]",
    "[[ ${PV} == 1* && -n ${PN} ]]",
    "[[ ${PV} == 2* || -n ${MY_P} ]]",
    "[ \"${PV}\" = 9999 ]",
    "[ -n \"${MY_PV}\" ]",
    "use x",
    "! use x",
    "true",
    "false",
    "ver_test -ge 1.2",
    "ver_test 1.2 -lt 1.10",
    "has a b a",
    "has \"${MY_P}\" x y",
    "[[ ${PV} =~ ^1\\.(2|3) ]]",
    "[[ a < b ]]",
    "[[ $(ver_cut 1) -ge 1 ]]",
];

/// Lines that change nothing, or in ways that are easy to miss.
const OTHERS: [&str; 88] = [
    "inherit foo bar",
    "inherit foo; VERIFY_SIG_METHOD=openpgp",
    "DESCRIPTION=\"Stream operators << for humans\"",
    "MASK=$(( 1 << BITS ))",
    "cat <<-\"EOF-X\" >/dev/null\n\tVERIFY_SIG_METHOD=no\n\tEOF-X",
    "cat <<EOF >/dev/null\nVERIFY_SIG_METHOD=${PN}\nEOF",
    "cat <<'EOF' >/dev/null\n$(\nEOF",
    "cat <<EOF >/dev/null; VERIFY_SIG_METHOD=signify\nEOF=\nEOF",
    "cat >/dev/null <<EOF\na\\\nEOF\nEOF",
    "X=\"\n\t<<x\n\"",
    ": \"${VERIFY_SIG_METHOD:=minisig}\"",
    ": ${MY_P:=x}",
    ": # VERIFY_SIG_METHOD=no",
    "# VERIFY_SIG_METHOD=no \\",
    "#\\\nMY_P=hash",
    "VERIFY_SIG_METHOD=a true",
    "( VERIFY_SIG_METHOD=no )",
    "true | VERIFY_SIG_METHOD=no",
    "VERIFY_SIG_METHOD=no &",
    "{ VERIFY_SIG_METHOD=yes; }",
    "{ MY_P=q; } < /nonexistent",
    "unset VERIFY_SIG_METHOD",
    "unset MY_P MY_PV",
    "read -r VERIFY_SIG_METHOD <<<minisig",
    "printf -v VERIFY_PROVENANCE_REF %s x",
    "declare -r MY_Q=x",
    "declare -A MAP=( [a]=b )",
    "declare MY_P=x MY_PV=\"${PV}\"",
    "export MY_P",
    "export VERIFY_SIG_METHOD=openpgp",
    "readonly MY_R=${MY_P}",
    "declare -n REFERENCE=VERIFY_SIG_METHOD; REFERENCE=no",
    "declare MY_PV={1,2}; export MY_P=/{a,b}",
    "export -n MY_PV=${PV}-n",
    "export MY_A=1 -n MY_PV=2",
    "declare MY_A=1 -r MY_PV=2; MY_PV=3",
    "MY_P=a; declare MY_P=b MY_PV=${MY_P}",
    "MY_P=a; export MY_P=b MY_Q=( ${MY_P} ) MY_PV=${MY_Q[0]}",
    "declare -p MY_PV=printed",
    "declare MY_P=a MY_P+=b",
    "unset MY_P; MY_PV=${MY_P:-~}",
    "MY_Q=( a b ); for x in \"${MY_Q[*]/a/c}\"; do MY_P=${x}; done",
    "MY_Q=( a b ); for x in \"${MY_Q[@]/a/c}\"; do MY_P=${x}; done",
    "MY_P=; MY_PV=$(ver_cut 1 \"${MY_P}\")",
    "MY_P=a; MY_PV=${MY_P:+~/b}\"${MY_P:+~}\"",
    "time -- MY_PV=timed",
    "time -p -- MY_PV=timed",
    "cat <<X >/dev/null\n${VERIFY_PROVENANCE_REF:=child}\nX\n",
    "cat <<<${VERIFY_PROVENANCE_REF:=child} >/dev/null",
    "ls >/dev/null 2>${VERIFY_PROVENANCE_REF:=/dev/null}",
    ": $((1/0)); MY_PV=after",
    ": $((1%MY_ZERO)); MY_PV=after",
    "declare -a MY_Q='(a b)'",
    "MY_Q=( x ); declare MY_Q='(a b)'",
    "eval 'VERIFY_SIG_METHOD=no'",
    "eval VERIFY_PROVENANCE_REF=no",
    "for VERIFY_SIG_METHOD in a b; do :; done",
    "for x in 1 2; do MY_P+=${x}; done",
    "for x in ${MY_PV}; do MY_P=${x}; done",
    "for x in 1 2; do MY_P=${x}; break; done",
    "for (( i = 0; i < 2; i++ )); do MY_P=${i}; done",
    "while false; do MY_P=loop; done",
    "until true; do MY_P=loop; done",
    "f() { MY_PV=function; }; f",
    "f() { MY_PV=function; }",
    "f() {\n\tlocal MY_PV=x\n\tcat <<-EOF >/dev/null\n\t}\n\tEOF\n}",
    "function g { VERIFY_SIG_METHOD=no; }",
    "f() { if true; then :; fi }\nMY_P=behind",
    "case ${PV} in *_rc*) MY_P=rc ;; *) MY_P=other ;; esac",
    "case ${PN} in\n\tfoo|bar) MY_P=a;;\n\t(f*) MY_P=b\nesac",
    "case ${MY_PV} in x) MY_P=c ;; esac",
    "(( MY_N = 3 ))",
    "MY_N=5; (( MY_N > 3 )) && MY_P=more",
    "X='VERIFY_SIG_METHOD=7'; (( X ))",
    "let VERIFY_SIG_METHOD=1",
    "shopt -s extglob",
    "set -- a b",
    "use x || die",
    "[[ -n ${MY_P} ]] || die",
    "for (( i = 1; i <= MY_N; i++ )); do MY_P+=${i}; done",
    "for (( i = 1; i <= 3; MY_P = 7 )); do break; done",
    "declare -A KEYS=( [a]=1 ); for k in \"${!KEYS[@]}\"; do MY_PV=${KEYS[${k}]}; done",
    "f() { printf -v VERIFY_SIG_METHOD '%s' x; }; f",
    "f() { read -r MY_P <<<y; }; f",
    "printf -- -v VERIFY_SIG_METHOD",
    "IFS=:",
    "trap 'VERIFY_SIG_METHOD=no' DEBUG",
    "if true; then VERIFY_SIG_METHOD=a; fi; VERIFY_PROVENANCE_REF=b",
];

fn assignment(random: &mut Random) -> String {
    let name = random.of(&NAMES);
    let operator = if random.below(6) == 0 { "+=" } else { "=" };
    match random.below(12) {
        0 => format!("{name}{operator}{}", random.of(&ARRAYS)),
        1 => {
            let command = random.of(&["export", "readonly", "declare", "typeset"]);
            let flag = random.of(&["", "-x ", "-g ", "-r ", "-p ", "-gx ", "-a ", "+x ", "-A "]);
            format!("{command} {flag}{name}{operator}{}", random.of(&VALUES))
        }
        2 => format!("{name}[{}]={}", random.below(3), random.of(&VALUES)),
        _ => format!("{name}{operator}{}", random.of(&VALUES)),
    }
}

fn statement(random: &mut Random, depth: usize) -> String {
    let inner = |random: &mut Random| {
        let mut text = String::new();
        for _ in 0..=random.below(2) {
            let _ = writeln!(text, "\t{}", statement(random, depth + 1));
        }
        text
    };
    match random.below(if depth < 3 { 14 } else { 8 }) {
        0..=3 => assignment(random),
        4..=6 => random.of(&OTHERS).to_owned(),
        7 => {
            let joint = random.of(&["&&", "||"]);
            format!("{} {joint} {}", random.of(&CONDITIONS), assignment(random))
        }
        8 | 9 => {
            let (condition, body) = (random.of(&CONDITIONS), inner(random));
            format!("if {condition}; then\n{body}fi")
        }
        10 => {
            let (condition, body, other) = (random.of(&CONDITIONS), inner(random), inner(random));
            format!("if {condition} ; then\n{body}else\n{other}fi")
        }
        11 => {
            let (one, two) = (random.of(&CONDITIONS), random.of(&CONDITIONS));
            let (body, other) = (inner(random), inner(random));
            format!("if {one}; then\n{body}elif {two}; then\n{other}fi")
        }
        12 => {
            let pattern = random.of(&["1.*", "*_rc*", "9999", "\"${PV}\"", "[0-9]*", "*"]);
            let (body, other) = (inner(random), inner(random));
            format!("case ${{PV}} in\n{pattern})\n{body};;\n*)\n{other};;\nesac")
        }
        _ => {
            let condition = random.of(&CONDITIONS);
            format!("{condition} && {{\n{}}}", inner(random))
        }
    }
}

/// What package managers add to bash, as far as the made ebuilds need it; `use` succeeds or not by
/// its first argument.
const PRELUDE: &str = r#"
USES=$1 DIR=$2
inherit() { :; }
use() { return "${USES}"; }
has() { local needle=$1 x; shift; for x; do [[ ${x} == "${needle}" ]] && return 0; done; return 1; }
die() { exit 3; }
parse() {
	local v=$1 s c
	comp=()
	while [[ ${v} ]]; do
		s=${v%%[a-zA-Z0-9]*} v=${v:${#s}}
		[[ ${v} == [0-9]* ]] && c=${v%%[^0-9]*} || c=${v%%[^a-zA-Z]*}
		v=${v:${#c}}
		comp+=("${s}" "${c}")
	done
}
ver_cut() {
	local range=$1 comp start end IFS=
	parse "${2:-${PV}}"
	start=${range%-*} end=${range#*-}
	(( start = start > 0 ? start * 2 - 1 : 0 ))
	echo "${comp[*]:start:end*2-start}"
}
ver_rs() {
	local range=$1 comp i IFS=
	parse "${PV}"
	for (( i = ${range%-*} * 2; i <= ${range#*-} * 2; i += 2 )); do comp[i]=$2; done
	echo "${comp[*]}"
}
ver_test() {
	(( $# == 2 )) && set -- "${PV}" "$@"
	case "$1 $2 $3" in
		"1.2_rc1 -ge 1.2") return 1 ;;
		"1.2 -lt 1.10") return 0 ;;
	esac
}
for file in "${DIR}"/*.ebuild; do
	(
		PN=foo PV=1.2_rc1 PR=r3 PVR=1.2_rc1-r3 P=foo-1.2_rc1 PF=foo-1.2_rc1-r3 BROOT= EPREFIX= HOME=/home/x
		cd "${DIR}/empty" || exit
		shopt -s failglob
		. "${file}" >/dev/null 2>&1
		trap - DEBUG
		unset IFS
		for name in NAMES; do
			declare -p "${name}" >/dev/null 2>&1 || continue
			declare -n value=${name}
			printf '%s\0%s\0%s\0' "${file##*/}" "${name}" "${#value[@]}"
			(( ${#value[@]} )) && printf '%s\0' "${value[@]}"
			unset -n value
		done
		printf '%s\0END\0%s\0' "${file##*/}" 0
	) 2>/dev/null
done
"#;

type Values = BTreeMap<(String, String), Vec<String>>;

/// What bash has, by ebuild and variable.
fn of_bash(bash: &std::path::Path, scratch: &Scratch, uses: &str) -> Values {
    let names: Vec<&str> = names().collect();
    let script = scratch.write("run.sh", PRELUDE.replace("NAMES", &names.join(" ")));
    let output = Command::new(bash)
        .args(["--norc", "--noprofile"])
        .arg(script)
        .args([uses.as_ref(), scratch.file("made").as_os_str()])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut words = text.split('\0');
    let mut found = Values::new();
    while let Some(file) = words.next().filter(|file| !file.is_empty()) {
        let name = words.next().unwrap();
        let count: usize = words.next().unwrap().parse().unwrap();
        let value = words.by_ref().take(count).map(str::to_owned).collect();
        found.insert((file.to_owned(), name.to_owned()), value);
    }
    found
}

#[test]
fn made_ebuilds_as_bash_has_them() {
    let Some(bash) = tool("made_ebuilds_as_bash_has_them", "bash") else { return };
    let number = std::env::var("DISTVOUCH_MADE_EBUILDS").ok().and_then(|n| n.parse().ok());
    let number: usize = number.unwrap_or(MADE);
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.file("made/empty")).unwrap();
    let seed = std::env::var("DISTVOUCH_SEED").ok().and_then(|n| n.parse().ok());
    let mut random = Random(seed.unwrap_or(0x9E37_79B9_7F4A_7C15));
    let mut texts = BTreeMap::new();
    for index in 0..number {
        let mut text = String::from("EAPI=8\n");
        for _ in 0..=random.below(6) {
            text.push_str(&statement(&mut random, 0));
            text.push('\n');
        }
        let file = format!("{index:06}.ebuild");
        std::fs::write(scratch.file("made").join(&file), &text).unwrap();
        texts.insert(file, text);
    }
    let without = of_bash(&bash, &scratch, "1");
    let with = of_bash(&bash, &scratch, "0");
    if without.is_empty() || with.is_empty() {
        return skipped("made_ebuilds_as_bash_has_them", "bash prints nothing");
    }
    let (mut told, mut unset, mut open, mut lost) = (0, 0, 0, 0);
    for (file, text) in &texts {
        let path = scratch.write("foo-1.2_rc1-r3.ebuild", text);
        let ebuild = Ebuild::read(&path).unwrap().unwrap();
        lost += usize::from(ebuild.lost.is_some());
        for name in names() {
            let key = (file.clone(), name.to_owned());
            for all in [&with, &without] {
                // An ebuild that has failed has no variables that anyone asks for.
                if !all.contains_key(&(file.clone(), "END".to_owned())) {
                    continue;
                }
                let bash = all.get(&key);
                match ebuild.variables.get(name) {
                    Some(Literal::Words(words)) => {
                        assert_eq!(bash, Some(words), "{name} in {file}:\n{text}");
                        told += 1;
                    }
                    None => {
                        assert_eq!(bash, None, "{name} in {file}:\n{text}");
                        unset += 1;
                    }
                    Some(Literal::Unknown(_)) => open += 1,
                }
            }
        }
    }
    eprintln!(
        "{number} made ebuilds: {told} values as bash has them, {unset} not set, {open} left open; \
         {lost} not understood"
    );
    assert!(told > number / 3, "{told} values told");
    assert!(lost < number / 2, "{lost} not understood");
}
