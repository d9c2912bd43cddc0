"""The files of a large project, read by several processes.

Reading a file needs no other file. Forks of this process take the files in turn with it, the large ones first, and hand
the modules back at the end: that takes a third of the time in which they are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.reading import read_module
from bis._audit.shared_work import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bis._audit.parsing.ir import Module

LEAST_BYTES = 500_000  # of code, read in a tenth of a second: from there on forks gain more than they cost
_NOTEBOOK = 12  # a notebook of so many bytes costs what a script of one does: the rest is outputs


def read_modules(
    files: Sequence[str], sizes: Mapping[str, int], take: Callable[[str], bytes], *, processes: int = 1
) -> list[Module]:
    """Read files, in their order.

    Parameters
    ----------
    files : sequence of str
        Paths in the project.
    sizes : mapping of str to int
        Bytes of each.
    take : callable
        Gives the content of a file, once in each process.
    processes : int
        How many may work on them, this one included; they do where the files are large enough together.
    """
    costs = {file: sizes[file] // (_NOTEBOOK if file.endswith(".ipynb") else 1) for file in files}
    order = sorted(range(len(files)), key=lambda number: -costs[files[number]])
    enough = sum(costs.values()) >= LEAST_BYTES

    def read(number: int) -> Module:
        file = files[number]
        return read_module(take(file), is_notebook=file.endswith(".ipynb"), file=file)

    found = shared(order if enough else range(len(files)), read, processes=processes if enough else 1)
    return [found[number] for number in range(len(files))]
