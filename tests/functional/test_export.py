"""A run handed on, as users do it: badge, crate, provenance, signature; checked by the programs of others."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.functional.crate_validator import CrateValidator
from tests.functional.scene import tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functional.scene import Project

SECRET = "hunter2-0123456789"
PROGRAM = f"""\
import os, random
password = "{SECRET}"
print("learning rate", os.environ.get("LR"))
open("result.txt", "w").write("done")
print("accuracy:", 0.5 + open("data.csv").read().count(",") + random.random() / 10)
"""


@pytest.fixture(scope="module")
def shown(new_project: Callable[..., Project]) -> tuple[Project, str, str]:
    """A project whose run has two replays and a verdict, and another run that has none."""
    project = new_project("shown")
    project.add("train.py", PROGRAM)
    (project.folder / "data.csv").write_text("a,b\n")
    bare = project.record("train.py")
    run_id = project.record("train.py", LR="0.25")
    done = project.bis("replay", run_id, "-n", "2")
    assert done.code == 0, done
    return project, run_id, bare


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> CrateValidator:
    """The official one."""
    return CrateValidator.install(tmp_path_factory.mktemp("validator"))


def test_badges(shown: tuple[Project, str, str]) -> None:
    """A picture with the verdict as its title, and shields' document; a run without a verdict claims nothing."""
    project, run_id, bare = shown
    root = ET.fromstring(project.bis("badge", run_id).out)  # noqa: S314 (our own text)
    assert root.get("aria-label") == "repeatable: bitwise 2/2"
    document = json.loads(project.bis("badge", run_id, "--json").out)
    assert (document["schemaVersion"], document["message"]) == (1, "bitwise 2/2")
    assert "not replayed" in project.bis("badge", bare).out
    project.bis("badge", "f" * 32).explains("f" * 32)


@pytest.mark.slow
def test_a_crate_passes_the_official_validator(shown: tuple[Project, str, str], validator: CrateValidator) -> None:
    """All REQUIRED checks; a crate whose run has no instrument fails by that, and by nothing else."""
    project, run_id, bare = shown
    for name, run in (("judged", run_id), ("bare", bare)):
        done = project.bis("export", run, "--ro-crate", name, "--prov", f"{name}.json")
        assert done.code == 0, done
    assert validator.issues(project.folder / "judged") == []
    assert validator.activities(project.folder / "judged.json") == 4  # the run, two replays, the assessment
    metadata = project.folder / "bare" / "ro-crate-metadata.json"
    document = json.loads(metadata.read_text(encoding="utf-8"))
    (action,) = [e for e in document["@graph"] if e["@id"] == "#run"]
    del action["instrument"]
    metadata.write_text(json.dumps(document), encoding="utf-8")
    assert {issue.partition(" property")[0] for issue in validator.issues(project.folder / "bare")} == {
        "The Action MUST have an instrument"
    }


def test_no_secret_is_exported(shown: tuple[Project, str, str]) -> None:
    """Neither one in the source, nor a value that this process knows for one; what was changed is said."""
    project, run_id, _bare = shown
    done = project.bis("export", run_id, "--ro-crate", "clean", "--prov", "clean.json", API_TOKEN="acc-9876543210")
    assert "secrets were taken out of bis/source.tar.gz" in done.err
    exported = {**tree(project.folder / "clean"), "prov": (project.folder / "clean.json").read_bytes()}
    with tarfile.open(project.folder / "clean" / "bis" / "source.tar.gz") as archive:
        member = archive.extractfile("train.py")
        assert member is not None
        source = member.read()
    assert b'password = "[redacted]"' in source
    assert not [name for name, content in {**exported, "source": source}.items() if SECRET.encode() in content]
    graph = json.loads(exported["ro-crate-metadata.json"])["@graph"]
    values = {e["name"]: e.get("value") for e in graph if e["@type"] == "PropertyValue"}
    assert values["LR"] == "0.25"


def test_a_signed_crate_is_checked_elsewhere(shown: tuple[Project, str, str], tmp_path: Path) -> None:
    """By `bis export --verify`, which finds a changed byte."""
    project, run_id, _bare = shown
    key, signers = tmp_path / "key", tmp_path / "signers"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signers.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    crate, check = tmp_path / "crate", ("export", "--allowed-signers", str(signers), "--verify")
    assert project.bis("export", run_id, "--ro-crate", str(crate), "--sign", str(key)).code == 0
    done = project.bis(*check, str(crate))
    assert done.code == 0, done
    assert re.fullmatch(r"signed by ada@example.org, \d files as signed\n", done.out)
    lock = crate / "bis" / "environment.lock"
    lock.write_bytes(lock.read_bytes().replace(b"=", b"~", 1))
    done = project.bis(*check, str(crate))
    assert done.code == 1
    assert "changed: bis/environment.lock" in done.out
    found = json.loads(project.bis(*check, str(crate), "--json").out)
    assert (found["format"], found["changed"]) == ("bis.export-check", ["bis/environment.lock"])


def test_what_cannot_be_exported_is_said(shown: tuple[Project, str, str]) -> None:
    """Nothing to write, a folder with something in it, a key that is not there: no half of a crate is left."""
    project, run_id, _bare = shown
    project.bis("export", run_id).explains("nothing to write")
    project.bis("export", run_id, "--ro-crate", ".").explains("is not empty")
    project.bis("export", run_id, "--ro-crate", "half", "--sign", "nokey").explains("no key")
    assert not [p.name for p in project.folder.iterdir() if "half" in p.name]
    assert project.bis("export").code == 2
    assert project.bis("export", run_id, "--verify", "out").code == 2
