"""The folders that an interpreter needs: its environment, what that was made of, and what it imports from elsewhere."""

from __future__ import annotations

import json
import os
import site
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

_MOST_LINKS = 40


@lru_cache
def interpreter_folders(python: str) -> tuple[str, ...]:
    """Folders (absolute) that must be readable for programs of an interpreter.

    Parameters
    ----------
    python : str
        Its path, which may be a link: that is what makes an environment of it.
    """
    found: list[str] = []
    path = Path(python).absolute()
    for _ in range(_MOST_LINKS):
        found.append(str(path.parents[1]))
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    found.append(str(Path(python).resolve().parents[1]))
    prefix = Path(python).absolute().parents[1]
    with suppress(OSError):
        for line in (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "home" and value.strip():
                found += [str(Path(value.strip()).parent), str(Path(value.strip()).resolve().parent)]
    if os.path.realpath(python) == os.path.realpath(sys.executable):
        found += [sys.prefix, sys.base_prefix, *(p for p in sys.path if p and Path(p).is_dir())]
        if site.ENABLE_USER_SITE and site.USER_SITE:
            found.append(site.USER_SITE)
    for packages in sorted(prefix.glob("lib*/python3*/site-packages")):
        found += _elsewhere(packages)
    return tuple(dict.fromkeys(os.path.normpath(f) for f in found if f and Path(f).is_dir()))


def _elsewhere(packages: Path) -> list[str]:
    """Folders outside of it that a folder of packages names: in ``.pth`` files, and those of editable installs."""
    found = []
    for file in sorted(packages.glob("*.pth")):
        with suppress(OSError, UnicodeDecodeError):
            lines = file.read_text(encoding="utf-8").splitlines()
            found += [line.strip() for line in lines if line.startswith("/")]
    for file in sorted(packages.glob("*.dist-info/direct_url.json")):
        with suppress(OSError, ValueError, AttributeError):
            url = str(json.loads(file.read_text(encoding="utf-8")).get("url", ""))
            if url.startswith("file://"):
                found.append(unquote(urlsplit(url).path))
    return found
