"""Draws from all sources, in all places, and prints what a start decides over."""

import collections
import inspect
import multiprocessing
import os
import random
import secrets
import sys
import tempfile
import threading
import uuid
import warnings

import drawing
import mlflow
import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset


def drawn(number):
    """What a worker draws."""
    return number, random.random(), float(np.random.default_rng().random()), os.getpid() == parent


parent = os.getpid()

if __name__ == "__main__":
    frame = inspect.stack()
    print("stack", len(frame), os.path.basename(frame[-1].filename), frame[-1].function)
    print(
        "main",
        os.path.basename(__file__),
        os.path.isabs(__file__),
        __spec__,
        type(__loader__).__name__,
        sorted(globals())[:9],
    )
    print(
        "argv",
        sys.argv,
        [os.path.basename(a) for a in sys.orig_argv],
        sys.path[0] == os.path.dirname(__file__) == os.getcwd(),
    )
    print(
        "streams",
        sys.stdin.isatty(),
        sys.stdout.isatty(),
        sys.stdout.line_buffering,
        sys.stderr.line_buffering,
        sys.stdin.read(),
    )
    print(
        "process",
        os.getpid() == os.getpgrp() == os.getsid(0),
        threading.current_thread() is threading.main_thread(),
        threading.active_count(),
        multiprocessing.current_process().name,
        [k for k in os.environ if k.startswith("BIS_")],
    )
    print("descriptors", len(os.listdir("/proc/self/fd")))
    print("module", drawing.VALUE, drawing.WORDS)
    print("order", set("warm replays"), list({str(i) for i in range(9)}))
    print(
        "ids",
        uuid.uuid4(),
        secrets.token_hex(4),
        random.random(),
        os.urandom(4).hex(),
        os.path.basename(tempfile.mkdtemp()),
    )
    warnings.warn("one that is shown", stacklevel=9)
    with multiprocessing.get_context("fork").Pool(1) as pool:  # of two, chance decides who takes the work
        print("workers", sorted(pool.map(drawn, range(4), chunksize=4)))
    x, y = np.random.rand(200, 6), np.random.randint(0, 2, 200)
    parts = train_test_split(x, y)
    forest = RandomForestClassifier(5).fit(parts[0], parts[2])
    net = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(16, 2))
    data = TensorDataset(torch.tensor(x, dtype=torch.float32), torch.tensor(y))
    with mlflow.start_run():
        mlflow.log_param("trees", 5)
        mlflow.log_metric("forest", forest.score(parts[1], parts[3]))
        mlflow.log_metric("numpy", np.random.default_rng().random())
        for step, (a, b) in enumerate(DataLoader(data, batch_size=50, shuffle=True, num_workers=1)):
            loss = torch.nn.functional.cross_entropy(net(a), b)
            loss.backward()
            with torch.no_grad():  # an optimizer would load ten more seconds of modules
                for weights in net.parameters():
                    weights.sub_(0.1 * weights.grad)
                    weights.grad = None
            mlflow.log_metric("loss", loss.item(), step=step)
    print("weights", sum(float(p.double().sum()) for p in net.parameters()).hex(), collections.Counter(y.tolist()))
