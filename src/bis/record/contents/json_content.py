"""JSON, and JSON lines."""

from __future__ import annotations

from bis.model.jsonable import json_value
from bis.record.contents.gathering import ContentUnreadable, Gathering


def read_json(content: bytes) -> Gathering:
    """The numbers and texts of a JSON document, by the paths of their keys.

    Raises
    ------
    ContentUnreadable
        It is not JSON.
    """
    found = Gathering()
    found.value("", _parsed(content))
    return found


def read_json_lines(content: bytes) -> Gathering:
    """The same of a document on each line: values under one path stand in the order of the lines.

    Raises
    ------
    ContentUnreadable
        A line is not JSON.
    """
    found = Gathering()
    for line in content.splitlines():
        if line.strip():
            found.value("", _parsed(line))
    return found


def _parsed(content: bytes) -> object:
    try:
        return json_value(content)
    except (ValueError, RecursionError) as error:
        raise ContentUnreadable(str(error)) from error
