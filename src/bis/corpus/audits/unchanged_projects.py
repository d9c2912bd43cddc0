"""Projects of a corpus whose files are as they were: what was written about them is written again, and none is read.

As in git's index, a file is unchanged while its size, its times and its number on the disk are. A file that was changed
moments before it was looked at could change once more without a trace in its times: such a project is audited again.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from bis._audit.cache import Cache
from bis._audit.files.revision import head_of
from bis._audit.files.tree import walk
from bis.evidence.digests import digest_bytes

if TYPE_CHECKING:
    from bis._audit.audit_options import Options
    from bis.corpus.projects import ProjectSource

_MOMENTS_NS = 2_000_000_000  # the coarsest times of files
_LONGEST_S = 2.0  # for all projects one by one; the processes of the corpus look at the rest side by side


class UnchangedProjects:
    """What is known of projects that have not changed.

    Parameters
    ----------
    options : Options
        Of the audits; without a cache nothing is known.
    version : str
        Of all that decides over a result besides the project.
    """

    def __init__(self, options: Options, version: str) -> None:
        self._options = options
        self._cache = Cache(options.cache, version) if options.cache is not None else None
        self._left_s = _LONGEST_S

    def line_of(self, source: ProjectSource) -> str | None:
        """The result of a project that has not changed since it was kept; None where it must be audited."""
        if self._cache is None or source.folder is None or self._left_s <= 0:
            return None
        begin, key = time.monotonic(), _key(source)
        # Files are looked at only where that can be of use.
        state = self.state_of(source) if self._cache.has_line(key) else ""
        line = self._cache.line(key, state) if state else None
        self._left_s -= time.monotonic() - begin
        return line

    def keep(self, source: ProjectSource, state: str, line: str) -> None:
        """Remember the result of a project that was in this state."""
        if state and self._cache is not None:
            self._cache.keep_line(_key(source), state, line)

    def state_of(self, source: ProjectSource) -> str:
        """Of all files that an audit may read; empty where one has just been changed, or cannot be looked at."""
        folder = source.folder
        if folder is None or self._cache is None:
            return ""
        now, options = time.time_ns(), self._options
        tree = walk(folder, exclude=options.exclude, max_file_mib=options.max_file_mib)
        seen = []
        try:
            for file in (*tree.sources, *tree.others):
                found = os.lstat(f"{folder}/{file}")
                if max(found.st_mtime_ns, found.st_ctime_ns) > now - _MOMENTS_NS:
                    return ""
                seen.append((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode))
            head = head_of(folder)
        except OSError:
            return ""
        return digest_bytes(repr((tree, seen, head)).encode("utf-8", "replace"))


def _key(source: ProjectSource) -> str:
    folder = str(source.folder.resolve()) if source.folder is not None else ""
    return f"{folder}\0{source.name}\0{source.commit or ''}"
