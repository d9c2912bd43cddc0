"""Orders and draws that the scheduler decides are reported, and nothing else of pools and threads is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.entropy_launcher import A, run

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
import multiprocessing as mp, random, threading, time, functools
from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor, as_completed, wait
from multiprocessing.pool import ThreadPool
import numpy as np
context = mp.get_context("fork")
rng = np.random.default_rng(0)
random.seed(0)
np.random.seed(0)
def square(x): time.sleep(0.01); return x * x
def shared(x): time.sleep(0.01); return random.random()
def own(x): time.sleep(0.01); return rng.standard_exponential()
def seeded(x): np.random.seed(x); time.sleep(0.01); return np.random.rand()
def fresh(x): time.sleep(0.01); return np.random.default_rng(x).random()
"""
QUIET = [
    "with context.Pool(2) as p: p.map(square, range(6)), list(p.imap(fresh, range(6))), p.map(seeded, range(6))",
    "with ThreadPoolExecutor(3) as e: list(e.map(square, range(6))); list(e.map(fresh, range(6)))",
    "with ThreadPool(3) as p: p.map(fresh, range(6))",
    "with ThreadPoolExecutor(1) as e: list(e.map(shared, range(4)))",
    "for _ in range(2):\n    t = threading.Thread(target=shared, args=(1,)); t.start(); t.join()",
    "t = threading.Thread(target=square, args=(1,)); t.start(); random.random(); t.join()",
]
RACES = [
    ("with context.Pool(2) as p: p.map(shared, range(8), chunksize=1)", "process pool"),
    ("with context.Pool(2) as p: p.map(own, range(8), chunksize=1)", "process pool"),
    ("with ProcessPoolExecutor(2, context) as e: list(e.map(shared, range(8)))", "process pool"),
    ("with ThreadPoolExecutor(3) as e: list(e.map(functools.partial(own), range(9)))", "threads"),
    ("with ThreadPool(3) as p: p.map(shared, range(9))", "threads"),
    (
        (
            "ts = [threading.Thread(target=shared, args=(i,)) for i in range(3)]\n"
            "for t in ts: t.start()\nfor t in ts: t.join()"
        ),
        "threads",
    ),
    ("with context.Pool(2) as p: list(p.imap_unordered(square, range(4)))", "multiprocessing.Pool.imap_unordered"),
    (
        "with ThreadPoolExecutor(2) as e: list(as_completed([e.submit(square, i) for i in range(3)]))",
        "concurrent.futures.as_completed",
    ),
]


def reported(folder: Path, code: str) -> set[str]:
    """What a program of this code is said not to control."""
    text = f"{HEAD}\n{code}\nprint(0)"
    ran = run(A, folder / "log", "-c", text)
    assert ran.told("failed") == []
    return {str(fact[0]) for fact in ran.told("uncontrolled")}


def test_what_is_in_order_is_not_reported(tmp_path: Path) -> None:
    """Ordered results, tasks that seed or have a generator of their own, one thread after another."""
    assert reported(tmp_path, "\n".join(QUIET)) == set()


@pytest.mark.parametrize(("code", "what"), RACES)
def test_races_are_reported(tmp_path: Path, code: str, what: str) -> None:
    """Workers that share a seeded generator, and results in the order in which they come."""
    path = tmp_path / "races.py"
    path.write_text(f"{HEAD}\n{code}\nprint(0)")
    ran = run(A, tmp_path / "log", str(path))
    assert {str(fact[0]) for fact in ran.told("uncontrolled")} == {what}
    assert ran.told("failed") == []
