"""The environment variables that a session's program read, from the events of its processes.

What a shell puts into the command that the program gives it is read by the program, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.evidence.session_secrets import kept_variables
from bis.model.record import Mode
from bis.record.probes.child_commands import expanded_variables
from bis.record.probes.code import relative_to
from bis.record.probes.variables import VariableRead, is_surroundings, probe_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bis.model.facets import Variable
    from bis.record.observed_session import ObservedSession


def variables_of(seen: ObservedSession, sources: Callable[[], Iterable[str]]) -> tuple[Variable, ...] | None:
    """The variables that are input of a session's program; None where its recorder did not look for them.

    Parameters
    ----------
    seen : ObservedSession
        What the spool holds.
    sources : callable
        Gives the texts of the program's sources.
    """
    if not seen.all("variable") and not seen.all("library-variables"):
        return None
    environ, named = kept_variables(seen.folder)
    root = Path(seen.session.project_root)
    own: set[str] = set()
    reads = []
    for event in sorted(seen.all("variable"), key=lambda e: float(e["t"])):
        name = str(event["name"])
        if event["how"] == "set":
            own.add(name)  # from here on the program reads what it wrote
        elif name not in own:
            reads.append(
                VariableRead(name, bool(event["there"]), *_place(str(event["file"]), int(event["line"]), root))
            )
    reads += [
        VariableRead(name, name in environ)
        for event in seen.all("child")
        if not event["python"]
        for name in expanded_variables(event["command"])
        if name not in own
    ]
    of_libraries: dict[str, tuple[bool, str]] = {}
    for event in seen.all("library-variables"):
        for name, (there, package) in event["names"].items():
            if name not in own:
                of_libraries.setdefault(name, (bool(there), str(package)))
    if seen.session.mode is Mode.AMBIENT and not reads:  # they may have been read before MLflow was imported
        return None
    return probe_variables(reads, of_libraries=of_libraries, environ=environ, named=named, sources=sources)


def _place(file: str, line: int, root: Path) -> tuple[str, int]:
    """The place of a read; nothing for code that is in no file, as that of a notebook's cells."""
    return (relative_to(file, root), line) if Path(file).is_file() else ("", 0)


def unkept_values(variables: Iterable[Variable] | None) -> tuple[str, ...]:
    """Why the variables are not recorded in full: those whose values were not kept."""
    lost = [v.name for v in variables or () if v.there and v.value is None and not is_unimportant(v)]
    if not lost:
        return ()
    values = "the value of" if len(lost) == 1 else "the values of"
    reason = f"{values} {', '.join(lost)}, read from the environment: not recorded, since --env did not name them"
    return (reason,)


def is_unimportant(variable: Variable) -> bool:
    """Whether it is no loss that a value was not kept: a secret, and what says where a program runs."""
    return variable.secret or is_surroundings(variable.name)
