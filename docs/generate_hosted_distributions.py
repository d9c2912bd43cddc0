"""Write the table of what notebooks on Colab and on Kaggle have without installing it: names of distributions.

Both services publish what their images have, the one what ``pip freeze`` tells of it, month by month, the other the
list from which its image is made, upon that of the first. Give it clones of the two repositories, bare ones will do:
``googlecolab/backend-info`` and ``Kaggle/docker-python``::

    python docs/generate_hosted_distributions.py COLAB KAGGLE

Taken are the names in the last state of each month. When a notebook ran is not known, so that what was there once
counts: a line is a distribution that Colab has or had, and with ``kaggle`` after it, one that only Kaggle does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parents[1] / "src" / "bis" / "_audit" / "files" / "hosted_distributions.txt"
SINCE = "2022-09-01"  # Colab tells nothing of earlier days
_NAME = re.compile(r"\s*(?P<name>[A-Za-z](?:[\w.-]*\w)?)(?=$|[\s=<>~!@\[;,])")
_INSTALL = re.compile(r"\b(?:pip3?|conda|mamba) install (?P<words>[^&|;\n]*)")


def main(arguments: list[str]) -> int:
    """Read the histories of both, and write the table."""
    if len(arguments) != 2:
        print("name the clones of googlecolab/backend-info and Kaggle/docker-python", file=sys.stderr)
        return 2
    colab, kaggle = map(Path, arguments)
    of_colab = {name for text in _states(colab, "pip-freeze.txt") for name in of_list(text)}
    of_kaggle = {name for text in _states(kaggle, "kaggle_requirements.txt") for name in of_list(text)}
    for file in ("Dockerfile", "Dockerfile.tmpl"):
        of_kaggle |= {name for text in _states(kaggle, file) for name in of_dockerfile(text)}
    if not of_colab or not of_kaggle:
        missing = colab if not of_colab else kaggle
        print(f"{missing} is no clone with the lists of what is installed: nothing was written", file=sys.stderr)
        return 2
    lines = sorted([*of_colab, *(f"{name} kaggle" for name in of_kaggle - of_colab)])
    TABLE.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return 0


def of_list(text: str) -> Iterator[str]:
    """The distributions that a list of requirements names."""
    for line in text.splitlines():
        match = _NAME.match(line)
        if match is not None:
            yield canonicalize_name(match["name"])


def of_dockerfile(text: str) -> Iterator[str]:
    """The distributions that the commands of a Dockerfile install."""
    without_comments = re.sub(r"(?m)(?:^|\s)#.*$", " \\\\", re.sub(r"\{\{.*?\}\}", " ", text))
    for match in _INSTALL.finditer(re.sub(r"\\\s*\n", " ", without_comments)):
        for word in match["words"].replace('"', " ").replace("'", " ").split():
            yield from of_list(word)


def _states(repository: Path, file: str) -> Iterator[str]:
    """The text of a file at the end of each month in which it changed."""
    log = _git(repository, "log", "--format=%H %ad", "--date=format:%Y-%m", f"--since={SINCE}", "--", file)
    last = {month: commit for commit, month in reversed([line.split() for line in log.splitlines()])}
    for commit in last.values():
        yield _git(repository, "show", f"{commit}:{file}")


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
