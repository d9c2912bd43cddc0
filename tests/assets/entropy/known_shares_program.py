"""An experiment with known shares of split, init and shuffle, which sets its seeds and draws through three libraries.

Each part of the metric has mean 0 and variance 1, exactly, whatever is drawn. With the name of a file it goes on for each
of the role roots in it, in this process: as the program sets its seeds, each time is as in a process of its own.
"""

import json
import sys

import numpy as np
import torch
from sklearn.model_selection import train_test_split

EXAMPLES = np.arange(40) - 19.5
TESTED = 16
STEPS = 64
SPLIT_SD = (TESTED * EXAMPLES.var(ddof=1) * (1 - TESTED / len(EXAMPLES))) ** 0.5


def experiment():
    np.random.seed(7)
    torch.manual_seed(7)
    train, test = train_test_split(EXAMPLES, test_size=TESTED)
    weight = torch.nn.init.normal_(torch.empty(1, dtype=torch.float64))
    order = np.random.permutation(STEPS)
    split = float(test.sum() / SPLIT_SD)
    init = float(weight[0])
    shuffle = float(np.corrcoef(order, np.arange(STEPS))[0, 1] * (STEPS - 1) ** 0.5)
    metric = 0.7 * split + 0.5 * init + 0.4 * shuffle + 0.3 * split * init
    return {"split": split, "init": init, "shuffle": shuffle, "metric": metric}


if len(sys.argv) == 1:
    print(json.dumps([experiment()]))
else:
    import sitecustomize  # of the tests: it has installed the recorder of randomness

    streams = sitecustomize.bis_handle.roles.streams
    results = []
    for roots in json.load(open(sys.argv[1])):
        streams.take({role: bytes.fromhex(root) for role, root in roots.items()})
        results.append(experiment())
    print(json.dumps(results))
