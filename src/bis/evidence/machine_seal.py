"""A seal by which this machine knows what it recorded itself, and which nobody else can make.

The key is a file of the user's own in ``BIS_HOME``. A seal is over the id of a run and the digest of its record, so
that neither another record nor another run can carry it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.config import home
from bis.errors import BisError

if TYPE_CHECKING:
    from collections.abc import Mapping

SEAL = "bis.seal"  # the tag
DIGEST = "bis.digest"  # the tag with the digest of the record
_KEY = "key"
_KEY_BYTES = 32
_SEAL_BYTES = 32


def seal(run_id: str, digest: str) -> str:
    """The seal of a record that this machine has made; empty where no key can be kept."""
    try:
        key = _key() or _new_key()
    except (OSError, BisError):
        return ""
    return _keyed(key, run_id, digest)


def is_sealed_here(run_id: str, tags: Mapping[str, str]) -> bool:
    """Whether the tags of a run have the seal of this machine."""
    try:
        key = _key()
    except (OSError, BisError):
        return False
    given = tags.get(SEAL, "")
    if not key or not given:
        return False
    return hmac.compare_digest(_bytes(given), _bytes(_keyed(key, run_id, tags.get(DIGEST, ""))))


def _keyed(key: bytes, run_id: str, digest: str) -> str:
    return hashlib.blake2b(_bytes(f"{run_id}\0{digest}"), key=key, digest_size=_SEAL_BYTES).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a tag may hold what is no text


def _key() -> bytes:
    """The key of this machine; empty where there is none, or where it is not as it was written."""
    path = home() / _KEY
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return b""
    return found if len(found) == _KEY_BYTES else b""


def _new_key() -> bytes:
    """Make a key, whole or not at all; another process that does so at the same time may be the first."""
    path = home() / _KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # readable for the user alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    return _key()
