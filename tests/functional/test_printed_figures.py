"""What a program prints of the clock, of itself and of the machine is no result; what it computed is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.functional.scene import Project

# Each line is another kind of figure that differs between any two executions.
PROGRAM = """
import datetime, os, random, sys, tempfile, threading, time, uuid

random.seed(0)
began = time.time()
print([datetime.datetime.now()], datetime.date.today(), time.ctime())
print(time.time(), int(time.time() * 1000))
print(datetime.datetime.now().strftime("exp_%Y%m%d-%H%M%S"))
print("Training time (in minutes):", (time.time() - began) / 60 + time.perf_counter())
print(f"fit_time={time.perf_counter():.6f}, took {time.perf_counter():.1f}s")
print("elapsed:", datetime.datetime.now() - datetime.datetime.fromtimestamp(began))
print(f"{261 + time.perf_counter() % 1:.3f} samples/sec, peak memory {100 + time.perf_counter() % 5:.3f} MB")
print("pid", os.getpid(), "thread id", threading.get_ident(), "load average", os.getloadavg())
print(uuid.uuid1(), tempfile.mkdtemp(), object(), "<Figure size 640x480 with 1 Axes>")
print({"fit_time": [time.perf_counter(), time.perf_counter() / 3], "test_score": [random.random(), 0.5]})
print("saved to", os.path.join(os.getcwd(), "model.txt"), "by", os.path.abspath(__file__))
print(f"  0%|  | 0/2 [00:00<?, ?it/s]\\r100%|##| 2/2 [00:00<00:00, {time.perf_counter():.1f}it/s, loss=0.25]")
print(f"run 3: accuracy {random.random():.4f}, loss at {random.random():.4f}, date 2020-01-03 close 133.2")
print(f"speed (km/h): {33 + __RESULT__:.6f}, time series accuracy 0.91, MAE 3.2 s")
"""


def test_figures_of_the_clock_and_the_machine_do_not_decide(project: Project) -> None:
    """A seeded program that prints them is bitwise, and the verdict counts them by their kind."""
    project.add("clock.py", PROGRAM.replace("__RESULT__", "random.random()"))
    run_id = project.record("clock.py")
    done = project.bis("replay", run_id, "-n", "2", "--json")
    verdict = json.loads(done.out)
    assert (done.code, verdict["level"]) == (0, "bitwise"), done.out
    (printed,) = [i for g in verdict["groups"] for i in g["items"] if i["kind"] == "stdout"]
    (aside,) = [s for s in printed["statements"] if s["code"] == "not-compared"]
    counts = dict(zip(aside["figures"]["tokens"], aside["figures"]["counts"], strict=True))
    assert counts["date"] == 6
    assert {"duration", "identifier", "load", "memory-address", "picture", "progress-bar", "rate"} <= counts.keys()


def test_a_result_among_them_is_found(project: Project) -> None:
    """The same program with one result that differs each time: that figure, by its words, and no other."""
    project.add("clock.py", PROGRAM.replace("__RESULT__", "time.perf_counter_ns() % 999_983 / 1e6"))
    run_id = project.record("clock.py")
    verdict = json.loads(project.bis("replay", run_id, "-n", "2", "--json").out)
    differing = [i["label"] for g in verdict["groups"] for i in g["items"] if i["level"] == "divergent"]
    assert differing == ["speed (km/h)"]
