"""Seeded programs give the same bits with and without bis; unseeded ones are repeated bit for bit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functional.scene import Project

PROGRAMS = Path(__file__).parents[1] / "assets" / "reproduction"

# Keras, which takes twenty seconds a program, is seeded in test_entropy_frameworks.py and unseeded in test_study.py;
# PyTorch without workers is in test_entropy_frameworks.py.
FRAMEWORKS = ["sklearn", pytest.param("torch", marks=pytest.mark.torch)]


def _without_bis(project: Project, *command: str) -> str:
    """The program's output in an environment in which bis is not installed: same packages, but no bis among them."""
    hidden = project.folder.parent / "without-bis"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.metadata as m, sys\n"
        "class Nothing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'bis': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Nothing())\n"
        "found = m.entry_points\n"
        "m.entry_points = lambda **k: m.EntryPoints(e for e in found(**k) if not e.value.startswith('bis.'))\n"
        "import atexit, os\n"
        "atexit.register(lambda: [m for m in sys.modules if m.split('.')[0] == 'bis'] and os._exit(99))\n",
        encoding="utf-8",
    )
    environ = {**project.environ(), "PYTHONPATH": str(hidden)}
    done = subprocess.run(command, env=environ, check=True, cwd=project.folder, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_seeded_programs_give_the_same_bits(project: Project, framework: str) -> None:
    """Recorded, in ambient mode and where bis is not installed, a seeded program computes the same."""
    pytest.importorskip(framework)
    shutil.copy(PROGRAMS / "seeded.py", project.folder)
    program = ("seeded.py", framework)
    recorded = project.bis("run", *program)
    ambient = project.command(sys.executable, *program)
    outputs = [recorded.out, ambient.out, _without_bis(project, sys.executable, *program)]
    weights = [[line for line in text.splitlines() if "🏃" not in line and "🧪" not in line] for text in outputs]
    assert recorded.code == ambient.code == 0, recorded.err + ambient.err
    assert len(weights[0]) == 1
    assert len(weights[0][0]) > 4000
    assert weights[0] == weights[1] == weights[2]
    tags = {r.tags.get("bis.mode", "None") for r in project.store.runs()}
    assert tags == {"run", "ambient", "None"}


@pytest.mark.parametrize(
    ("framework", "arguments", "times"),
    [("sklearn", (), 3), pytest.param("torch", ("2",), 1, marks=pytest.mark.torch)],
)
def test_unseeded_programs_replay_bit_for_bit(
    project: Project, framework: str, arguments: tuple[str, ...], times: int
) -> None:
    """All exact replays have every bit of metrics and weights; a second recording has not."""
    pytest.importorskip(framework)
    name = f"unseeded_{framework}.py"
    shutil.copy(PROGRAMS / name, project.folder)
    first = project.record(name, *arguments)
    done = project.bis("replay", first, "-n", str(times), "--json", timeout=300)
    verdict = json.loads(done.out)
    assert (done.code, verdict["level"]) == (0, "bitwise"), done.err + done.out
    assert [o["failure"] for o in verdict["outcomes"]] == [None] * times
    models = [i for i in verdict["groups"][0]["items"] if i["kind"] == "model"]
    assert models, "no weights were compared"
    assert {m["level"] for m in models} == {"bitwise"}
    if framework == "sklearn":  # the same without --root: that it was not constant all along
        second = project.record(name, *arguments)
        assert project.bis("diff", first, second).code == 1
