"""Run ids in Kedro's catalogue: a data set of its plug-in that loads the model or metric of one run."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bis._audit.files.configurations import is_configuration
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ENTRY = re.compile(r"(?m)^(?=[^\s#])")  # an entry begins at the start of a line
_TYPE = re.compile(r"(?m)^[ \t]+type[ \t]*:[ \t]*[\"']?kedro_mlflow\.")
_ID = re.compile(r"(?m)^[ \t]+run_id[ \t]*:[ \t]*[\"']?(?P<id>[0-9a-f]{32})\b")


def catalogue_run_ids(texts: Mapping[str, str]) -> Iterator[Place]:
    """The places of such ids.

    Parameters
    ----------
    texts : mapping of str to str
        The project's files that are read by name.
    """
    for file, text in texts.items():
        if "kedro_mlflow." not in text or not is_configuration(file):
            continue
        starts = [*(match.start() for match in _ENTRY.finditer(text)), len(text)]
        for start, end in pairwise(starts):
            found = _ID.search(text, start, end) if _TYPE.search(text, start, end) else None
            if found is not None:
                line = text.count("\n", 0, found.start("id")) + 1
                yield Place(file, -1, line, found.start("id") - text.rfind("\n", 0, found.start("id")))
