"""Zip archives: their members without the times at which they were packed."""

from __future__ import annotations

import io
import zipfile

from blake3 import blake3

from bis.record.contents.gathering import ContentUnreadable


def digest_of_members(content: bytes) -> str:
    """BLAKE3 over the names, sizes and checksums of an archive's members, by name.

    Raises
    ------
    ContentUnreadable
        It is not a zip archive.
    """
    digest = blake3()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                digest.update(f"{member.filename}\0{member.file_size}\0{member.CRC}\n".encode())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ContentUnreadable(str(error)) from error
    return digest.hexdigest()
