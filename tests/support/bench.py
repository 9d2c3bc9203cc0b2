"""Runs distvouch and other programs in turns, and tabulates what they take.

Called by tests/bench, which gets the programs and the releases.
"""

import argparse
import importlib.metadata
import os
import pathlib
import platform
import random
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time

BEGIN = "<!-- tests/bench writes from here -->"
END = "<!-- to here -->"
REPOSITORY = "https://github.com/trailofbits/pypi-attestations"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--django", type=pathlib.Path, required=True)
    parser.add_argument("--document", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--print", action="store_true", dest="only_print")
    return parser.parse_args()


# Seconds. A program that takes less is run once before each timed run, so that all start alike.
SHORT = 0.05


class Program:
    """One way to do what a case is about."""

    def __init__(self, name, command, status=(0,), prepare=None):
        self.name, self.status, self.prepare = name, status, prepare
        self.command = ["sh", "-c", command] if isinstance(command, str) else command
        self.cpu, self.system, self.wall, self.memory = [], [], [], 0


def tree(pid):
    """The process ids below and including `pid`."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                children = pathlib.Path(f"/proc/{parent}/task/{task}/children").read_text()
                found.extend(int(child) for child in children.split())
        except OSError:
            pass
    return found


def resident(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def started(program):
    """A running process that reads nothing and writes to a file."""
    with open(os.devnull) as empty, open("bench.log", "wb") as log:
        return subprocess.Popen(program.command, stdin=empty, stdout=log, stderr=log)


def ended(program, process, status):
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in program.status:
        log = pathlib.Path("bench.log").read_text(errors="replace")
        sys.exit(f"{program.name}: status {code}: {shlex.join(program.command)}\n{log[-2000:]}")


def run(program, timed=True):
    """One run, measured if it is `timed`."""
    if program.prepare:
        program.prepare()
    before = time.perf_counter()
    process = started(program)
    _, status, usage = os.wait4(process.pid, 0)
    if timed:
        program.wall.append(time.perf_counter() - before)
        program.cpu.append(usage.ru_utime + usage.ru_stime)
        program.system.append(usage.ru_stime)
    ended(program, process, status)


def watch(program):
    """One run that is not timed, for its memory: that of all its processes at a time, looked at again and
    again, and of the largest, which GNU time knows even if it lives for a moment. (The kernel counts what
    a process was before it became the program, here a Python; time is smaller than all that we measure.)
    """
    if program.prepare:
        program.prepare()
    timed = Program(program.name, ["time", "-f", "%M", "-o", "bench.memory", *program.command], program.status)
    process = started(timed)
    while True:
        pid, status, _ = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        program.memory = max(program.memory, sum(map(resident, tree(process.pid)[1:])))
        time.sleep(0.002)
    ended(timed, process, status)
    largest = int(pathlib.Path("bench.memory").read_text().split()[-1]) * 1024
    program.memory = max(program.memory, largest)


def time_text(seconds):
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s"


def ratio(program, first, kind):
    """How many times as much as the first, by the median of the pairs of one round."""
    pairs = zip(getattr(program, kind), getattr(first, kind))
    value = statistics.median(one / other for one, other in pairs if other)
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


class Bench:
    def __init__(self, options):
        self.options = options
        self.out = []

    def case(self, title, programs, rounds, note=""):
        """Runs `programs` in turns; the first one is what the others are compared with."""
        programs = [program for program in programs if program]
        if self.options.only.lower() not in title.lower():
            return
        if self.skips(title):
            return self.left_out(title, "this run was told to skip it")
        print(f"{title} …", file=sys.stderr, flush=True)
        for program in programs:
            watch(program)
        for number in range(rounds):
            turn = number % len(programs)
            for program in programs[turn:] + programs[:turn]:
                if program.wall and program.wall[-1] < SHORT:
                    # What ran before, perhaps for a hundred times as long, took the processor's caches.
                    run(program, timed=False)
                run(program)
        first = programs[0]
        lines = [f"### {title}", "", " ".join(filter(None, [note, f"Medians of {rounds}."])), ""]
        lines += ["| | CPU | of it system | wall | memory | CPU, times ours | wall, times ours |",
                  "|---|---|---|---|---|---|---|"]
        for program in programs:
            times = ("", "") if program is first else (ratio(program, first, "cpu"), ratio(program, first, "wall"))
            lines.append(
                f"| {program.name} | {time_text(statistics.median(program.cpu))}"
                f" | {time_text(statistics.median(program.system))}"
                f" | {time_text(statistics.median(program.wall))}"
                f" | {program.memory / 2**20:.0f} MiB | {times[0]} | {times[1]} |"
            )
        print("\n".join(lines[-len(programs):]), file=sys.stderr, flush=True)
        self.out += [*lines, ""]

    def skips(self, title):
        return any(text.lower() in title.lower() for text in self.options.skip)

    def left_out(self, title, why):
        if self.options.only.lower() in title.lower():
            print(f"left out: {title}: {why}", file=sys.stderr)
            self.out += [f"### {title}", "", f"Left out: {why}.", ""]


def gpg(*arguments):
    command = ["gpg", "--homedir", "gnupg", "--batch", "--quiet", "--passphrase", "", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def sign(key, path, signature=None, armor="--armor", digest="SHA256"):
    gpg("-u", f"{key}@example.org", "--yes", *([armor] if armor else []), "--digest-algo", digest,
        "--detach-sign", "-o", str(signature or f"{path}.asc"), str(path))


def manifest(name, *paths, hashes=("BLAKE2B", "SHA512")):
    tools = {"BLAKE2B": "b2sum", "SHA512": "sha512sum"}
    with open(name, "a") as out:
        for path in paths:
            path = pathlib.Path(path)
            words = ["DIST", path.name, str(path.stat().st_size)]
            for one in hashes:
                line = subprocess.run([tools[one], path], check=True, stdout=subprocess.PIPE).stdout
                words += [one, line.split()[0].decode().lstrip("\\")]
            print(*words, file=out)


def noise(path, size):
    with open(path, "wb") as out, open("/dev/urandom", "rb") as source:
        left = size
        while left:
            block = source.read(min(left, 1 << 20))
            out.write(block)
            left -= len(block)


def have(name):
    return shutil.which(name) is not None


def other(name, program, command, **more):
    """A program of somebody else, where it is installed."""
    return Program(name, command, **more) if have(program) else None


def libraries():
    """The builds of ours that take OpenPGP's cryptography from a C library."""
    for library in ("nettle", "openssl"):
        if program := os.environ.get(f"DISTVOUCH_{library.upper()}"):
            yield library, program


def keys():
    os.mkdir("gnupg", 0o700)
    for name, algorithm in (("ed25519", "ed25519"), ("rsa4096", "rsa4096")):
        gpg("--quick-generate-key", f"{name}@example.org", algorithm, "sign", "never")
        pathlib.Path(f"{name}.asc").write_bytes(gpg("--armor", "--export", f"{name}@example.org"))
        pathlib.Path(f"{name}.gpg").write_bytes(gpg("--export", f"{name}@example.org"))


def start(bench, ours):
    """What any job takes, whatever it does."""
    rounds = 10 if bench.options.quick else 60
    bench.case("A start without any cryptography", [
        Program("distvouch explain", [*ours, "explain", "signature-bad"]),
        *(Program(f"distvouch explain, crypto-{library}", [program, "explain", "signature-bad"])
          for library, program in libraries()),
        other("gpgv --version", "gpgv", ["gpgv", "--version"]),
        other("openssl version", "openssl", ["openssl", "version"]),
        Program("true", ["true"]),
    ], rounds)


def small(bench, ours):
    rounds = 10 if bench.options.quick else 60
    for name, title in (("ed25519", "Ed25519"), ("rsa4096", "RSA-4096")):
        os.makedirs(name, exist_ok=True)
        path = f"{name}/small.tar"
        noise(path, 50_000)
        sign(name, path)
        gemato = ["gemato", "openpgp-verify-detached", "-R", "--no-require-all-good", "-K",
                  f"{name}.asc", f"{path}.asc", path]
        check = ["check", "--distdir", name, "--require", "openpgp", "--openpgp-key", f"{name}.asc",
                 "small.tar"]
        bench.case(f"An OpenPGP signature over 50 KB, {title}", [
            Program("distvouch check", [*ours, *check]),
            *(Program(f"distvouch check, crypto-{library}", [program, *check])
              for library, program in libraries()),
            other("gpgv", "gpgv", ["gpgv", "--keyring", f"./{name}.gpg", f"{path}.asc", path]),
            other("sqv", "sqv", ["sqv", "--keyring", f"{name}.asc", f"{path}.asc", path]),
            other("gemato", "gemato", gemato),
        ], rounds)
    os.mkdir("many")
    names = [f"f{number}.tar" for number in range(40 if bench.options.quick else 200)]
    for name in names:
        noise(f"many/{name}", 50_000)
        sign("ed25519", f"many/{name}")
    loop = 'for f in many/*.tar; do gpgv --keyring ./ed25519.gpg "$f.asc" "$f" || exit; done'
    bench.case(f"{len(names)} files of 50 KB with signatures, Ed25519", [
        Program("distvouch check, one call", [*ours, "check", "--distdir", "many", "--require", "openpgp",
                                              "--openpgp-key", "ed25519.asc", *names]),
        other("gpgv in a loop", "gpgv", loop),
    ], 3 if bench.options.quick else 11)


def provenance(bench, ours):
    title = "Provenance of a 30 KB sdist"
    assets = os.environ.get("DISTVOUCH_ASSETS")
    if not assets or not have("pypi-attestations"):
        for one in (title, "Provenance and an OpenPGP signature, RSA-4096, over a 30 KB sdist",
                    "The signature alone, where there is provenance that was not asked for"):
            bench.left_out(one, "pypi-attestations or its test data could not be had")
        return None
    name = "pypi_attestations-0.0.19.tar.gz"
    os.mkdir("pypi")
    for file in (name, f"{name}.provenance"):
        shutil.copy(f"{assets}/{file}", "pypi")
    rounds = 5 if bench.options.quick else 25
    theirs = ["pypi-attestations", "verify", "pypi", "--offline", "--repository", REPOSITORY,
              "--provenance-file", f"pypi/{name}.provenance", f"pypi/{name}"]
    check = [*ours, "check", "--distdir", "pypi", "--repository", REPOSITORY, "--require"]
    bench.case(title, [
        Program("distvouch check", [*check, "provenance", name]),
        Program("pypi-attestations", theirs),
    ], rounds)
    sign("rsa4096", f"pypi/{name}")
    gpgv = ["gpgv", "--keyring", "./rsa4096.gpg", f"pypi/{name}.asc", f"pypi/{name}"]
    bench.case("Provenance and an OpenPGP signature, RSA-4096, over a 30 KB sdist", [
        Program("distvouch check", [*check, "provenance,openpgp", "--openpgp-key", "rsa4096.asc", name]),
        other("gpgv, then pypi-attestations", "gpgv", f"{shlex.join(gpgv)} && {shlex.join(theirs)}"),
    ], rounds)
    bench.case("The signature alone, where there is provenance that was not asked for", [
        Program("distvouch check", [*ours, "check", "--distdir", "pypi", "--require", "openpgp",
                                    "--openpgp-key", "rsa4096.asc", name]),
        other("gpgv", "gpgv", gpgv),
    ], rounds)


def large(bench, ours):
    size = 64 << 20 if bench.options.quick else 1 << 30
    text = "64 MiB" if bench.options.quick else "1 GiB"
    os.mkdir("large")
    path = "large/large.tar"
    noise(path, size)
    manifest("Manifest", path)
    manifest("Manifest.sha512", path, hashes=("SHA512",))
    rounds = 3 if bench.options.quick else 5
    check = [*ours, "check", "--distdir", "large", "--manifest"]
    bench.case(f"BLAKE2B and SHA512 of {text}", [
        Program("distvouch check", [*check, "Manifest", "large.tar"]),
        Program("distvouch check --jobs 1", [*check, "Manifest", "--jobs", "1", "large.tar"]),
        Program("SHA512 alone, --jobs 1", [*check, "Manifest.sha512", "--jobs", "1", "large.tar"]),
        other("b2sum, then sha512sum", "b2sum", f"b2sum {path}; sha512sum {path}"),
        other("sha512sum alone", "sha512sum", ["sha512sum", path]),
        other("b2sum alone", "b2sum", ["b2sum", path]),
        other("openssl dgst, one after the other", "openssl",
              f"openssl dgst -blake2b512 {path}; openssl dgst -sha512 {path}"),
    ], rounds, "The wall time of the slowest digest alone is what two processors can reach.")
    sign("ed25519", path, digest="SHA512")
    key = ["--openpgp-key", "ed25519.asc"]
    gpgv = f"gpgv --keyring ./ed25519.gpg {path}.asc {path}"
    bench.case(f"BLAKE2B, SHA512 and an OpenPGP signature over SHA-512, {text}", [
        Program("distvouch check", [*check, "Manifest", *key, "large.tar"]),
        Program("SHA512 alone, --jobs 1", [*check, "Manifest.sha512", "--jobs", "1",
                                           "--require", "manifest", "large.tar"]),
        other("b2sum, sha512sum, then gpgv", "gpgv", f"b2sum {path}; sha512sum {path}; {gpgv}"),
        other("b2sum, sha512sum and gpgv at once", "gpgv", f"b2sum {path} & sha512sum {path} & {gpgv}; wait"),
    ], rounds)
    shutil.rmtree("large")


def kernel(bench, ours):
    """A signature over the uncompressed tar, as kernel.org makes them."""
    limit = 8 << 20 if bench.options.quick else 420 << 20
    os.mkdir("kernel")
    tar = "kernel/linux.tar"
    subprocess.run(f"tar -C / -cf - usr/lib usr/include usr/share 2>/dev/null | head -c {limit} >{tar}",
                   shell=True, check=False)
    sign("rsa4096", tar, "kernel/linux.tar.sign", armor="")
    subprocess.run(["xz", "-T0", "-3", "--check=crc64", tar], check=True)
    size = os.path.getsize(f"{tar}.xz") / 1e6
    manifest("Manifest.kernel", f"{tar}.xz")
    gpgv = f"xz -dc {tar}.xz | gpgv --keyring ./rsa4096.gpg kernel/linux.tar.sign -"
    check = [*ours, "check", "--distdir", "kernel", "--manifest", "Manifest.kernel",
             "--openpgp-key", "rsa4096.asc", "linux.tar.xz"]
    bench.case(f"Manifest and .tar.sign of a .tar.xz of {size:.0f} MB", [
        Program("distvouch check", check),
        Program("distvouch check --jobs 1", [*check, "--jobs", "1"]),
        other("b2sum, sha512sum, then xz into gpgv", "gpgv",
              f"b2sum {tar}.xz; sha512sum {tar}.xz; {gpgv}"),
        Program("xz -dc alone", f"xz -dc {tar}.xz >/dev/null"),
    ], 2 if bench.options.quick else 3)
    shutil.rmtree("kernel")


def releases(bench, ours):
    found = sorted(bench.options.django.glob("[dD]jango-*.tar.gz"))
    if len(found) != 2:
        for title in ("What changed between two releases of Django, 10 MB each",
                      "A release of Django against its git tree"):
            bench.left_out(title, "they could not be had")
        return None
    os.mkdir("django")
    for path, version in zip(found, ("5.1.3", "5.1.4")):
        shutil.copy(path, f"django/django-{version}.tar.gz")
    rounds = 3 if bench.options.quick else 9

    def clean():
        shutil.rmtree("django/unpacked", ignore_errors=True)
        os.makedirs("django/unpacked/old")
        os.makedirs("django/unpacked/new")

    unpack = "; ".join(f"tar -xf django/django-{version}.tar.gz -C django/unpacked/{side}"
                       " --strip-components 1" for side, version in (("old", "5.1.3"), ("new", "5.1.4")))
    diff = [*ours, "diff", "django/django-5.1.3.tar.gz", "django/django-5.1.4.tar.gz"]
    bench.case("What changed between two releases of Django, 10 MB each", [
        Program("distvouch diff", diff, status=(0, 1)),
        Program("tar, then diff -rN", f"{unpack}; diff -rN django/unpacked/old django/unpacked/new",
                status=(0, 1), prepare=clean),
    ], rounds)
    clean()
    subprocess.run("""
        tar -xf django/django-5.1.4.tar.gz -C django/unpacked/new --strip-components 1
        cd django/unpacked/new && rm -rf PKG-INFO *.egg-info && git init -q . && git add -A -f &&
        git -c user.name=x -c user.email=x@example.org commit -qm x && git tag 5.1.4
    """, shell=True, check=True)
    shutil.move("django/unpacked/new", "django/clone")
    archive = ("git -C django/clone archive 5.1.4 | tar -x -C django/unpacked/old; "
               "tar -xf django/django-5.1.4.tar.gz -C django/unpacked/new --strip-components 1; "
               "diff -rq django/unpacked/old django/unpacked/new")
    bench.case("A release of Django against its git tree", [
        Program("distvouch source", [*ours, "source", "django/django-5.1.4.tar.gz", "--git",
                                     "django/clone", "--tag", "5.1.4"], status=(0, 1, 3)),
        Program("git archive, tar, then diff -rq", archive, status=(0, 1), prepare=clean),
    ], rounds)


def trees(bench, ours):
    """A tree as large as a kernel's: against git, and against the next release of it."""
    count = 4_000 if bench.options.quick else 78_000
    titles = (f"An archive of {count:,} files against its git tree",
              f"What changed between two releases of {count:,} files")
    if not any(bench.options.only.lower() in title.lower() for title in titles):
        return
    if all(map(bench.skips, titles)):
        for title in titles:
            bench.left_out(title, "this run was told to skip it")
        return
    subprocess.run(["git", "init", "-q", "tree"], check=True)
    words = [f"word{n}" for n in range(4000)]
    chosen = random.Random(1)
    for n in range(count):
        directory = f"tree/part{n // 4000}/dir{n // 100}"
        os.makedirs(directory, exist_ok=True)
        size = int(chosen.expovariate(1 / 170)) + 3
        text = "".join(f"static int {' '.join(chosen.choices(words, k=8))};\n" for _ in range(size))
        pathlib.Path(directory, f"file{n}.c").write_text(text)
    commit = """
        cd tree && git add -A && git -c user.name=x -c user.email=x@example.org -c gc.auto=0 commit -qm x
        git tag v1.%s && git repack -adq && git archive --prefix=tree-1.%s/ -o ../tree-1.%s.tar.gz v1.%s
    """
    subprocess.run(commit % (("0",) * 4), shell=True, check=True)
    for n in range(0, count, 97):
        with open(f"tree/part{n // 4000}/dir{n // 100}/file{n}.c", "a") as file:
            file.write(f"static int more_{n};\n")
    subprocess.run(commit % (("1",) * 4), shell=True, check=True)
    rounds = 2 if bench.options.quick else 3
    reference = ("git -C tree archive v1.0 | tar -t >/dev/null; gzip -dc tree-1.0.tar.gz | sha256sum")
    bench.case(titles[0], [
        Program("distvouch source", [*ours, "source", "tree-1.0.tar.gz", "--git", "tree"]),
        Program("git archive into tar -t, then gzip -dc into sha256sum", reference),
    ], rounds, "The other programs list and hash, and compare nothing.")

    def clean():
        shutil.rmtree("unpacked", ignore_errors=True)
        os.makedirs("unpacked")

    unpack = "; ".join(f"tar -xf tree-1.{n}.tar.gz -C unpacked" for n in (0, 1))
    bench.case(titles[1], [
        Program("distvouch diff", [*ours, "diff", "tree-1.0.tar.gz", "tree-1.1.tar.gz"], status=(0, 1)),
        Program("tar, then diff -rN", f"{unpack}; diff -rN unpacked/tree-1.0 unpacked/tree-1.1",
                status=(0, 1), prepare=clean),
    ], rounds)
    clean()
    for path in ("tree", "unpacked"):
        shutil.rmtree(path)


def overlay(bench, ours):
    title = "A whole overlay"
    text = subprocess.run([*ours, "scan", "--help"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if text.returncode != 0:
        return bench.left_out(title, "this program does not scan")
    count = 5 if bench.options.quick else 60
    os.mkdir("distfiles")
    for path, lines in {
        "profiles/repo_name": "bench",
        "profiles/categories": "app-misc",
        "profiles/arch.list": "amd64",
        "profiles/profiles.desc": "amd64 bench stable",
        "profiles/bench/eapi": "8",
        "profiles/bench/make.defaults": 'ARCH="amd64"\nACCEPT_KEYWORDS="amd64"',
        "metadata/layout.conf": "masters =\nthin-manifests = true",
    }.items():
        path = pathlib.Path("overlay", path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{lines}\n")
    for number in range(count):
        package = pathlib.Path(f"overlay/app-misc/p{number}")
        package.mkdir(parents=True)
        name = f"p{number}-1.0.tar.gz"
        noise(f"distfiles/{name}", 1_000_000)
        manifest(package / "Manifest", f"distfiles/{name}")
        (package / f"p{number}-1.0.ebuild").write_text(
            f'EAPI=8\nDESCRIPTION="x"\nHOMEPAGE="https://example.org"\n'
            f'SRC_URI="https://example.org/{name}"\nLICENSE="MIT"\nSLOT="0"\nKEYWORDS="~amd64"\n')
    hashes = "for f in distfiles/*; do b2sum \"$f\"; sha512sum \"$f\"; done"
    bench.case(f"{title} of {count} packages with a distfile of 1 MB each", [
        Program("distvouch scan", [*ours, "scan", "overlay", "--distdir", "distfiles"], status=(0, 1, 3)),
        Program("b2sum and sha512sum of each distfile", hashes),
        other("pkgcheck scan, which reads no distfile", "pkgcheck",
              ["pkgcheck", "--config", "no", "scan", "--repo", "overlay"], status=(0, 1)),
    ], 3 if bench.options.quick else 9)


def crates(bench):
    """What computes digests and RSA, crate by crate; tests/bench has built the program that times them."""
    title = "Crates for digests and RSA signatures, in memory, on one thread"
    program = os.environ.get("DISTVOUCH_CRATES")
    if bench.options.only.lower() not in title.lower():
        return
    if not program or bench.skips(title):
        return bench.left_out(title, "it was not built, or this run was told to skip it")
    print(f"{title} …", file=sys.stderr, flush=True)
    command = [program, "16" if bench.options.quick else "256"]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    bench.out += [f"### {title}", "", made, ""]


def commit(top):
    """What was built: of programs that were built elsewhere DISTVOUCH_COMMIT tells."""
    def git(*command):
        return subprocess.run(["git", "-C", top, *command], stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    if told := os.environ.get("DISTVOUCH_COMMIT"):
        return f"Commit {told}, {time.strftime('%Y-%m-%d', time.gmtime())}. "
    number = git("rev-parse", "--short=12", "HEAD")
    changed = git("status", "--porcelain", "--", "src", "Cargo.toml", "Cargo.lock")
    return f"Commit {number or 'unknown'}{', with changes' if changed else ''}, {time.strftime('%Y-%m-%d', time.gmtime())}. "


def versions():
    """What was measured, on what."""
    def packaged(name):
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"no {name}"

    def first(*command):
        try:
            out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            return (out.stdout.decode(errors="replace").splitlines() or [""])[0]
        except OSError:
            return ""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    flags = re.search(r"flags\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    known = [flag for flag in ("avx2", "avx512f", "sha_ni") if flags and flag in flags[1].split()]
    machine = f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors ({' '.join(known)})"
    programs = [first("rustc", "--version"), first("gpgv", "--version"), first("sqv", "--version"),
                packaged("gemato"), packaged("pypi-attestations"), packaged("pkgcheck"),
                first("sha512sum", "--version"), first("openssl", "version"), first("xz", "--version"),
                first("git", "--version"), first("tar", "--version"), first("diff", "--version")]
    if any(name == "nettle" for name, _ in libraries()):
        programs.append("Nettle " + first("pkg-config", "--modversion", "nettle"))
    return f"{machine}; Linux {platform.release()}; " + "; ".join(filter(None, programs)) + "."


def main():
    options = arguments()
    ours = [os.environ["DISTVOUCH"]]
    document = options.document.resolve()
    options.django = options.django.resolve()
    size = os.path.getsize(ours[0])
    os.chdir(options.work)
    os.environ["LC_ALL"] = "C"
    bench = Bench(options)
    keys()
    start(bench, ours)
    small(bench, ours)
    provenance(bench, ours)
    large(bench, ours)
    kernel(bench, ours)
    releases(bench, ours)
    trees(bench, ours)
    overlay(bench, ours)
    crates(bench)
    sizes = "".join(f", {os.path.getsize(program) / 1e6:.1f} with {library}" for library, program in libraries())
    head = [commit(document.parent) + versions(), "", f"The program has {size / 1e6:.1f} MB{sizes}.", ""]
    made = "\n".join([*head, *bench.out]).rstrip()
    print(made)
    if options.quick or options.only or options.only_print:
        return
    text = document.read_text()
    before, rest = text.split(BEGIN)
    document.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.split(END)[1]}")


main()
