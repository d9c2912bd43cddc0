"""Signed folders, with the real ssh-keygen: what is found, and that others can check them without bis."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bis._export.signed_manifest import MANIFEST, SIGNATURE, check_folder, sign_folder
from bis.errors import EvidenceDamaged, ExecutionError, NotFound, UsageError
from bis.model.exported_run import ExportCheck

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
ADA = "ada@example.org"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two keys, and for each a list of signers that has it alone."""
    folder = tmp_path_factory.mktemp("keys")
    found = {}
    for name in ("ada", "eve"):
        key = folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key], check=True)
        found[name] = key
        signers = folder / f"{name}.signers"
        signers.write_text(f"{name}@example.org {key.with_suffix('.pub').read_text()}")
        found[f"{name}.signers"] = signers
    return found


@pytest.fixture
def signed(tmp_path: Path, keys: dict[str, Path]) -> Path:
    """A folder that Ada signed; one name has a line end, a backslash and a letter of another alphabet."""
    folder = tmp_path / "out"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"a")
    (folder / "inner" / "b\n\\β.txt").write_bytes(b"b")
    sign_folder(folder, keys["ada"])
    return folder


def test_a_folder_as_it_was_signed(signed: Path, keys: dict[str, Path]) -> None:
    """The signer is named, and nothing is found."""
    assert check_folder(signed, keys["ada.signers"]) == ExportCheck(ADA, 2)


@pytest.mark.parametrize("name", ["a\rb.txt", "\\r", "\\\r\\n\n", "\\"])
def test_odd_names_are_found_again(tmp_path: Path, keys: dict[str, Path], name: str) -> None:
    """A carriage return, a backslash before a letter, all of them: by bis and by sha256sum."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"a")
    sign_folder(tmp_path / "out", keys["ada"])
    assert check_folder(tmp_path / "out", keys["ada.signers"]) == ExportCheck(ADA, 1)
    summed = subprocess.run(["sha256sum", "-c", MANIFEST], cwd=tmp_path / "out", capture_output=True, check=False)
    assert summed.returncode == 0


def test_a_changed_a_missing_and_an_added_byte(signed: Path, keys: dict[str, Path]) -> None:
    """Each is found, and told apart; a link is no file that was signed."""
    (signed / "a.txt").write_bytes(b"A")
    (signed / "inner" / "b\n\\β.txt").unlink()
    (signed / "new").touch()
    (signed / "link").symlink_to("a.txt")
    found = check_folder(signed, keys["ada.signers"])
    assert not found.holds
    assert (found.signer, found.changed, found.missing) == (ADA, ("a.txt",), ("inner/b\n\\β.txt",))
    assert found.added == ("link", "new")


def test_the_list_of_digests_cannot_be_exchanged(signed: Path, keys: dict[str, Path]) -> None:
    """A list that fits a changed file is not the one that was signed."""
    manifest = signed / MANIFEST
    (signed / "a.txt").write_bytes(b"A")
    manifest.write_bytes(manifest.read_bytes().replace(b"ca978112", b"559aead0"))
    found = check_folder(signed, keys["ada.signers"])
    assert not found.holds
    assert found.signer == ""
    assert found.reason
    manifest.write_bytes(b"nonsense")
    assert not check_folder(signed, keys["ada.signers"]).holds


def test_a_signature_of_somebody_else(signed: Path, keys: dict[str, Path]) -> None:
    """It is valid, and not allowed."""
    found = check_folder(signed, keys["eve.signers"])
    assert (found.signer, found.changed) == ("", ())
    sign_folder(signed, keys["eve"])
    assert check_folder(signed, keys["eve.signers"]).signer == "eve@example.org"


def test_a_signature_for_another_purpose(signed: Path, keys: dict[str, Path]) -> None:
    """Ada's signature below a letter does not pass for one below an export."""
    (signed / SIGNATURE).unlink()
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", keys["ada"], "-n", "letter", signed / MANIFEST], check=True)
    assert not check_folder(signed, keys["ada.signers"]).holds


def test_others_check_it_without_bis(tmp_path: Path, keys: dict[str, Path]) -> None:
    """By the two commands of docs/exporting.md."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a b.txt").write_bytes(b"a")
    sign_folder(folder, keys["ada"])
    commands = (
        f"ssh-keygen -Y verify -f '{keys['ada.signers']}' -I {ADA} -n bis-export -s {SIGNATURE} < {MANIFEST} "
        f"&& sha256sum -c {MANIFEST}"
    )
    page = (Path(__file__).parents[3] / "docs" / "exporting.md").read_text(encoding="utf-8")
    assert f"-n bis-export -s {SIGNATURE} < {MANIFEST}" in page
    assert f"sha256sum -c {MANIFEST}" in page
    assert subprocess.run(["sh", "-c", commands], cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "a b.txt").write_bytes(b"b")
    assert subprocess.run(["sh", "-c", commands], cwd=folder, capture_output=True, check=False).returncode != 0


def test_what_cannot_be_done_is_said(tmp_path: Path, signed: Path, keys: dict[str, Path]) -> None:
    """No key, a key that is none, no signature, no list of signers."""
    with pytest.raises(UsageError, match="no key"):
        sign_folder(signed, tmp_path / "nothing")
    broken = tmp_path / "broken"
    broken.write_text("no key")
    with pytest.raises(ExecutionError, match="did not sign"):
        sign_folder(signed, broken)
    with pytest.raises(NotFound, match="signature"):
        check_folder(signed, keys["ada.signers"])  # the attempt took the old one away
    sign_folder(signed, keys["ada"])
    with pytest.raises(NotFound, match="list of signers"):
        check_folder(signed, tmp_path / "nobody")


def test_what_was_signed_and_is_no_list(tmp_path: Path, keys: dict[str, Path]) -> None:
    """Somebody signed nonsense: the error has its line."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / MANIFEST).write_text("nonsense\n")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", keys["ada"], "-n", "bis-export", folder / MANIFEST], check=True
    )
    with pytest.raises(EvidenceDamaged, match="line 1"):
        check_folder(folder, keys["ada.signers"])
