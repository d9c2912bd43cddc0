"""Children by fork, spawn and subprocess, each of which draws; prints what they drew, by the way they were started."""

import json
import multiprocessing
import os
import random
import subprocess
import sys
import uuid


def drawn(queue=None):
    import numpy as np

    facts = [random.random(), uuid.uuid4().hex, float(np.random.default_rng().random())]
    if queue is not None:
        queue.put(facts)
    return facts


def forked_twice(queue):
    child = multiprocessing.get_context("fork").Process(target=drawn, args=(queue,))
    child.start()
    child.join()
    drawn(queue)


def started(method, target, count):
    context = multiprocessing.get_context(method)
    facts = []
    for _ in range(count):  # one after the other: the order in which they answer is not what is tested
        queue = context.SimpleQueue()
        child = context.Process(target=target, args=(queue,))
        child.start()
        facts.append(queue.get())
        if target is forked_twice:
            facts.append(queue.get())
        child.join()
    return facts


def met(barrier):
    barrier.wait(60)  # so that each worker of the pool gets exactly one task
    return drawn()


def wait_for(barrier):
    global waiting
    waiting = barrier


def pooled_task(_):
    return met(waiting)


def pooled(method):
    context = multiprocessing.get_context(method)
    barrier = context.Barrier(2)
    with context.Pool(2, initializer=wait_for, initargs=(barrier,)) as pool:
        return sorted(pool.map(pooled_task, range(2), chunksize=1))


ONE = "import random, uuid, numpy as np; print(random.random(), uuid.uuid4().hex, np.random.default_rng().random())"


def subprocesses(**options):
    return subprocess.run([sys.executable, "-c", ONE], capture_output=True, text=True, check=True, **options).stdout


def shelled():
    line = f'"{sys.executable}" -c "{ONE}"'
    return subprocess.run(f"{line}; {line}", shell=True, capture_output=True, text=True, check=True).stdout.split("\n")[
        :2
    ]


def by_system(path):
    os.system(f'"{sys.executable}" -c "{ONE}" >> "{path}"')
    os.system(f'"{sys.executable}" -c "{ONE}" >> "{path}"')
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", ONE],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, path, os.O_APPEND | os.O_WRONLY, 0)],
    )
    os.waitpid(pid, 0)
    with open(path, encoding="utf-8") as lines:
        return lines.read().splitlines()


if __name__ == "__main__":
    environment = dict(os.environ)
    facts = {
        "fork": started("fork", drawn, 2),
        "fork in fork": started("fork", forked_twice, 2),
        "fork pool": pooled("fork"),
        "spawn": started("spawn", drawn, 2),
        "spawn pool": pooled("spawn"),
        "forkserver": started("forkserver", drawn, 2),
        "subprocess": [subprocesses(), subprocesses()],
        "stale environment": [subprocesses(env=environment), subprocesses(env=environment)],
        "shell": shelled(),
        "system": by_system(sys.argv[1]),
        "parent": [drawn()],
    }
    print(json.dumps(facts))
