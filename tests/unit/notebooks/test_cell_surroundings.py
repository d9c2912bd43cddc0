"""What the source of a cell says of its outputs: which of them tell of where and when it ran."""

from __future__ import annotations

import pytest

from bis.notebooks.cell_surroundings import TOLD, SurroundingsReader

IMPORTS = "import os, sys, time, uuid, platform, datetime\nfrom datetime import date as day"


def reader() -> SurroundingsReader:
    """One that has read the imports of a notebook."""
    read = SurroundingsReader()
    read.read(IMPORTS)
    read.read("t0 = time.time()")
    return read


@pytest.mark.parametrize(
    "source",
    [
        "id(model)", "time.time()", "time.time() - t0", "os.getpid(), os.getcwd()", "platform.node(), os.cpu_count()",
        "f'{time.time() - t0:.2f} s'", "uuid.uuid4().hex", "datetime.datetime.now().strftime('%H')", "sys.version",
        "numpy.__version__", "round(time.time() - t0, 2)", "{'at': time.time(), 'by': os.getpid()}", "day.today()",
        "elapsed = time.time() - t0\nelapsed",
    ],
)  # fmt: skip
def test_values_of_surroundings(source: str) -> None:
    """Clocks, ids, versions and paths, and what is made of nothing else."""
    assert reader().read(source).value


@pytest.mark.parametrize(
    "source",
    [
        "accuracy", "model.score(x, y)", "accuracy - 0.5", "(time.time(), accuracy)", "f(time.time())", "x[id(y)]",
        "t0 = model.loss\nt0", "for t0 in losses: pass\nt0", "time.time() - loss", "max(losses)", "1234",
        "np.random.default_rng(int(time.time())).random()",
    ],
)  # fmt: skip
def test_results_are_none(source: str) -> None:
    """What the program computes is a result, also where the clock has a part in it."""
    assert not reader().read(source).value


@pytest.mark.parametrize(
    ("source", "text", "left"),
    [
        ("print('object id:', id(x))", "object id: 140", f"object id: {TOLD}"),
        ("print('r2', r2, 'pid', os.getpid())", "r2 0.5 pid 12", f"r2 0.5 pid {TOLD}"),
        ("print(f'mse={mse} at {time.ctime()}')", "mse=2.5 at Mon Jan", f"mse=2.5 at {TOLD}"),
        ("print('took %.2f s, loss %.3f' % (time.time() - t0, loss))", "took 1 s, loss 3", f"took {TOLD} s, loss 3"),
        ("print('host ' + platform.node())", "host abc", f"host {TOLD}"),
        ("print(sys.version)\nprint(sys.executable)", "3.11 (main)\n/usr/x", f"{TOLD}\n{TOLD}"),
        ("print(mse)\nprint(time.time())", "2.5\n17.0", "2.5\n17.0"),
        ("print(time.time())\nmodel.fit(x)", "17.0", "17.0"),
        ("print('loss', loss)", "loss 140", "loss 140"),
    ],
)
def test_printed_lines(source: str, text: str, left: str) -> None:
    """Of a line only what tells of the surroundings is replaced; where nothing says which line it is, nothing."""
    assert reader().read(source).without(text) == left
