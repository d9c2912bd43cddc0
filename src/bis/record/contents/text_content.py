"""Plain text."""

from __future__ import annotations

from bis.record.contents.gathering import ContentUnreadable, Gathering


def read_text(content: bytes) -> Gathering:
    """The text under an empty name.

    Raises
    ------
    ContentUnreadable
        It is not UTF-8, or holds zero bytes.
    """
    if b"\0" in content:
        raise ContentUnreadable("it holds zero bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentUnreadable(str(error)) from error
    found = Gathering()
    found.text("", text.replace("\r\n", "\n"))
    return found
