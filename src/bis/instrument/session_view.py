"""The launcher's instructions to the instrument: ``session.json``, read once in each process.

The host's side of this document is `bis.model.session.Session`. This side must be light: building that class alone
takes longer than all that the instrument does before the program starts. A test compares the two.
"""

from __future__ import annotations

import os

from bis.instrument.light_json import parsed

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

SESSION = "session.json"
VERSION = 1
AMBIENT = "ambient"
REPLAY = "replay"
RUN = "run"
WARM_VARIABLE = "BIS_WARM"  # of a process that only imports and forks: the number of its socket's descriptor
NO_INPUT = "nothing"  # the kind of a standard input that is closed or the null device
_OPTIONAL: dict[str, Any] = {
    "tracking_uri": None,
    "states": [],
    "quarantine": None,
    "variables": {},
    "roles": {},
    "tracking_variable": None,
    "parameters": {},
    "stdin": None,
    "scoped": False,
    "reseeded": False,
    "probe": "",
    "trial": None,
    "operations": None,
    "switches": [],
    "python": "",
    "stderr_in_stdout": False,
}


class SessionView:
    """The fields of ``session.json`` as JSON has them; docs/formats/spool.md says what they mean.

    Parameters
    ----------
    fields : mapping of str to JSON value
        The document. Unknown keys are ignored.

    Raises
    ------
    ValueError
        A field is missing.
    """

    version: int
    session: str
    mode: str
    started_unix_s: float
    bis_version: str
    kind: str
    target: str
    argv: list[str]
    interpreter_options: list[str]
    cwd: str
    project_root: str
    root: str
    serve: bool
    hash_seed: str | None
    spool: str
    tracking_uri: str | None
    states: list[dict[str, Any]]
    quarantine: dict[str, Any] | None
    variables: dict[str, str]
    roles: dict[str, str]
    tracking_variable: str | None
    parameters: dict[str, str]
    stdin: dict[str, Any] | None
    scoped: bool
    reseeded: bool
    probe: str
    trial: dict[str, Any] | None
    operations: dict[str, Any] | None
    switches: list[str]
    python: str
    stderr_in_stdout: bool

    def __init__(self, fields: Mapping[str, Any]) -> None:
        for name in SessionView.__annotations__:
            if name in fields:
                setattr(self, name, fields[name])
            elif name in _OPTIONAL:
                setattr(self, name, _OPTIONAL[name])
            else:
                raise ValueError(f"{SESSION}: expected the key {name!r}, found {sorted(fields)}")

    def fields(self) -> dict[str, Any]:
        """The document: for a process that describes itself."""
        return dict(vars(self))


def read_view(spool: str) -> SessionView:
    """Read the document in the folder of a session.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is damaged, or of a later version.
    """
    with open(os.path.join(spool, SESSION), encoding="utf-8") as file:  # noqa: PTH118, PTH123 (pathlib is not loaded)
        document = parsed(file.read())
    if not isinstance(document, dict):
        raise ValueError(f"{SESSION}: expected an object, found {type(document).__name__}")  # noqa: TRY004 (of the file)
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ValueError(f"{SESSION} has format version {version}; this bis knows {VERSION}")
    return SessionView(document)
