"""Published notebooks, unmodified, against what they were saved with on another machine, with other versions.

Both were saved by real executions with MLflow 2.17 and scikit-learn 1.5, and have the cells of the study's notebooks:
an installation, a server, autologging, metrics, tables, figures, progress bars, log lines.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Done, Project

pytest.importorskip("nbclient")
pytestmark = pytest.mark.slow
NOTEBOOKS = Path(__file__).parents[1] / "assets" / "notebooks"
CHANGED = 23


@pytest.fixture(scope="module")
def published(new_project: Callable[..., Project]) -> Project:
    """A project in which pip finds nothing to fetch, and the database of which the notebooks speak is there."""
    project: Project = new_project("published", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    shutil.copy(project.uri.removeprefix("sqlite:///"), project.folder / "mlflow.db")
    return project


def verified(project: Project, name: str, text: str, *arguments: str) -> Done:
    """Run a notebook, and compare it with its saved outputs."""
    project.add(name, text)
    uri = f"sqlite:///{project.folder / 'mlflow.db'}"
    run_id = project.record(name, MLFLOW_TRACKING_URI=uri)
    return project.bis("verify", run_id, "--expect", "saved-outputs", *arguments, MLFLOW_TRACKING_URI=uri)


def document(project: Project, name: str) -> dict[str, Any]:
    """The verdict on a published notebook, which is a yes."""
    text = (NOTEBOOKS / f"published_{name}.ipynb").read_text(encoding="utf-8")
    done = verified(project, f"{name}.ipynb", text, "--json")
    found: dict[str, Any] = json.loads(done.out)
    differing = [i for i in found["groups"][0]["items"] if i["counts"] and i["level"] not in {"bitwise", "numerical"}]
    assert differing == []
    assert done.code == 0, done.err
    return found


def codes(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of the whole, by its code."""
    return {one["code"]: one["figures"] for one in found["statements"]}


def test_the_first_experiment(published: Project) -> None:
    """Its figures agree to 15 digits; the installation, the server and the logs do not count, and are told."""
    found = document(published, "basic")
    said = codes(found)
    assert said["saved-compared"]["results"] > 100
    assert said["saved-compared"]["differing"] == said["saved-compared"]["undecided"] == 0
    assert said["cells-install"]["cells"] == 1
    assert said["cells-not-run"]["cells"] == 1
    assert said["cells-log"]["cells"] >= 1
    assert said["pictures-compared"]["pictures"] == 2
    compared = {(i["cell"], i["name"]) for i in found["groups"][0]["items"] if i["counts"]}
    assert compared == {(c, "execute_result") for c in (5, 9, 10)} | {(c, "stdout") for c in (6, 8, 13)}


def test_the_second_experiment(published: Project) -> None:
    """The figures of its epochs, tables and reports agree; times, process ids and progress bars are no results."""
    found = document(published, "complex")
    assert codes(found)["saved-compared"]["results"] > 150
    assert codes(found)["cells-not-run"]["cells"] == 2
    compared = {i["cell"] for i in found["groups"][0]["items"] if i["counts"]}
    assert compared == {4, 5, 7, 8, 9}


def long_notebook() -> str:
    """Forty cells that were saved elsewhere, in one of which a figure was another one."""
    first = (
        "import os, sys, time\n"
        "class Figure:\n"
        "    def __repr__(self):\n"
        "        return f'<Figure size {os.getpid()}x480 with 1 Axes>'\n"
    )
    cells: list[dict[str, Any]] = [{"source": first, "outputs": []}]
    for i in range(1, 40):
        source = (
            f"print('fold {i}: accuracy', {0.5 + i / 1000:.4f}, 'after', time.perf_counter(), 's')\n"
            f"log = '.1: I tensorflow/core/util/port.cc:{i}] on'\n"
            "print(time.strftime('%Y-%m-%d %H:%M:%S') + log, file=sys.stderr)\n"
            "Figure()"
        )
        accuracy = 0.5 + i / 1000 + (0.001 if i == CHANGED else 0)
        printed = f"fold {i}: accuracy {accuracy:.4g} after 12.5 s\n"
        log = f"2024-02-01 12:00:00.1: I tensorflow/core/util/port.cc:{i + 7}] on\n"
        shown = {"text/plain": "<Figure size 432x288 with 1 Axes>"}
        outputs = [
            {"output_type": "stream", "name": "stdout", "text": printed},
            {"output_type": "stream", "name": "stderr", "text": log},
            {"output_type": "execute_result", "execution_count": i, "metadata": {}, "data": shown},
        ]
        cells.append({"source": source, "outputs": outputs})
    whole = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "id": f"c{i}"} | c for i, c in enumerate(cells)
    ]
    return json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_the_one_change_of_a_long_notebook(published: Project) -> None:
    """It is the first difference that is listed, with its cell, its name and both values."""
    done = verified(published, "long.ipynb", long_notebook())
    assert done.code == 1, done.err
    headline, _, _, first = done.out.splitlines()[:4]
    assert headline.startswith("divergent: 1 of 78 saved results differs")
    assert first.startswith(f"cell {CHANGED} (stdout): ")
    assert "accuracy" in first
    assert "printed 0.524, found 0.523" in first
    assert done.out.count("divergent") == 2


def relatives() -> str:
    """What a notebook prints besides its results, as it was saved on another machine, with one figure of a model."""
    imports = "import logging, os, platform, sys, time, uuid, warnings\nt0 = time.time()"
    saved: list[tuple[str, dict[str, str], str]] = [
        (imports, {}, ""),
        ("print('mse:', 2900.1936284934804)", {"stdout": "mse: 2900.19362849348\n"}, ""),
        ("print('Listening at: http://127.0.0.1:6006/ (%d)' % os.getpid())",
         {"stdout": "Listening at: http://127.0.0.1:6007/ (4242)\n"}, ""),
        ("logging.basicConfig(level='INFO')\nlogging.getLogger('fit').info('worker %d ready', os.getpid())",
         {"stderr": "INFO:fit:worker 1234 ready\n"}, ""),
        ("warnings.warn('deprecated since 1.4')",
         {"stderr": "C:\\\\Temp\\\\9.py:1: FutureWarning: deprecated since 1.2\n  warnings.warn('x')\n"}, ""),
        ("id(t0)", {}, "140231231231232"),
        ("print('object id:', id(t0))", {"stdout": "object id: 140231231231232\n"}, ""),
        ("uuid.uuid4().hex, time.time()", {}, "('0a3d3e0e9a4f4a579b3c5d1c6c1d6b4b', 1705310000.123)"),
        ("print(time.time())\nprint(sys.version)", {"stdout": "1705310000.1\n3.10.9 (main, Mar  1 2023)\n"}, ""),
        ("time.time() - t0", {}, "12.5"),
        ("platform.platform(), os.cpu_count()", {}, "('Windows-10-10.0.19045-SP0', 16)"),
    ]  # fmt: skip
    cells = []
    for i, (source, streams, value) in enumerate(saved):
        outputs: list[dict[str, Any]] = [
            {"output_type": "stream", "name": name, "text": text} for name, text in streams.items()
        ]
        if value:
            shown = {"text/plain": value}
            outputs.append({"output_type": "execute_result", "execution_count": i, "metadata": {}, "data": shown})
        cell = {"cell_type": "code", "metadata": {}, "execution_count": i, "id": f"r{i}", "source": source}
        cells.append(cell | {"outputs": outputs})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_what_is_no_result_does_not_decide(published: Project) -> None:
    """Servers, logs, warnings, times, addresses and ids are told, and the one figure decides: 15 digits agree."""
    done = verified(published, "relatives.ipynb", relatives(), "--json")
    found = json.loads(done.out)
    assert found["level"] == "numerical", done.out
    counting = [i for g in found["groups"] for i in g["items"] if i["counts"]]
    assert [(i["cell"], i["name"], i["level"]) for i in counting] == [(1, "stdout", "numerical")]
    assert codes(found)["cells-tell-surroundings"]["cells"] == 7
