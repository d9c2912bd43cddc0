"""A list of digests of all files of a folder, signed with an SSH key, and the check of both.

Everything can be checked without bis: the list is what ``sha256sum`` reads, the signature what ``ssh-keygen -Y`` makes.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from typing import TYPE_CHECKING

from bis.errors import EvidenceDamaged, ExecutionError, NotFound, StorageError, UsageError
from bis.model.exported_run import ExportCheck

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "manifest.sha256"
SIGNATURE = f"{MANIFEST}.sig"
NAMESPACE = "bis-export"  # what a signature is for: one that was made for something else does not pass
_OWN = frozenset({MANIFEST, SIGNATURE})
_TIMEOUT_S = 60
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"\\": "\\", "n": "\n", "r": "\r"}


def sign_folder(folder: Path, key: Path) -> None:
    """Write the list of digests of a folder, and sign it.

    Parameters
    ----------
    folder : Path
        What is signed, with all that is in it.
    key : Path
        A private key, or the public one of a key that the agent holds.

    Raises
    ------
    UsageError
        There is no such key.
    ExecutionError
        ssh-keygen is not there, or refuses; what it says is in the message.
    """
    if not key.is_file():
        raise UsageError(
            f"there is no key {key}", hint="Make one with: ssh-keygen -t ed25519 -f KEY; then give its path."
        )
    manifest = folder / MANIFEST
    try:
        (folder / SIGNATURE).unlink(missing_ok=True)
        text = "".join(f"{_line(folder, path)}\n" for path in _paths(folder))
        manifest.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise StorageError(f"{manifest} cannot be written: {error.strerror}") from error
    done = _ssh_keygen(["-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(manifest)])
    if done.returncode != 0:
        raise ExecutionError(
            f"ssh-keygen did not sign {manifest}: {_said(done)}",
            hint="Is the key readable, and does its passphrase have an agent (ssh-add)?",
        )


def check_folder(folder: Path, allowed_signers: Path) -> ExportCheck:
    """Check the signature of a folder, and each file in it.

    Parameters
    ----------
    folder : Path
        A signed export.
    allowed_signers : Path
        Who may have signed it: lines of an identity and a public key, as ssh-keygen(1) describes them.

    Raises
    ------
    NotFound
        The folder, its list of digests, its signature or the list of signers is not there.
    EvidenceDamaged
        The list of digests was signed, and is none.
    ExecutionError
        ssh-keygen is not there.
    """
    manifest, signature = folder / MANIFEST, folder / SIGNATURE
    for path, what in ((manifest, "list of digests"), (signature, "signature"), (allowed_signers, "list of signers")):
        if not path.is_file():
            raise NotFound(f"there is no {what} {path}", hint="`bis export RUN_ID --ro-crate OUT --sign KEY` signs.")
    content = manifest.read_bytes()
    signer, reason = _signer(content, signature, allowed_signers)
    try:
        listed = listed_digests(content, manifest)
    except EvidenceDamaged:
        if signer:
            raise
        listed = {}  # it is not what was signed, which is all that there is to say
    return compared(folder, listed, signer=signer, reason=reason)


def compared(folder: Path, listed: Mapping[str, str], *, signer: str = "", reason: str = "") -> ExportCheck:
    """What of a folder is other than in a list of digests."""
    found = {path: _digest(folder / path) for path in _paths(folder)}
    return ExportCheck(
        signer=signer,
        files=len(listed),
        changed=tuple(sorted(p for p in listed.keys() & found.keys() if listed[p] != found[p])),
        missing=tuple(sorted(listed.keys() - found.keys())),
        added=tuple(sorted(found.keys() - listed.keys())),
        reason=reason,
    )


def _signer(content: bytes, signature: Path, allowed: Path) -> tuple[str, str]:
    """The identity of who signed, or empty and why there is none."""
    found = _ssh_keygen(["-Y", "find-principals", "-s", str(signature), "-f", str(allowed)])
    if found.returncode != 0:
        return "", _said(found)
    said = ""
    for identity in found.stdout.decode("utf-8", "replace").splitlines():
        checked = _ssh_keygen(
            ["-Y", "verify", "-f", str(allowed), "-I", identity, "-n", NAMESPACE, "-s", str(signature)], content
        )
        if checked.returncode == 0:
            return identity, ""
        said = _said(checked)
    return "", said


def _ssh_keygen(arguments: list[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments], input=given, capture_output=True, check=False, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExecutionError(
            f"ssh-keygen cannot be run: {error}", hint="It comes with OpenSSH; signatures need version 8.2 or later."
        ) from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace")
    return " ".join(text.split()) or f"exit status {done.returncode}"


def _paths(folder: Path) -> list[str]:
    """Everything in a folder but what is made here; a link counts as what it is, and is not followed."""
    found = [p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()]
    return sorted(name for p in found if (name := p.relative_to(folder).as_posix()) not in _OWN)


def _digest(path: Path) -> str:
    """The SHA-256 of a file; of what is no file, nothing."""
    if path.is_symlink() or not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _line(folder: Path, path: str) -> str:
    """A line as ``sha256sum`` writes it: names with line ends or backslashes are escaped, and marked."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != path else ""
    return f"{mark}{_digest(folder / path)}  {escaped}"


def listed_digests(content: bytes, manifest: Path) -> dict[str, str]:
    """The files that a list names, with their digests; `manifest` is where it is from, for messages.

    Raises
    ------
    EvidenceDamaged
        It is no such list.
    """
    listed: dict[str, str] = {}
    lines = content.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    for number, line in enumerate(lines if content else [], start=1):
        digest, separator, name = line.partition("  ")
        if digest.startswith("\\"):
            digest, name = digest[1:], _unescaped(name)
        if not separator or not _DIGEST.fullmatch(digest) or not name or "\0" in name:
            raise EvidenceDamaged(f"{manifest}: line {number} is not a digest and a name: {line[:80]!r}")
        if listed.setdefault(name, digest.lower()) != digest.lower():
            raise EvidenceDamaged(f"{manifest}: line {number} gives {name[:80]!r} another digest than an earlier one")
    return listed


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[0]), name)
