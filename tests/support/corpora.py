"""Runs a build of distvouch over the corpora, and compares each answer with another build's.

    corpora.py --program COMMAND --corpora DIR --examples DIR --save FILE
    corpora.py --program COMMAND --corpora DIR --examples DIR --like FILE

COMMAND may have several words: an emulator before the program. Without --like the answers are
saved; with it each answer has to be the same, byte for byte. Prints one JSON object: for each
group how many cases came out right, how many there are, and what did not.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

BEACON = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
          ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
ACTIONS = "https://token.actions.githubusercontent.com"
PROJECTS = {
    "pypi_attestations-0.0.19.tar.gz": "https://github.com/trailofbits/pypi-attestations",
    "sampleproject-4.0.0.tar.gz": "https://github.com/pypa/sampleproject",
}
NOW = ["--time", "2026-11-22T00:00:00Z"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--corpora", type=pathlib.Path)
    parser.add_argument("--examples", type=pathlib.Path, required=True)
    parser.add_argument("--save", type=pathlib.Path)
    parser.add_argument("--like", type=pathlib.Path)
    parser.add_argument("--groups", default="")
    return parser.parse_args()


class Case:
    """A call, and whether it has to agree (status 0), or not; None where either will do."""

    def __init__(self, group, name, words, agrees=None):
        self.group, self.name, self.words, self.agrees = group, name, words, agrees


def bumps(scratch):
    """README's main job: a new version from its ebuild, its Manifest, DISTDIR and a clone; and its parts."""
    if not shutil.which("git"):
        return
    top = scratch / "bump"
    upstream, distdir, package = top / "clone", top / "distfiles", top / "overlay/app-misc/foo"
    for path in (upstream, distdir, package, top / "overlay/profiles", top / "overlay/metadata"):
        path.mkdir(parents=True)
    (top / "overlay/profiles/repo_name").write_text("example\n")
    (top / "overlay/metadata/layout.conf").write_text("masters =\nthin-manifests = true\n")
    run_git = ["git", "-C", str(upstream), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    dates = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    subprocess.run([*run_git, "init", "-q", "-b", "main"], check=True)
    lines = []
    for version, suffix in (("1.0", "tar.gz"), ("1.1", "tar.gz"), ("1.1", "zip")):
        more = "int more(void) { return 2; }\n" if version == "1.1" else ""
        (upstream / "foo.c").write_text(f"int foo(void) {{ return 1; }}\n{more}")
        (upstream / "README").write_text(f"foo {version}\n")
        if suffix != "zip":
            for words in (["add", "-A"], ["commit", "-qm", version], ["tag", f"v{version}"]):
                subprocess.run([*run_git, *words], check=True, env={**os.environ, **dates})
        name = f"foo-{version}.{suffix}"
        subprocess.run([*run_git, "archive", f"--prefix=foo-{version}/", "-o", str(distdir / name), f"v{version}"],
                       check=True)
        contents = (distdir / name).read_bytes()
        lines.append(f"DIST {name} {len(contents)} BLAKE2B {hashlib.blake2b(contents).hexdigest()}"
                     f" SHA512 {hashlib.sha512(contents).hexdigest()}\n")
    (package / "Manifest").write_text("".join(lines))
    for version in ("1.0", "1.1"):
        (package / f"foo-{version}.ebuild").write_text(
            'EAPI=8\nDESCRIPTION="x"\nHOMEPAGE="https://example.org"\nSRC_URI="https://example.org/${P}.tar.gz"\n'
            'LICENSE="MIT"\nSLOT="0"\nKEYWORDS="~amd64"\n')
    files = ["--distdir", str(distdir), "--json"]
    old, new = (str(distdir / f"foo-{version}.tar.gz") for version in ("1.0", "1.1"))
    ebuild = str(package / "foo-1.1.ebuild")
    yield Case("bump", "a new version", ["bump", ebuild, *files, *NOW, "--git", str(upstream)], False)
    yield Case("bump", "source", ["source", new, "--git", str(upstream), "--json"], True)
    yield Case("bump", "source of another tag", ["source", new, "--git", str(upstream), "--json", "--tag", "v1.0"],
               False)
    yield Case("bump", "diff", ["diff", old, new, "--json"], True)
    yield Case("bump", "diff of a tar and a zip", ["diff", old, str(distdir / "foo-1.1.zip"), "--json"], True)
    # Its JSON has a fingerprint of the files' times.
    yield Case("bump", "an overlay", ["scan", str(top / "overlay"), "--distdir", str(distdir)])


def examples(directory):
    """Manifest and OpenPGP signature, as `check --help` has them."""
    check = ["check", "--json", "--distdir", str(directory), "--manifest", f"{directory}/Manifest"]
    yield Case("main", "signature", [*check, *NOW, "--openpgp-key", f"{directory}/upstream.asc",
                                     "foo-1.2.tar.gz"], True)
    yield Case("main", "another signer", [*check, *NOW, "--openpgp-key", f"{directory}/stranger.asc",
                                          "foo-1.2.tar.gz"], False)
    yield Case("main", "every entry", [*check, *NOW, "--clock", "emerge"])
    yield Case("main", "text", [word for word in check if word != "--json"] + NOW)


def openpgp(corpora):
    directory = corpora / "openpgp"
    header, *rows = (line.split("\t") for line in (directory / "expected.tsv").read_text().splitlines())
    for row in rows:
        row = dict(zip(header, row))
        place = directory / row["case"]
        words = ["check", "--json", "--require", "openpgp", "--distdir", str(place), "--openpgp-key",
                 f"{place}/signing-key.asc", "--signature", f"{row['distfile']}={place}/{row['signature']}",
                 *NOW, row["distfile"]]
        yield Case("openpgp", row["case"], words, row["gemato"] == "accept")


def minisign(corpora):
    key = corpora / "minisign" / "minisign.pub"
    for place in sorted(path for path in (corpora / "minisign").iterdir() if path.is_dir()):
        for signature in sorted(place.glob("*.minisig")):
            words = ["check", "--json", "--require", "minisign", "--minisign-key", str(key), "--distdir",
                     str(place), *NOW, signature.name.removesuffix(".minisig")]
            yield Case("minisign", place.name, words, True)


def sigstore(corpora, scratch):
    directory = corpora / "sigstore-conformance"
    for place in sorted((directory / "bundle-verify").iterdir()):
        if not (place / "bundle.sigstore.json").exists():
            continue
        own = scratch / place.name
        own.mkdir()
        artifact = place / "artifact"
        shutil.copy(artifact if artifact.exists() else directory / "a.txt", own / "artifact")
        shutil.copy(place / "bundle.sigstore.json", own / "artifact.sigstore.json")

        def said(name, otherwise):
            path = place / name
            return path.read_text().rstrip("\n") if path.exists() else otherwise

        words = ["check", "--json", "--require", "sigstore", "--distdir", str(own), *NOW]
        if (place / "key.pub").exists():
            words += ["--sigstore-key", str(place / "key.pub")]
        else:
            words += ["--identity", said("identity", BEACON), "--issuer", said("issuer", ACTIONS)]
        if (place / "trusted_root.json").exists():
            words += ["--trusted-root", str(place / "trusted_root.json")]
        yield Case("sigstore", place.name, [*words, "artifact"], not place.name.endswith("_fail"))


def pep740(corpora):
    def case(name, distfile, provenance, repository, agrees):
        words = ["check", "--json", "--require", "provenance", "--distdir", str(distfile.parent),
                 "--provenance", f"{distfile.name}={provenance}", "--repository", repository, *NOW,
                 distfile.name]
        return Case("pep740", name, words, agrees)

    for name, repository in PROJECTS.items():
        place = corpora / "pep740" / f"{name}.provenance"
        for end in ("", "/", ".git"):
            yield case(f"{name} {end}", place / name, place / "provenance.json", repository + end, True)
        other = "https://github.com/example/other"
        yield case(f"{name} other", place / name, place / "provenance.json", other, False)
    for place in sorted((corpora / "pep740-edge").iterdir()):
        files = [path for path in sorted(place.iterdir()) if path.suffix != ".json"] if place.is_dir() else []
        if len(files) == 1 and (place / "provenance.json").exists():
            yield case(place.name, files[0], place / "provenance.json", PROJECTS["sampleproject-4.0.0.tar.gz"],
                       None)


def large(scratch):
    """64 MiB that are the same everywhere."""
    path = scratch / "large.tar"
    block = hashlib.sha256(b"distvouch").digest()
    with open(path, "wb") as out:
        for _ in range(64):
            chunk = []
            for _ in range(1 << 10):
                block = hashlib.sha256(block).digest()
                chunk.append(block * 32)
            out.write(b"".join(chunk))
    digests = {"BLAKE2B": hashlib.blake2b(), "SHA512": hashlib.sha512()}
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            for digest in digests.values():
                digest.update(data)
    words = " ".join(f"{name} {digest.hexdigest()}" for name, digest in digests.items())
    (scratch / "Manifest").write_text(f"DIST large.tar {path.stat().st_size} {words}\n")
    yield Case("large", "64 MiB", ["check", "--json", "--distdir", str(scratch), "--manifest",
                                   str(scratch / "Manifest"), "large.tar"], True)


def run(program, case):
    done = subprocess.run([*program, *case.words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def is_report(out):
    try:
        return json.loads(out)["tool"]["name"] == "distvouch"
    except (ValueError, KeyError, TypeError):
        return False


def main():
    options = arguments()
    program = shlex.split(options.program)
    like = json.loads(options.like.read_text()) if options.like else None
    # A program that does not even start refuses everything, which must not count as right.
    done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.startswith("distvouch "):
        sys.exit(f"{options.program} does not run: {(done.stderr or done.stdout).strip()[-300:]}")
    saved, groups = {}, {}
    # The same names everywhere, because answers name files.
    scratch = pathlib.Path(tempfile.gettempdir()) / "distvouch-corpora"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    cases = [*examples(options.examples), *bumps(scratch), *large(scratch)]
    if options.corpora:
        cases += [*openpgp(options.corpora), *minisign(options.corpora),
                  *sigstore(options.corpora, scratch), *pep740(options.corpora)]
    wanted = set(options.groups.split(",")) - {""}
    for case in cases:
        if wanted and case.group not in wanted:
            continue
        status, out, err = run(program, case)
        key = f"{case.group}: {case.name}"
        answer = [status, out]
        saved[key] = answer
        group = groups.setdefault(case.group, {"right": 0, "cases": 0, "wrong": []})
        group["cases"] += 1
        why = None
        if case.agrees is not None and (status == 0) != case.agrees:
            why = f"status {status} {err.strip()[-300:]}"
        elif status != 2 and "--json" in case.words and not is_report(out):
            why = f"no report, status {status} {err.strip()[-300:]}"
        elif like is not None and like.get(key) != answer:
            why = f"another answer, status {status} {err.strip()[-300:]}"
        if why:
            group["wrong"].append(f"{case.name}: {why}")
        else:
            group["right"] += 1
    if options.save:
        options.save.write_text(json.dumps(saved))
    shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps(groups))


main()
