"""Notebooks in real kernels."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
import time
import venv
from pathlib import Path

import pytest

from bis.errors import EnvironmentBuildError, UsageError
from bis.launch.notebook import NotebookResult, run_notebook
from bis.model.facets import Cell, CellOutput
from bis.notebooks.document import notebook_from_cells, saved_outputs

pytest.importorskip("ipykernel")
psutil = pytest.importorskip("psutil")
NOTEBOOKS = Path(__file__).parents[2] / "assets" / "notebooks"


def _run(name: str, cwd: Path, **choices: object) -> NotebookResult:
    env = {**os.environ, "GREETING": "hello", "IPYTHONDIR": str(cwd / "ipython")}
    return run_notebook(NOTEBOOKS / f"{name}.ipynb", python=sys.executable, env=env, cwd=cwd, **choices)  # type: ignore[arg-type]  # passed on as given


def _alive(cwd: Path) -> list[int]:
    """Those of the processes that the notebook noted which still run."""
    pids = [int(pid) for pid in (cwd / "pids").read_text().split()]
    assert pids
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def _kernels(cwd: Path) -> list[int]:
    """Kernels whose working directory is `cwd`."""
    return [
        process.pid
        for process in psutil.process_iter(["cwd", "status"])
        if process.info["cwd"] == str(cwd) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_a_notebook_runs_with_parameters(tmp_path: Path) -> None:
    """Parameters, environment, directory, outputs and positions are as said; the input stays as it was."""
    before = (NOTEBOOKS / "training.ipynb").read_bytes()
    seen: list[tuple[int, int]] = []
    printed = {"stdout": "", "stderr": ""}
    executed = tmp_path / "out" / "executed.ipynb"
    result = _run(
        "training",
        tmp_path,
        parameters={"steps": "2", "name": "5"},
        executed_path=executed,
        on_cell=lambda position, total: seen.append((position, total)),
        on_output=lambda stream, text: printed.update({stream: printed[stream] + text}),
    )
    assert result.failure is None
    assert result.outputs[:4] == (
        CellOutput(2, "stdout", "step 0: 0.2000\nstep 1: 0.3600\n"),
        CellOutput(2, "stderr", "done 5\n"),
        CellOutput(4, "execute_result", "0.36"),
        CellOutput(5, "stdout", f"{tmp_path}\nhello\n"),
    )
    assert [(o.position, o.kind) for o in result.outputs[4:]] == [
        (6, "error"),  # tagged raises-exception: input() has nobody to ask
        (7, "display_data"),
        (7, "execute_result"),
    ]
    assert "input" in result.outputs[4].text
    assert [cell.position for cell in result.cells] == [1, None, 2, 4, 5, 6, 7]
    assert seen == [(position, 8) for position in (1, 2, 4, 5, 6, 7)]
    assert "step 0: 0.2000\n" in printed["stdout"]
    assert printed["stderr"] == "done 5\n"
    assert (NOTEBOOKS / "training.ipynb").read_bytes() == before
    assert saved_outputs(executed)[0].text == "step 0: 0.2000\nstep 1: 0.3600\n"
    assert _kernels(tmp_path) == []


def test_what_ran_before_an_error_counts(tmp_path: Path) -> None:
    """The failure names cell and error; outputs until then are kept, and the executed notebook is saved."""
    executed = tmp_path / "executed.ipynb"
    result = _run("failing", tmp_path, executed_path=executed)
    assert result.failure is not None
    assert (result.failure.stage, result.failure.cell) == ("exception", 2)
    assert result.failure.message == "cell 2 raised ValueError: no good"
    assert "\x1b" not in result.failure.traceback
    assert 'raise ValueError(f"no {value}")' in result.failure.traceback
    assert [o.text for o in result.outputs] == ["before\n", "half\n", "ValueError: no good"]
    assert saved_outputs(executed) == result.outputs
    assert json.loads(executed.read_text())["cells"][3]["outputs"] == []


def test_a_killed_kernel_is_a_failure(tmp_path: Path) -> None:
    """A kernel that is killed gives the signal and the cell, and what was printed before."""
    result = _run("dying", tmp_path)
    assert result.failure is not None
    assert (result.failure.stage, result.failure.signal, result.failure.cell) == ("killed", 9, 1)
    assert [o.text for o in result.outputs] == ["alive\n"]


def test_a_kernel_that_leaves_gives_its_exit_code(tmp_path: Path) -> None:
    """os._exit in a cell is distinguished from an exception."""
    result = _run("exiting", tmp_path)
    assert result.failure is not None
    assert (result.failure.stage, result.failure.exit_code, result.failure.cell) == ("killed", 3, 0)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("exit()", None),
        ("import sys; sys.exit(False)", None),
        ("raise SystemExit('3')", 1),
        ("raise SystemExit(259)", 3),
    ],
)
def test_a_cell_may_end_the_notebook(tmp_path: Path, ending: str, status: int | None) -> None:
    """What comes after it does not run; status 0 is a good end, and another one is that of the program."""
    cells = [Cell(0, "print('first')", 0), Cell(1, ending, 1), Cell(2, "print('never')", 2)]
    printed: list[str] = []
    result = run_notebook(
        notebook_from_cells(cells),
        python=sys.executable,
        env=dict(os.environ),
        cwd=tmp_path,
        on_output=lambda _, text: printed.append(text),
    )
    assert "first\n" in printed
    assert "never\n" not in printed
    assert [c.position for c in result.cells] == [0, 1]
    if status is None:
        assert result.failure is None
    else:
        assert result.failure is not None
        assert (result.failure.exit_code, result.failure.cell) == (status, 1)
    assert result.duration_s < 20


def test_a_kernel_that_was_to_be_kept_ends_with_its_notebook(tmp_path: Path) -> None:
    """IPython's `exit(True)` keeps the kernel, so that the next cell runs; the end does not wait for its time limit."""
    cells = [Cell(0, "exit(True)", 0), Cell(1, "print('after')", 1)]
    node = notebook_from_cells(cells)
    result = run_notebook(node, python=sys.executable, env=dict(os.environ), cwd=tmp_path)
    assert result.failure is None
    assert [o.text for o in result.outputs] == ["after\n"]
    assert result.duration_s < 20


def test_a_time_limit_ends_everything(tmp_path: Path) -> None:
    """A cell that ignores the interrupt is killed, with children in the same and in another session."""
    started = time.monotonic()
    result = _run("hanging", tmp_path, timeout_s=4)
    assert result.failure is not None
    assert (result.failure.stage, result.failure.cell) == ("timeout", 1)
    assert CellOutput(0, "stdout", "started\n") in result.outputs
    assert CellOutput(1, "stdout", "not now\n") in result.outputs
    assert time.monotonic() - started < 20
    assert (_alive(tmp_path), _kernels(tmp_path)) == ([], [])


def test_an_interrupt_ends_everything(tmp_path: Path) -> None:
    """Ctrl-C in the caller kills the kernel and its children and is raised again."""
    hanging = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        _run("hanging", tmp_path, on_output=lambda *_: hanging.start())
    assert (_alive(tmp_path), _kernels(tmp_path)) == ([], [])


def test_an_interrupt_may_be_the_programs(tmp_path: Path) -> None:
    """Passed on, Ctrl-C raises KeyboardInterrupt in the cell that runs; what was run until then is the result."""
    cells = [Cell(0, "print('first')", 0), Cell(1, "import time\nprint('here')\ntime.sleep(60)", 1)]
    hanging = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    result = run_notebook(
        notebook_from_cells(cells),
        python=sys.executable,
        env=dict(os.environ),
        cwd=tmp_path,
        pass_on_interrupt=True,
        on_output=lambda _, text: hanging.start() if text == "here\n" else None,
    )
    assert result.failure is not None
    assert (result.failure.exception, result.failure.cell) == ("KeyboardInterrupt", 1)
    assert [o.text for o in result.outputs][:2] == ["first\n", "here\n"]
    assert result.duration_s < 30


def test_a_callback_that_raises_ends_the_run(tmp_path: Path) -> None:
    """An error of the caller's own callback comes through, and no kernel stays."""

    def stop(position: int, total: int) -> None:
        raise LookupError(f"{position} of {total}")

    with pytest.raises(LookupError, match="0 of 2"):
        _run("hanging", tmp_path, on_cell=stop)
    assert _kernels(tmp_path) == []


def test_exit_functions_run_and_daemons_end(tmp_path: Path) -> None:
    """A good end lets atexit do its work, and then ends what the notebook left running."""
    assert _run("leaving", tmp_path).failure is None
    assert (tmp_path / "at_exit").read_text() == "written"
    assert (_alive(tmp_path), _kernels(tmp_path)) == ([], [])


def test_servers_and_installations_are_left_out(tmp_path: Path) -> None:
    """The rest of the notebook runs; every line left out is listed with its cell and line."""
    result = _run("servers", tmp_path, skip_blocking=True, skip_installs=True)
    assert result.failure is None
    assert [(o.position, o.text) for o in result.outputs] == [
        (1, "first\nkept\r\nNone\n"),  # IPython gives a shell command a terminal
        (3, "second\n"),
        (5, "12\n"),
    ]
    assert [(s.position, s.line) for s in result.skipped] == [
        (0, 1), (1, 3), (1, 5), (1, 6), (2, 2), (3, 3), (4, 1), (6, 1),
    ]  # fmt: skip
    assert [cell.position for cell in result.cells] == [1, 3, 5]


def test_recorded_cells_run_inside_a_running_loop(tmp_path: Path) -> None:
    """A notebook built from cells runs also where an event loop runs already, as in Jupyter."""
    recorded = _run("failing", tmp_path).cells

    async def call() -> NotebookResult:
        notebook = notebook_from_cells(recorded)
        return run_notebook(notebook, python=sys.executable, env=dict(os.environ), cwd=tmp_path)

    result = asyncio.run(call())
    assert result.failure is not None
    assert result.failure.message == "cell 1 raised ValueError: no good"


def test_an_interpreter_without_ipykernel_says_what_to_install(tmp_path: Path) -> None:
    """A bare environment, or no interpreter at all, is not a failure of the notebook."""
    venv.create(tmp_path / "bare", symlinks=True, with_pip=False)
    python = str(tmp_path / "bare" / "bin" / "python")
    env = {"PATH": os.defpath}
    with pytest.raises(EnvironmentBuildError, match="no ipykernel") as caught:
        run_notebook(NOTEBOOKS / "failing.ipynb", python=python, env=env, cwd=tmp_path)
    assert caught.value.hint == f"Install it there: {python} -m pip install ipykernel"
    with pytest.raises(EnvironmentBuildError, match="there is no interpreter"):
        run_notebook(NOTEBOOKS / "failing.ipynb", python=str(tmp_path / "none"), env=env, cwd=tmp_path)


def test_a_kernel_that_fails_to_start_is_a_failure(tmp_path: Path) -> None:
    """What the interpreter said goes with the failure."""
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('no such luck')")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = run_notebook(NOTEBOOKS / "failing.ipynb", python=sys.executable, env=env, cwd=tmp_path)
    assert result.failure is not None
    assert (result.failure.stage, result.failure.exit_code, result.failure.traceback) == ("env", 1, "no such luck")


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    """The executed notebook may not be the input, under another name either."""
    source = tmp_path / "a.ipynb"
    shutil.copy(NOTEBOOKS / "failing.ipynb", source)
    (tmp_path / "b.ipynb").hardlink_to(source)
    for target in ("a.ipynb", "b.ipynb", "x/../a.ipynb"):
        with pytest.raises(UsageError, match="would overwrite"):
            run_notebook(source, python=sys.executable, env={}, cwd=tmp_path, executed_path=tmp_path / target)
