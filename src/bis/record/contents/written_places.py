"""Where the files are that a program wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bis.config import home
from bis.record.place_names import place_name
from bis.record.probes.data import data_filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.record.observed_session import ObservedSession
    from bis.record.store_places import StorePlaces


def written_places(seen: ObservedSession, prefixes: Sequence[str], stores: StorePlaces) -> dict[str, Path]:
    """The files that a program wrote and that are there now, by the path by which they are listed.

    Those outside of the project are among them, by their absolute path unless they are in the working directory; but
    not what belongs to the environment, to caches of libraries, to MLflow or to bis.
    """
    session = seen.session
    own = [home(), seen.folder, *([Path(seen.session.quarantine.folder)] if seen.session.quarantine else [])]
    keeps = data_filter(prefixes)
    found = {}
    for event in seen.all("open"):
        path = Path(event["path"])
        if event["mode"] in {"r", "db"} or stores.hold(event["path"]):
            continue
        place = place_name(path, session.project_root, session.cwd)
        name = place or str(path)
        if name in found or is_bookkeeping(Path(name)) or not path.is_file():
            continue
        if place is not None or (keeps(str(path)) and not any(path.is_relative_to(folder) for folder in own)):
            found[name] = path
    return dict(sorted(found.items()))


def artifacts_to_read(artifacts: Mapping[str, Path]) -> dict[str, Path]:
    """The artifacts whose content is the program's: not those of a model that MLflow packed, which names the time."""
    packed = {path.rpartition("/")[0] for path in artifacts if path.rpartition("/")[2] == "MLmodel"}
    return {
        path: place
        for path, place in artifacts.items()
        if not path.startswith("bis/") and not any(_is_in(path, folder) for folder in packed)
    }


def _is_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def is_bookkeeping(path: Path) -> bool:
    """MLflow's own store and Python's caches, which are not results of the program."""
    folders = {"mlruns", "mlartifacts", "__pycache__", ".git", ".ipynb_checkpoints"}
    return bool(folders & set(path.parts)) or ".db" in path.suffixes or path.name.endswith((".db-wal", ".db-journal"))
