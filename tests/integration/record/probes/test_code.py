"""The code facet, from real repositories and hostile folders."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from bis.evidence.archive import unpack
from bis.evidence.redaction import REDACTED, Redactor
from bis.model.facets import Code, EntryKind, Status
from bis.record.probes.code import Entrypoint, ProbedCode, probe_code, relative_to
from bis.record.probes.git_state import probe_git
from bis.record.probes.secret_files import holds_secrets
from bis.record.probes.snapshot import Limits, add_external, external_sources

_ENVIRON = {
    **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, env=_ENVIRON, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "-q", "-b", "main")
    (folder / "train.py").write_text("import lib\nprint(1)\n")
    (folder / "lib.py").write_text("x = 1\n")
    (folder / ".gitignore").write_text("ignored*\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "first")
    return folder


def _probe(folder: Path, target: str = "train.py", **options: object) -> ProbedCode:
    entry = Entrypoint(EntryKind.SCRIPT, target, folder)
    return probe_code(entry, environ=_ENVIRON, **options)  # type: ignore[arg-type]  # options of the test


def _names(code: Code) -> set[str]:
    assert code.snapshot is not None
    return {f.path for f in code.snapshot.files}


def test_clean_repository(tmp_path: Path) -> None:
    """Commit, branch, remote without credentials and all tracked files; nothing is dirty."""
    root = _repository(tmp_path / "p")
    _git(root, "remote", "add", "origin", "https://me:pw@host/r.git")
    code = _probe(root).code
    assert (code.status, code.reasons) == (Status.RECORDED, ())
    assert (code.commit, code.branch) == (_git(root, "rev-parse", "HEAD"), "main")
    assert (code.remote, code.dirty, code.diff) == ("https://host/r.git", False, "")
    assert (code.target, code.cwd, code.project, code.project_root) == ("train.py", ".", "p", str(root))
    assert _names(code) == {"train.py", "lib.py", ".gitignore"}


def test_changes_and_untracked_files(tmp_path: Path) -> None:
    """The diff applies to a clean clone, untracked files are archived, of the ignored ones the program only."""
    root = _repository(tmp_path / "p")
    (root / "lib.py").write_bytes(b"x = 2  # \xe9\n")
    (root / "data.bin").write_bytes(bytes(range(256)) * 8)
    _git(root, "add", "data.bin")
    (root / "new file é.py").write_text("n")
    (root / "ignored.py").write_text("i")
    (root / "ignored.txt").write_text("i")
    probed = _probe(root, "ignored.py")
    code = probed.code
    assert code.dirty is True
    assert code.untracked == ("new file é.py",)
    assert "GIT binary patch" in code.diff
    assert _names(code) == {"train.py", "lib.py", ".gitignore", "data.bin", "new file é.py", "ignored.py"}
    assert probed.archive is not None
    unpack(probed.archive.content, tmp_path / "out", digest=probed.archive.snapshot.digest)
    assert (tmp_path / "out/lib.py").read_bytes() == b"x = 2  # \xe9\n"


def test_equal_sources_give_equal_archives(tmp_path: Path) -> None:
    """The archive of a clone has the digest of the original's: nothing but content is in it."""
    root = _repository(tmp_path / "p")
    _git(tmp_path, "clone", "-q", str(root), "q")
    first, second = _probe(root).archive, _probe(tmp_path / "q").archive
    assert first is not None
    assert second is not None
    assert first.content == second.content


def test_subfolder_program_and_working_directory(tmp_path: Path) -> None:
    """Target and working directory are relative to the top level, from wherever the program was started."""
    root = _repository(tmp_path / "p")
    (root / "sub").mkdir()
    (root / "sub/run.py").write_text("")
    entry = Entrypoint(EntryKind.SCRIPT, "../sub/run.py", root / "sub", ("--token", "abcdef1"))
    code = probe_code(entry, environ=_ENVIRON, redactor=Redactor({})).code
    assert (code.target, code.cwd, code.argv) == ("sub/run.py", "sub", ("--token", REDACTED))
    assert relative_to(tmp_path, root) == str(tmp_path)


def test_repository_without_commit(tmp_path: Path) -> None:
    """Before the first commit there is none: that is said, and the sources are kept all the same."""
    _git(tmp_path, "init", "-q")
    (tmp_path / "train.py").write_text("")
    code = _probe(tmp_path).code
    assert (code.commit, code.status, code.reasons) == (None, Status.PARTIAL, ("the repository has no commit yet",))
    assert _names(code) == {"train.py"}


def test_shallow_detached_worktree_and_submodule(tmp_path: Path) -> None:
    """Shallow clones, detached heads, worktrees and submodules are repositories like any other."""
    root = _repository(tmp_path / "p")
    (root / "lib.py").write_text("x = 3\n")
    _git(root, "commit", "-qam", "second")
    head = _git(root, "rev-parse", "HEAD")
    _git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    _git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    for folder in (tmp_path / "shallow", tmp_path / "tree"):
        code = _probe(folder).code
        assert (code.status, code.commit, code.project_root) == (Status.RECORDED, head, str(folder))
    assert _probe(tmp_path / "tree").code.branch is None
    outer = _repository(tmp_path / "outer")
    _git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "vendored")
    assert {"vendored/lib.py", "train.py", ".gitmodules"} <= _names(_probe(outer).code)


def test_git_that_is_missing_broken_or_slow(tmp_path: Path) -> None:
    """Without a working git the facet is partial with the reason, and the walk finds the sources."""
    root = _repository(tmp_path / "p")
    code = _probe(root, git_program="no-such-git").code
    assert (code.status, code.commit) == (Status.PARTIAL, None)
    assert "git is not installed" in code.reasons[0]
    assert _names(code) >= {"train.py", "lib.py"}
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    started = time.perf_counter()
    facts = probe_git(root, environ=_ENVIRON, program=str(slow), timeout_s=0.3)
    assert time.perf_counter() - started < 5
    assert "it took too long" in facts.reasons[0]
    (root / ".git/HEAD").write_text("broken\n")
    code = _probe(root).code
    assert code.status is Status.PARTIAL
    assert "git could not read the repository" in code.reasons[0]
    assert _names(code) >= {"train.py", "lib.py"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root may give files away")
def test_repository_of_another_user(tmp_path: Path) -> None:
    """Git refuses repositories of other users: the reason names the setting."""
    root = _repository(tmp_path / "p")
    for place in (root, root / ".git"):
        os.chown(place, 12345, 12345)
    code = _probe(root).code
    assert "safe.directory" in code.reasons[0]
    assert "train.py" in _names(code)


def test_huge_diff_is_cut(tmp_path: Path) -> None:
    """An uncommitted change beyond the limit is cut at it, with a reason, in little time."""
    root = _repository(tmp_path / "p")
    (root / "lib.py").write_text("y = 1\n" * 200_000)
    facts = probe_git(root, environ=_ENVIRON, max_diff_bytes=1000)
    assert (len(facts.diff), facts.dirty) == (1000, True)
    assert "was cut" in facts.reasons[0]


def test_secrets_stay_out_of_archive_and_diff(tmp_path: Path) -> None:
    """Files that hold secrets by their name are named and left out, tracked or not, also from the diff."""
    root = _repository(tmp_path / "p")
    (root / "conf").mkdir()
    for name in (".env", "conf/.ENV", "conf/id_rsa", "key.pem", "credentials.json"):
        (root / name).write_text("old")
    _git(root, "add", "-f", ".")
    _git(root, "commit", "-qm", "oops")
    for name in (".env", "conf/.ENV", "conf/id_rsa", "key.pem"):
        (root / name).write_text("TOPSECRETVALUE")
    (root / ".env.local").write_text("TOPSECRETVALUE")
    (root / ".env.example").write_text("X=")
    (root / "lib.py").write_text("x = 9\n")
    probed = _probe(root)
    code = probed.code
    assert code.status is Status.RECORDED
    assert code.snapshot is not None
    left_out = {".env", ".env.local", "conf/.ENV", "conf/id_rsa", "key.pem", "credentials.json"}
    assert {e.path for e in code.snapshot.excluded if e.reason == "may hold secrets"} == left_out
    assert _names(code) == {"train.py", "lib.py", ".gitignore", ".env.example"}
    assert "TOPSECRETVALUE" not in code.diff
    assert "+x = 9" in code.diff


@pytest.mark.parametrize(
    ("name", "expected"), [("a/.env", True), ("environment.py", False), ("monkey.py", False), ("x.KEY", True)]
)
def test_names_of_secret_files(name: str, expected: bool) -> None:
    """Globs are compared with the file's name, without regard to case."""
    assert holds_secrets(name) is expected


def test_walk_without_git_skips_what_is_no_source(tmp_path: Path) -> None:
    """Environments, caches, stores and products are not walked into; hidden folders neither."""
    keep = {"train.py", "pkg/__init__.py", "pkg/data.csv", "requirements.txt", "nb.ipynb"}
    junk = {
        "venv/pyvenv.cfg",
        "venv/lib/x.py",
        "mlruns/0/meta.yaml",
        "mlflow.db",
        "__pycache__/a.pyc",
        ".hidden/x.py",
        "node_modules/x.js",
        "build/x.py",
        ".ipynb_checkpoints/nb.ipynb",
        "a/site-packages/x.py",
        "p.egg-info/PKG-INFO",
    }
    for name in keep | junk:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    code = _probe(tmp_path).code
    assert (code.status, code.commit, _names(code)) == (Status.RECORDED, None, keep)


def test_untracked_environment_in_git_is_left_out(tmp_path: Path) -> None:
    """A virtual environment that git does not ignore is not source."""
    root = _repository(tmp_path / "p")
    for name in ("env/pyvenv.cfg", "env/bin/x.py", "mlruns/0/meta.yaml", "kept.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    assert _names(_probe(root).code) == {"train.py", "lib.py", ".gitignore", "kept.py"}


def test_a_folder_that_ignores_itself_is_left_out(tmp_path: Path) -> None:
    """The home of bis, caches and environments have a ``.gitignore`` of ``*`` alone; with more it is the user's."""
    for name, ignored in (("home", "*\n"), ("cache", "*"), ("kept", "*.csv\n"), ("data", "*\n!keep.py\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".gitignore").write_text(ignored)
        (tmp_path / name / "keep.py").write_text("x")
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / ".gitignore").symlink_to(tmp_path / "home" / ".gitignore")
    (tmp_path / "link" / "keep.py").write_text("x")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / ".gitignore")
    (tmp_path / "pipe" / "keep.py").write_text("x")
    found = {name for name in _names(_probe(tmp_path).code) if name.endswith(".py")}
    assert found == {"kept/keep.py", "data/keep.py", "link/keep.py", "pipe/keep.py"}


def test_limits_leave_out_data_first(tmp_path: Path) -> None:
    """Source is taken before data; only a missing source file makes the facet partial."""
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "train.py").write_text("x")
    (tmp_path / "big.bin").write_bytes(bytes(5000))
    (tmp_path / "mid.bin").write_bytes(bytes(900))
    (tmp_path / "small.bin").write_bytes(bytes(500))
    limits = Limits(file_bytes=1000, total_bytes=1000)
    code = _probe(tmp_path, limits=limits).code
    assert code.snapshot is not None
    assert (code.status, _names(code)) == (Status.RECORDED, {"train.py", "requirements.txt", "small.bin"})
    assert {e.path for e in code.snapshot.excluded} == {"big.bin", "mid.bin"}
    (tmp_path / "gen.py").write_bytes(b"#" * 2000)
    code = _probe(tmp_path, limits=limits).code
    assert (code.status, code.reasons) == (Status.PARTIAL, ("source file gen.py is larger than 1000 bytes",))


def test_hostile_folder(tmp_path: Path) -> None:
    """Pipes, sockets, link loops, links that leave, and odd names: listed, never waited for, never followed."""
    root = tmp_path / "p"
    (root / "d").mkdir(parents=True)
    (tmp_path / "outside.py").write_text("secret")
    (root / "train.py").write_text("x")
    os.mkfifo(root / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        cwd = Path.cwd()
        os.chdir(root)  # a socket's path is short
        try:
            server.bind("sock")
        finally:
            os.chdir(cwd)
        (root / "loop").symlink_to("loop")
        (root / "d/up").symlink_to("..")
        (root / "inside.py").symlink_to("train.py")
        (root / "leaves.py").symlink_to(tmp_path / "outside.py")
        (root / "leaves_relative.py").symlink_to("../outside.py")
        (root / os.fsdecode(b"bad\xff.txt")).write_text("x")
        (root / "back\\slash.txt").write_text("x")
        probed = _probe(root)
    code = probed.code
    assert code.snapshot is not None
    assert _names(code) == {"train.py"}
    assert {"pipe.py", "sock", "leaves.py", "leaves_relative.py", "back\\slash.txt"} <= {
        e.path for e in code.snapshot.excluded
    }
    assert any("leads out of the project" in r for r in code.reasons)
    assert probed.archive is not None
    unpack(probed.archive.content, tmp_path / "out")
    assert (tmp_path / "out/inside.py").read_text() == "x"


def test_script_in_the_home_folder_does_not_take_the_home_folder(tmp_path: Path) -> None:
    """Only source files beside it are taken."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private/diary.py").write_text("")
    (tmp_path / "letter.txt").write_text("")
    (tmp_path / "run.py").write_text("")
    assert _names(_probe(tmp_path, "run.py", home=tmp_path).code) == {"run.py"}


def test_modules_from_outside_are_added(tmp_path: Path) -> None:
    """Packages and modules on PYTHONPATH come along with the rest of their package; the environment's do not."""
    root, lib, prefix = tmp_path / "p", tmp_path / "lib", tmp_path / "env"
    files = [
        "p/train.py",
        "p/made.py",
        "lib/pkg/__init__.py",
        "lib/pkg/a.py",
        "lib/pkg/lazy.py",
        "lib/single.py",
        "lib/other.py",
        "lib/space/deep/mod.py",
        "env/lib/numpy.py",
        "editable/src/tool/__init__.py",
    ]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    modules = {
        "__main__": str(root / "train.py"),
        "made": str(root / "made.py"),
        "pkg": str(lib / "pkg/__init__.py"),
        "pkg.a": str(lib / "pkg/a.py"),
        "single": str(lib / "single.py"),
        "space.deep.mod": str(lib / "space/deep/mod.py"),
        "numpy": str(prefix / "lib/numpy.py"),
        "tool": str(tmp_path / "editable/src/tool/__init__.py"),
        "sys": "built-in",
    }
    external = external_sources(modules, root=root, prefixes=(str(prefix),), known={"train.py"})
    assert external.roots == (str(tmp_path / "editable/src"), str(lib))
    assert {e.name for e in external.entries} == {
        "made.py",
        "external/0/tool/__init__.py",
        "external/1/pkg/__init__.py",
        "external/1/pkg/a.py",
        "external/1/pkg/lazy.py",
        "external/1/single.py",
        "external/1/space/deep/mod.py",
    }
    first = _probe(root).archive
    assert first is not None
    grown = add_external(first, external)
    assert grown.snapshot.external == ("external/0", "external/1")
    assert {"train.py", "external/1/single.py"} <= {f.path for f in grown.snapshot.files}
    assert grown.reasons == ()


@pytest.mark.slow
def test_a_thousand_files_take_well_under_a_second(tmp_path: Path) -> None:
    """The probe delays the user's program: it must be quick."""
    root = _repository(tmp_path / "p")
    for i in range(1000):
        (root / f"m{i}.py").write_text(f"x = {i}\n" * 20)
    started = time.perf_counter()
    _probe(root)
    assert time.perf_counter() - started < 2
