"""YAML and TOML."""

from __future__ import annotations

import sys

import yaml

from bis.record.contents.gathering import ContentUnreadable, Gathering

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # makes plain values only
_LARGEST_YAML = 1 << 20  # it is slow to read


def read_yaml(content: bytes) -> Gathering:
    """The numbers and texts of YAML documents, by the paths of their keys.

    Raises
    ------
    ContentUnreadable
        It is not YAML, or has tags that would make objects.
    """
    if len(content) > _LARGEST_YAML:
        raise ContentUnreadable("too large")
    found = Gathering()
    try:
        for document in yaml.load_all(content, Loader=_LOADER):
            found.value("", document)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ContentUnreadable(str(error)) from error
    return found


def read_toml(content: bytes) -> Gathering:
    """The numbers and texts of a TOML document, by the paths of their keys.

    Raises
    ------
    ContentUnreadable
        It is not TOML.
    """
    found = Gathering()
    try:
        found.value("", tomllib.loads(content.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise ContentUnreadable(str(error)) from error
    return found
