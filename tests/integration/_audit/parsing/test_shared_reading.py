"""Files that several processes read: the same modules, whatever becomes of these processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from bis._audit import shared_work
from bis._audit.audit_options import Options
from bis._audit.auditor import audit_project
from bis._audit.parsing import shared_reading
from bis._audit.parsing.shared_reading import LEAST_BYTES, read_modules
from bis.report.json.audit_json import to_line
from tests.unit._audit.small_projects import notebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("forkable")

CONTENTS = {
    f"m{number}.py": f"import mlflow\nfrom m{number + 1} import f as g\nmlflow.log_param('p{number}', g({number}))\n"
    f"def f(x):\n    return x\n".encode()
    for number in range(40)
} | {"broken.py": b"def f(:\n", "empty.py": b"", "odd.py": b"\xff\xfe", "n.ipynb": notebook("x = 1", "!ls").encode()}
SIZES = {file: len(content) for file, content in CONTENTS.items()}


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are enough to be shared."""
    monkeypatch.setattr(shared_reading, "LEAST_BYTES", 1)


def read(processes: int, take: Callable[[str], bytes] = CONTENTS.__getitem__) -> list[object]:
    """The modules of all files."""
    return list(read_modules(tuple(CONTENTS), SIZES, take, processes=processes))


def readers(processes: int, folder: Path, *, others: int = 0) -> set[int]:
    """The processes that have read anything, by what they leave in the texts; with `others`, all wait for all."""
    files = tuple(CONTENTS)

    def take(_file: str) -> bytes:
        (folder / str(os.getpid())).touch()
        while others and len(list(folder.iterdir())) < others + 1:
            time.sleep(0.002)
        return b"import p%d\n" % os.getpid()

    texts = read_modules(files, SIZES, take, processes=processes)
    return {int(root[1:]) for module in texts for root in module.roots}


@pytest.mark.parametrize("processes", [2, 3, 100])
def test_several_processes_read_what_one_reads(processes: int) -> None:
    """In the order of the files, whoever has read them."""
    assert read(processes) == read(1)
    assert [module.file for module in read_modules(tuple(CONTENTS), SIZES, CONTENTS.__getitem__, processes=2)] == [
        *CONTENTS
    ]


def test_no_more_processes_than_are_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One alone reads everything itself, and so does one that cannot be forked, or has little to read."""
    found = readers(3, tmp_path, others=2)
    assert len(found) == 3
    assert os.getpid() in found
    assert readers(1, tmp_path) == {os.getpid()}
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert readers(3, tmp_path) == {os.getpid()}
    finally:
        ended.set()
        thread.join()
    monkeypatch.setattr(shared_reading, "LEAST_BYTES", LEAST_BYTES)
    assert readers(3, tmp_path) == {os.getpid()}


@pytest.mark.parametrize("way", ["killed", "raises", "leaves"])
def test_what_a_process_owes_is_read_here(way: str) -> None:
    """A fork that ends early, however it does, costs its time and nothing else."""
    here = os.getpid()

    def take(file: str) -> bytes:
        if os.getpid() != here and way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if os.getpid() != here and way == "raises":
            raise ZeroDivisionError
        if os.getpid() != here:
            os._exit(0)
        return CONTENTS[file]

    assert read(3, take) == read(1)


def test_an_error_here_leaves_no_process_behind() -> None:
    """What this process raises is raised, once the forks have ended."""
    here = os.getpid()

    def take(file: str) -> bytes:
        if os.getpid() == here:
            raise KeyboardInterrupt
        signal.pause()
        return CONTENTS[file]

    with pytest.raises(KeyboardInterrupt):
        read(3, take)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_more_files_than_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are taken by several at a time."""
    monkeypatch.setattr(shared_work, "_MOST_TURNS", 3)
    assert read(2) == read(1)


def test_the_audit_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    """With files that are alike, in folders, and with problems of their own."""
    for file, content in (CONTENTS | {"same/a.py": CONTENTS["m1.py"], "same/b.py": CONTENTS["m1.py"]}).items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(content)
    lines = {to_line(audit_project(tmp_path, "p", Options(processes=n))) for n in (1, 2, 5)}
    assert len(lines) == 1
