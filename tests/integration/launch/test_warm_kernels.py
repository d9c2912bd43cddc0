"""Kernels that are forked: a notebook in one is as in one that was started for it, and nothing of it is left."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.evidence.spool import read_events
from bis.launch.kernel_folders import kernel_folder
from bis.launch.launcher import child_environment, write_session
from bis.launch.runners import Launch, NotebookOptions, NotebookRunner
from bis.launch.warm_parents import ParentLostError
from bis.launch.warm_runner import WarmRunner
from bis.launch.warm_slots import WarmSlot
from bis.model.facets import Cell, EntryKind
from bis.model.record import Mode
from bis.model.session import Exit, Quarantine
from bis.model.start import ColdReason, Preload
from bis.notebooks.document import notebook_from_cells, read_notebook, write_notebook
from tests.unit.sessions import clean_environ, described_session

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks after imports are safe on Linux only")

SHIPPED = "import random, secrets\nDRAWN = secrets.token_hex(4)\nOWN = random.Random()\n"
CELLS = (
    "import os, random, secrets, sys, threading\nimport shipped",
    "print(random.random(), secrets.token_hex(4), shipped.DRAWN, shipped.OWN.random(), set('warm'))",
    "print(os.getpid() == os.getpgrp(), sys.path[0], [n for n in os.environ if n.startswith(('BIS_W', 'JPY'))])",
    "os.path.basename(os.getcwd()), __name__, threading.current_thread() is threading.main_thread()",
)
PRELOAD = Preload(("ipykernel.kernelapp", "shipped"))


class Kernels:
    """A place for warm replays of one notebook, whose folders have short names: sockets are in them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.slot = WarmSlot(base / "slot")
        self.preload = PRELOAD
        (base / "installed").mkdir()
        (base / "installed" / "shipped.py").write_text(SHIPPED, encoding="utf-8")

    def job(self, folder: Path, *cells: str, probe: str = "") -> Launch:
        """A replay in this folder, which is made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        cwd = folder / "workspace"
        cwd.mkdir(parents=True)
        (folder / "tmp").mkdir()
        write_notebook(notebook_from_cells([Cell(i, text, i) for i, text in enumerate(cells)]), cwd / "n.ipynb")
        session = write_session(
            described_session(
                cwd,
                mode=Mode.REPLAY,
                kind=EntryKind.NOTEBOOK,
                target="n.ipynb",
                spool=str(folder / "spool"),
                quarantine=Quarantine(str(folder / "quarantine"), writable=(str(folder),)),
                hash_seed="5",
                probe=probe,
            )
        )
        environ = clean_environ(TMPDIR=str(folder / "tmp"))
        environ["PYTHONPATH"] = os.pathsep.join((str(self.base / "installed"), environ["PYTHONPATH"]))
        return Launch(
            session=session,
            python=sys.executable,
            cwd=cwd,
            env=child_environment(session, environ),
            echo=False,
            own_group=True,
            timeout_s=60,
            notebook=NotebookOptions(folder=kernel_folder(environ["TMPDIR"])),
        )

    def warm(self, *cells: str, reason: ColdReason | None = None, probe: str = "") -> Exit:
        """Run a notebook in a kernel that is forked, or cold for this reason."""
        runner = WarmRunner(self.slot, self.preload)
        ended = runner.run(self.job(self.slot.folder, *cells, probe=probe))
        assert runner.reason is reason
        return ended

    def parents(self) -> list[int]:
        """The processes that kernels are forked from."""
        return [p.pid for p in self.slot._parents.values()]


def shown(folder: Path) -> list[str]:
    """What the cells gave, in a folder."""
    notebook = read_notebook(folder / "spool" / "notebook.ipynb")
    return [str(o.get("text") or o.get("data")) for c in notebook.cells for o in c.get("outputs", ())]


def trace(folder: Path) -> object:
    """What was drawn."""
    return next(e["trace"] for e in read_events(folder / "spool") if e["k"] == "entropy")


def living(pid: int) -> bool:
    """Whether a process is there, and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernels]:
    """A place, closed in the end."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    with tempfile.TemporaryDirectory(prefix="bis-t-") as short:
        made = Kernels(Path(short))
        yield made
        made.slot.close()


def test_a_forked_kernel_is_as_one_of_its_own(kernels: Kernels) -> None:
    """Draws, also those at import, outputs, variables, groups and ends are the same, in every fork of one parent."""
    job = kernels.job(kernels.base / "cold", *CELLS)
    cold = NotebookRunner().run(job)
    expected = shown(kernels.base / "cold")
    assert len(expected) == 3
    for _ in range(2):
        ended = kernels.warm(*CELLS)
        assert (ended.exit_code, ended.signal) == (cold.exit_code, cold.signal) == (0, None)
        assert shown(kernels.slot.folder) == expected
        assert trace(kernels.slot.folder) == trace(kernels.base / "cold")
        assert not list((kernels.slot.folder / "tmp").glob("bis-kernel*"))
    assert len(kernels.parents()) == 1


def test_models_of_a_forked_kernel_predict(kernels: Kernels) -> None:
    """Before its shell forgets them, by the names that they have there, as in a kernel of its own."""
    cells = (
        "import numpy as np\nfrom sklearn.linear_model import LinearRegression",
        "net = LinearRegression().fit(np.arange(6.0).reshape(3, 2), [1.0, 2.0, 4.0])\nnet.predict([[1.0, 2.0]])",
    )
    kernels.preload = Preload(("ipykernel.kernelapp", "sklearn.linear_model"))
    found = []
    NotebookRunner().run(kernels.job(kernels.base / "cold", *cells, probe="find"))
    for folder in (kernels.base / "cold", kernels.slot.folder):
        if folder == kernels.slot.folder:
            kernels.warm(*cells, probe="find")
        (noted,) = [e for e in read_events(folder / "spool") if e["k"] == "prediction"]
        found.append({name: value for name, value in noted.items() if name not in {"t", "pid"}})
    assert found[0] == found[1]
    assert (found[0]["model"], found[0]["predicted"]) == ("net", "values")


def test_ends_of_forked_kernels(kernels: Kernels) -> None:
    """An exception, an exit status, a killed kernel, no time left: each is known, and the parent lives on."""
    assert kernels.warm("raise ValueError('no')").exit_code == 1
    assert kernels.warm("import sys", "sys.exit(3)", "print('never')").exit_code == 3
    killed = kernels.warm("import os", "os.kill(os.getpid(), 9)")
    assert (killed.exit_code, killed.signal) == (None, 9)
    job = kernels.job(kernels.slot.folder, "import time", "time.sleep(60)")
    assert WarmRunner(kernels.slot, PRELOAD).run(replace(job, timeout_s=2.0)).timed_out
    assert kernels.warm("print(1)").exit_code == 0
    assert len(kernels.parents()) == 1


def test_what_a_forked_kernel_started_is_ended_and_not_its_parent(kernels: Kernels) -> None:
    """Also what has left its session; the process that it was forked from has the same mark, and is spared."""
    kernels.warm(
        "import subprocess, sys",
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)",
        "print(p.pid)",
    )
    (pid,) = (int(text) for text in shown(kernels.slot.folder))
    end = time.monotonic() + 10
    while living(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not living(pid)
    assert all(living(parent) for parent in kernels.parents())
    assert kernels.warm("print(1)").exit_code == 0


def test_a_parent_that_is_killed_loses_its_kernel(kernels: Kernels) -> None:
    """What it has done until then is of no use, and further ones are cold."""
    with pytest.raises(ParentLostError):
        kernels.warm("import os, time", "os.kill(os.getppid(), 9)\ntime.sleep(60)")
    assert kernels.warm("print(1)", reason=ColdReason.LOST).exit_code == 0
    assert shown(kernels.slot.folder) == ["1\n"]


def test_sockets_that_would_be_elsewhere_make_it_cold(kernels: Kernels, tmp_path: Path) -> None:
    """Where the folder of temporary files has a long name, they are in another one."""
    long = tmp_path / ("a" * 60)
    kernels.slot = WarmSlot(long / "slot")
    try:
        assert kernels.warm("print(1)", reason=ColdReason.NOTEBOOK).exit_code == 0
    finally:
        with suppress(OSError):
            kernels.slot.close()
