"""What numerical libraries ran with, as they said themselves at the end of a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from bis.model.facets import ThreadPool


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Thread pools, thread counts (``torch.intraop``) and switches (``torch.cpu_capability``) of loaded libraries."""

    pools: tuple[ThreadPool, ...] = ()
    threads: dict[str, int] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
