"""Processes that a program starts draw numbers of their own, and the same in a replay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.entropy_launcher import A, B, run

if TYPE_CHECKING:
    from pathlib import Path

    from bis.instrument.entropy.entropy_plan import EntropyPlan

# What version 0.1.0 drew under root A, before the root moved from the environment into the session's folder.
DRAWN = [
    "14f90d1f", 0.5051444491159375, "59d4654a 0.37524322313274205\n",
    "85910c37 0.40712139809300263\n", "8d980a6e 0.06808334736435873\n",
]  # fmt: skip


def pools(plan: EntropyPlan, folder: Path) -> Any:
    """What pools_program draws, executed in a new folder."""
    folder.mkdir(parents=True)
    return run(plan, folder / "log", "pools_program.py", str(folder / "system.txt"))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One execution under root A."""
    return pools(A, tmp_path_factory.mktemp("original") / "run")


def test_children_replay(original: Any, tmp_path: Path) -> None:
    """Forked, spawned, pooled and otherwise started processes draw the same in another folder with the same root."""
    assert pools(A, tmp_path / "elsewhere").printed == original.printed


def test_children_differ_under_another_root(original: Any, tmp_path: Path) -> None:
    """No child draws the same under another root."""
    other = pools(B, tmp_path / "other").printed
    assert [how for how, drawn in original.printed.items() if any(facts in other[how] for facts in drawn)] == []


def test_no_two_processes_draw_the_same(original: Any) -> None:
    """Not one number is common to two processes of a run, however these were started."""
    drawn = [
        str(value)
        for processes in original.printed.values()
        for facts in processes
        for value in (facts.split() if isinstance(facts, str) else facts)
    ]
    assert len(drawn) == 3 * 24
    assert len(set(drawn)) == len(drawn)
    assert original.told("failed") == []


def test_draws_in_pools_are_reported(original: Any) -> None:
    """Which worker gets which task is not ours to replay: said once in each worker that draws."""
    assert [fact[0] for fact in original.told("uncontrolled")] == ["process pool"] * 4


def test_clean_environment_stays_clean(tmp_path: Path) -> None:
    """A child that is given an environment without the plan gets no variable of ours."""
    code = (
        "import json, os, subprocess, sys\n"
        "clean = {k: v for k, v in os.environ.items() if not k.startswith('BIS_')}\n"
        "code = 'import os, json; print(json.dumps([k for k in os.environ if k.startswith(\"BIS_\")]))'\n"
        "print(subprocess.run([sys.executable, '-c', code], env=clean, capture_output=True, text=True).stdout)"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == []


def test_packages_that_start_processes_do_not_shift_the_program(tmp_path: Path) -> None:
    """Children of the program keep their keys when a package starts one of its own in between."""
    code = (
        "import json, os, subprocess, sys, types\n"
        "infrastructure = types.ModuleType('tracker')\n"
        "exec('import os\\ndef start():\\n    pid = os.fork()\\n    pid or os._exit(0)\\n    os.waitpid(pid, 0)',"
        " infrastructure.__dict__)\n"
        "if {}: infrastructure.start()\n"
        "reader, writer = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.write(writer, os.urandom(8).hex().encode()); os._exit(0)\n"
        "print(json.dumps(os.read(reader, 16).decode()))"
    )
    alone, beside = (run(A, tmp_path / "log", "-c", code.format(start)).printed for start in (False, True))
    assert alone == beside


def test_loky_is_reported_when_it_is_used(tmp_path: Path) -> None:
    """Workers of loky draw different numbers and are reported; importing joblib alone is not."""
    pytest.importorskip("joblib")
    unused = run(A, tmp_path / "log", "-c", "import joblib; print(0)")
    assert unused.told("uncontrolled") == []
    code = (
        "import json, joblib, os, random\n"
        'tasks = (joblib.delayed(eval)(\'(__import__("time").sleep(1), __import__("os").urandom(8).hex())\')'
        " for _ in range(2))\n"
        "print(json.dumps(joblib.Parallel(n_jobs=2)(tasks)))"
    )
    used = run(A, tmp_path / "log", "-c", code)
    assert [fact[0] for fact in used.told("uncontrolled")] == ["joblib.loky"]
    assert used.printed[0][1] != used.printed[1][1]


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="subprocess spawns there, which counts a second key a child")
def test_streams_and_keys_are_those_of_earlier_versions(tmp_path: Path) -> None:
    """Under one root a program and its children draw what they drew when bis first served them: records replay."""
    child = "import os, random; print(os.urandom(4).hex(), random.random())"
    code = (
        "import json, os, random, subprocess, sys\n"
        f"run = lambda **more: subprocess.run([sys.executable, '-c', {child!r}], **more, **options).stdout\n"
        "options = {'capture_output': True, 'text': True}\n"
        "print(json.dumps([os.urandom(4).hex(), random.random(), run(), run(), run(env={**os.environ, 'X': '1'})]))"
    )
    assert run(A, tmp_path / "log", "-c", code).printed == DRAWN
