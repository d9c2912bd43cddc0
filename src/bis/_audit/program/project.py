"""A project as it was read: its files, linked, with its dependencies and documents. Nothing of it can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bis._audit.files.dependencies import Dependencies
from bis._audit.files.project_documents import Documents
from bis._audit.parsing.ir import Module
from bis._audit.program.linking import Links


@dataclass(frozen=True, slots=True)
class Project:
    """An immutable view of a project.

    Parameters
    ----------
    name : str
        What the project is called in the result.
    links : Links
        Its scripts and notebooks, with names resolved across them.
    dependencies : Dependencies
        What it declares to need.
    documents : Documents
        What its documentation says.
    files : tuple of str
        Names of its own files other than code.
    texts : mapping of str to str
        Those of them that are read by name.
    beside : frozenset of str
        Names of modules that are there and not its own, or not read: vendored, excluded, of compiled languages.
    """

    name: str
    links: Links
    dependencies: Dependencies
    documents: Documents
    files: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    roots: frozenset[str] = field(init=False)
    programs: tuple[Module, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Set what follows from the rest.

        `roots` are the first parts of all imports of all files; `programs` are the files that are not tests: what a
        test logs, draws and trains is not an experiment.
        """
        object.__setattr__(self, "texts", MappingProxyType(dict(self.texts)))
        object.__setattr__(self, "roots", frozenset().union(*(module.roots for module in self.modules)))
        object.__setattr__(self, "programs", tuple(module for module in self.modules if not module.is_test))

    @property
    def modules(self) -> tuple[Module, ...]:
        """All scripts and notebooks."""
        return self.links.modules
