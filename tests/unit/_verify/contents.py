"""Builders of contents of files for the tests of this folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bis.model.facets import FileDigest, Outputs
from bis.model.written_content import ContentKind, NamedNumbers, WrittenContent
from tests.unit._verify.runs import outputs


def named(name: str, *values: float, count: int | None = None, digest: str = "") -> NamedNumbers:
    """Numbers under a name, with a digest of their own."""
    texts = tuple(float(v).hex() for v in values)
    return NamedNumbers(
        name, texts, len(values) if count is None else count, digest or hashlib.sha256(repr(texts).encode()).hexdigest()
    )


def content(
    path: str,
    *numbers: NamedNumbers,
    kind: ContentKind = ContentKind.JSON,
    texts: dict[str, str] | None = None,
    cut: bool = False,
    artifact: bool = False,
) -> WrittenContent:
    """A file with these numbers and texts."""
    digest = hashlib.sha256(repr((numbers, texts, cut)).encode()).hexdigest()
    return WrittenContent(path, kind, 10, digest, artifact=artifact, numbers=numbers, texts=texts or {}, cut=cut)


def wrote(*contents: WrittenContent, base: Outputs | None = None) -> Outputs:
    """Outputs with these files and artifacts."""
    files = tuple(FileDigest(c.path, c.size_bytes, c.digest) for c in contents if not c.artifact)
    artifacts = tuple(FileDigest(c.path, c.size_bytes, c.digest) for c in contents if c.artifact)
    return replace(base or outputs(), files=files, artifacts=artifacts, contents=contents)
