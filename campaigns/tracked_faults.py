"""Faults in recorded programs that log to MLflow: what is in their store is as without bis, whatever the recorder met.

The calls that fail are those by which something changes in the home of bis; the store itself is not disturbed.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from campaigns.programs import MAIN, DrawnProgram, draw_program
from campaigns.recorder_faults import Chosen, Surroundings, trials_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.scenes import Scene
    from campaigns.trials import Trial

KIND = "tracked"
PER_GROUP = 40
_LOGGED = """\
import mlflow

with mlflow.start_run():
    mlflow.log_params({{"lr": {lr}, "layers": [1, 2]}})
    for step in range({steps}):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({{"a": {lr}, "b": 2.0}}, step=1)
    mlflow.set_tag("kind", "drawn")
    mlflow.log_text("a text", "notes/a.txt")
"""
_CHANGING = ("runs", "latest metrics")  # while the program runs: of a killed one they are those of some moment
_TABLES = {
    "runs": "SELECT status, name IS NOT NULL FROM runs",
    "params": "SELECT key, value FROM params",
    "metrics": "SELECT key, value, step, is_nan FROM metrics",
    "latest metrics": "SELECT key, value, step FROM latest_metrics",
    "tags": "SELECT key, value FROM tags WHERE key NOT LIKE 'bis.%' AND key NOT IN ('mlflow.runName', 'mlflow.user')",
}


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one program, faults at its steps; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    drawn = draw_program(rng)
    logged = _LOGGED.format(lr=rng.choice((0.1, 1e-3)), steps=rng.choice((2, 30)))
    program = DrawnProgram({**drawn.files, MAIN: f"{logged}{drawn.files[MAIN]}"})
    yield from trials_of(scene, Chosen(KIND, group, only, per_group), program, rng, _Store(scene))


class _Store(Surroundings):
    """The store of the program: a database and a folder of artifacts."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._plain: dict[str, list[Any]] = {}

    def remember(self) -> None:
        self._plain = self._content()

    def renew(self) -> None:
        shutil.rmtree(self._scene.store)
        self._scene.store.mkdir()
        shutil.copy(self._scene.kept / "mlflow.db", self._scene.store / "mlflow.db")

    def breaches(self, *, killed: bool) -> Iterator[str]:
        found = self._content()
        for name, plain in self._plain.items():
            extra = [row for row in found[name] if row not in plain]
            if killed and name not in _CHANGING and extra:
                yield f"the killed program has {name} in its store that it would not have: {extra[:3]}"
            if not killed and found[name] != plain:
                yield f"{len(found[name])} {name} in its store, not the {len(plain)} of without bis: {extra[:3]}"

    def _content(self) -> dict[str, list[Any]]:
        folder = self._scene.store
        with closing(sqlite3.connect(folder / "mlflow.db")) as database:
            found: dict[str, list[Any]] = {
                name: sorted(database.execute(query).fetchall(), key=repr) for name, query in _TABLES.items()
            }
        # What MLflow was writing when its process was killed has another name.
        logged = [p for p in sorted(folder.glob("artifacts/**/*")) if p.is_file() and ".uploading." not in p.name]
        # Their places have the id of the run.
        found["artifacts"] = [("/".join(p.relative_to(folder).parts[2:]), p.read_bytes()) for p in logged]
        return found
