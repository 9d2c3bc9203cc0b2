"""Tabulates what a release build is made of, and where its instructions go.

Called by tests/profile, which builds the programs.
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

BEGIN = "<!-- tests/profile writes from here -->"
END = "<!-- end of tests/profile -->"
KNOWN = pathlib.Path("src/release/known/known-files.list")
TIME = ["--time", "2027-01-01T00:00:00Z"]
# How many crates, objects and functions a table names.
CRATES, FUNCTIONS = 14, 4


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, errors="replace").stdout


def crate(symbol):
    """The crate that a demangled symbol is of; generic code counts where its first type or path is."""
    found = re.search(r"[A-Za-z_]\w*(?=::)", symbol)
    name = found.group() if found else ""
    return "std, core, alloc" if name in ("std", "core", "alloc", "hashbrown", "compiler_builtins", "std_detect") else name


def sizes(program, work):
    """Rows of what the program is made of."""
    stripped = work / "stripped"
    shutil.copy(program, stripped)
    subprocess.run(["strip", stripped], check=True)
    sections = {}
    for line in output("size", "-A", "-d", program).splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1].isdigit():
            sections[parts[0]] = int(parts[1])
    total = stripped.stat().st_size
    code = collections.Counter()
    for line in output("nm", "-S", "-C", "--defined-only", program).splitlines():
        parts = line.split(maxsplit=3)
        if len(parts) == 4 and parts[2] in "tTwW":
            code[crate(parts[3])] += int(parts[1], 16)
    text = sections.get(".text", 0)
    known = KNOWN.stat().st_size
    unwinding = sum(sections.get(name, 0) for name in (".eh_frame", ".eh_frame_hdr", ".gcc_except_table"))
    relocated = sum(sections.get(name, 0) for name in (".rela.dyn", ".data.rel.ro", ".got", ".relr.dyn"))
    rows = [(f"code: {name or 'C, assembler and no name'}", size) for name, size in code.most_common(CRATES)]
    rows.append(("code: everything else", text - sum(size for _, size in rows)))
    rows += [
        ("the list of standard build files: digests, which do not get shorter by packing", known),
        ("other constants", sections.get(".rodata", 0) - known),
        ("tables for unwinding: a fault in a decompressor or in one package of a scan is caught", unwinding),
        ("relocations and what they point to", relocated),
    ]
    rows.append(("everything else", total - sum(size for _, size in rows)))
    return total, rows


class Job:
    """A program and what it does."""

    def __init__(self, name, command):
        self.name, self.command = name, [str(part) for part in command]

    def faults(self):
        """Minor page faults of one run, and of the process that starts it."""
        pid = os.fork()
        if pid == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for to in (0, 1, 2):
                os.dup2(null, to)
            os.execvp(self.command[0], self.command)
        _, status, used = os.wait4(pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"profile: {self.name} fails: {' '.join(self.command)}")
        return used.ru_minflt

    def instructions(self, work):
        """All, and a counter each by object and by function."""
        out = work / "callgrind.out"
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *self.command],
            check=True, capture_output=True, stdin=subprocess.DEVNULL,
        )
        objects, functions = collections.Counter(), collections.Counter()
        text = output("callgrind_annotate", "--threshold=100", "--auto=no", str(out))
        for line in text.splitlines():
            found = re.match(r"\s*([\d,]+) \([^)]*\)\s+(?:\S*?:)?(.+?)(?: \[([^\]]+)\])?$", line)
            if not found or "PROGRAM TOTALS" in line:
                continue
            count = int(found.group(1).replace(",", ""))
            objects[os.path.basename(found.group(3) or "?")] += count
            functions[re.sub(r"::h[0-9a-f]{16}$", "", found.group(2))] += count
        total = re.search(r"([\d,]+)[^\n]*PROGRAM TOTALS", text)
        return int(total.group(1).replace(",", "")), objects, functions


def jobs(work):
    """Signatures over a small file, by ours and by others that are here."""
    found = []
    for kind in ("ed25519", "rsa4096"):
        key, signature, file = work / f"{kind}.asc", work / f"small.{kind}.asc", work / "small.tar"
        for name, variable in (("distvouch", "DISTVOUCH_SYMBOLS"), ("distvouch, crypto-nettle", "DISTVOUCH_SYMBOLS_NETTLE")):
            if program := os.environ.get(variable):
                found.append(Job(f"{name}: check, {kind}", [
                    program, "check", *TIME, "--distdir", work, "--require", "openpgp", "--openpgp-key", key,
                    "--signature", f"small.tar={signature}", "small.tar"]))
        if shutil.which("sqv"):
            found.append(Job(f"sqv, {kind}", ["sqv", "--keyring", key, signature, file]))
        if shutil.which("gpgv") and shutil.which("gpg"):
            ring = work / f"{kind}.gpg"
            subprocess.run(["gpg", "--batch", "--yes", "--output", ring, "--dearmor", key], check=True, capture_output=True)
            found.append(Job(f"gpgv, {kind}", ["gpgv", "-q", "--keyring", ring, signature, file]))
    for name, variable in (("distvouch", "DISTVOUCH_SYMBOLS"), ("distvouch, crypto-nettle", "DISTVOUCH_SYMBOLS_NETTLE")):
        if program := os.environ.get(variable):
            found.append(Job(f"{name}: explain", [program, "explain"]))
    return found


def millions(count):
    return f"{count / 1e6:.1f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--document", type=pathlib.Path, required=True)
    parser.add_argument("--print", action="store_true", dest="only_print")
    options = parser.parse_args()
    program = os.environ["DISTVOUCH_SYMBOLS"]
    commit = os.environ.get("DISTVOUCH_COMMIT") or output("git", "rev-parse", "--short=12", "HEAD").strip()
    total, rows = sizes(program, options.work)
    lines = [
        f"Commit {commit}; {output('rustc', '--version').strip()}; {output('valgrind', '--version').strip()}.",
        "", f"Stripped, a release build has {total / 1e6:.1f} MB:", "", "| what | MB |", "|---|---|",
        *(f"| {what} | {size / 1e6:.2f} |" for what, size in rows if size >= 5000),
        "", "A signature over 50 KB, millions of instructions (callgrind) by where they are, and page faults beyond those of `true`:", "",
        "| | all | the program | libc | the loader | other libraries | page faults | most of it in |",
        "|---|---|---|---|---|---|---|---|",
    ]
    start = Job("true", ["true"]).faults()
    for job in jobs(options.work):
        every, objects, functions = job.instructions(options.work)
        own = objects.pop(os.path.basename(job.command[0]), 0)
        libc = sum(objects.pop(name) for name in list(objects) if name.startswith("libc.so"))
        loader = sum(objects.pop(name) for name in list(objects) if name.startswith("ld-linux"))
        most = ", ".join(
            f"`{name[:70].replace('|', ' ')}` {count * 100 // every} %"
            for name, count in functions.most_common(FUNCTIONS) if count * 100 >= every * 4)
        others = every - own - libc - loader
        lines.append(f"| {job.name} | {millions(every)} | {millions(own)} | {millions(libc)} | {millions(loader)} | "
                     f"{millions(others)} | {job.faults() - start} | {most} |")
    text = "\n".join(lines)
    print(text)
    if not options.only_print:
        old = options.document.read_text()
        before, rest = old.split(BEGIN)
        options.document.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}")


main()
