"""Zip archives: their members without the times at which they were packed, and without addresses of memory."""

from __future__ import annotations

import io
import json
import zipfile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from bis.model.jsonable import json_value
from bis.record.contents.gathering import ContentUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCHEMA = "schema.json"  # of skops, in which MLflow writes scikit-learn's models
_SCHEMA_VERSION = "_skops_version"
_ADDRESS = "__id__"
_MEMBER = "file"


def digest_of_members(content: bytes) -> str:
    """BLAKE3 over the names, sizes and checksums of an archive's members, by name.

    In a model that skops wrote, objects and the files of their arrays are named by where they lay in memory: they are
    numbered in the order of its schema instead.

    Raises
    ------
    ContentUnreadable
        It is not a zip archive.
    """
    digest = blake3()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            schema = _schema(archive)
            renamed: dict[str, str] = {}
            if schema is not None:
                _number(schema, {}, renamed)
                digest.update(json.dumps(schema, sort_keys=True).encode())
            for name, member in sorted(_named(archive, renamed), key=itemgetter(0)):
                if schema is None or name != _SCHEMA:
                    digest.update(f"{name}\0{member.file_size}\0{member.CRC}\n".encode())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ContentUnreadable(str(error)) from error
    return digest.hexdigest()


def _named(archive: zipfile.ZipFile, renamed: Mapping[str, str]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for member in archive.infolist():
        yield renamed.get(member.filename, member.filename), member


def _schema(archive: zipfile.ZipFile) -> Any:
    """The schema of a model that skops wrote; None in another archive."""
    if _SCHEMA not in archive.namelist():
        return None
    found = json_value(archive.read(_SCHEMA))
    return found if isinstance(found, dict) and _SCHEMA_VERSION in found else None


def _number(node: Any, objects: dict[Any, int], files: dict[str, str]) -> None:
    """Replace addresses in a part of a schema by numbers, in the order in which they come; the same one alike."""
    if isinstance(node, list):
        for member in node:
            _number(member, objects, files)
    elif isinstance(node, dict):
        if isinstance(node.get(_ADDRESS), int):
            node[_ADDRESS] = objects.setdefault(node[_ADDRESS], len(objects))
        if isinstance(node.get(_MEMBER), str):
            name = node[_MEMBER]
            suffix = name.rpartition(".")[2]
            node[_MEMBER] = files.setdefault(name, f"{len(files):09d}.{suffix}")
        for member in node.values():
            _number(member, objects, files)
