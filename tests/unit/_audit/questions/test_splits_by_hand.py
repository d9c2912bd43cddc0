"""Splits that a program makes itself, with a generator of Python, NumPy or PyTorch."""

from __future__ import annotations

import time

import pytest

from bis._audit.questions.splits_by_hand import splits_by_hand
from tests.unit._audit.small_projects import script

SPLITS = {
    "a sample of all": """
import random
def split(files, n):
    shuffled = random.sample(files, len(files))
    train = shuffled[0:n]
    test = shuffled[-n:]
    return train, test
""",
    "shuffled in place": "import random\nrandom.shuffle(files)\ntrain, test = files[:n], files[n:]\n",
    "given back": "import random\ndef split(x, n):\n    random.shuffle(x)\n    return x[:n], x[n:]\n",
    "an order": """
import numpy as np
idx = np.random.permutation(len(x))
fit(x[idx[: int(n * 0.8)]])
score(x[idx[int(n * 0.8) :]])
""",
    "an order of PyTorch": "import torch\nidx = torch.randperm(n)\ntrain = x[idx[:9]]\ntest = x[idx[9:]]\n",
    "a mask": "import numpy as np\nmask = np.random.rand(len(df)) < 0.8\ntrain = df[mask]\ntest = df[~mask]\n",
    "numbers, and the others": "import numpy as np\ni = np.random.choice(df.index, 9)\na, b = df.loc[i], df.drop(i)\n",
    "ids, and the others": """
import random
ids = random.sample(list(df.id), 9)
train = df[df.id.isin(ids)]
test = df[~df.id.isin(ids)]
""",
    "copied by their numbers": """
import random, shutil
def divide(folder):
    names = sorted(os.listdir(folder))
    random.shuffle(names)
    for number, name in enumerate(names):
        if number < len(names) * 0.8:
            shutil.copy(os.path.join(folder, name), os.path.join("out", "train", name))
        else:
            shutil.copy(os.path.join(folder, name), os.path.join("out", "val", name))
""",
    "appended by their numbers": """
import random
random.shuffle(files)
for i in range(len(files)):
    if i % 5:
        train.append(files[i])
    else:
        test.append(files[i])
""",
    "a part chosen by the number": """
import random
random.shuffle(files)
for i, file in enumerate(files):
    part = "train" if i < n else "test"
    move(file, f"{part}/{file}")
""",
    "a part set by the number": """
import random
random.shuffle(files)
for i, file in enumerate(files):
    if i < n:
        part = "train"
    else:
        part = "test"
    move(file, part)
""",
    "a part for each row": "import numpy as np\ndf['split'] = np.random.choice(['train', 'val', 'test'], len(df))\n",
}
OTHERS = {
    "batches": """
import numpy as np
for epoch in range(9):
    idx = np.random.permutation(n)
    for i in range(0, n, 32):
        step(x[idx[i : i + 32]], y[idx[i : i + 32]])
""",
    "batches, in place": """
import random
random.shuffle(x)
for i in range(9):
    step(x[i : min(i + 2, n)], y[x[i : min(i + 2, n)]])
""",
    "a few": "import random\nfew = random.sample(x, 5)\na, b = few[:2], few[2:]\n",
    "a mask of noise": "import numpy as np\nmask = np.random.rand(9) < 0.5\nx[mask] = 0\n",
    "columns": "import random\nc = random.sample(columns, 3)\nx = df.drop(c, axis=1)\n",
    "some of the ids": "import random\nids = random.sample(all_ids, 9)\nx = df[df.id.isin(ids)]\n",
    "a choice of models": "import numpy as np\nname = np.random.choice(['svm', 'forest'])\n",
    "a generator of its own": """
import numpy as np
idx = np.random.default_rng(0).permutation(n)
a, b = idx[:5], idx[5:]
""",
    "counted for a message": """
import random
random.shuffle(files)
for i, file in enumerate(files):
    if i % 10 == 0:
        print("train", i)
    train.append(file)
""",
    "put into parts by their names": """
import random
random.shuffle(files)
for file in files:
    if file in known:
        train.append(file)
    else:
        test.append(file)
""",
    "counted before": """
import random
for i, file in enumerate(files):
    move(file, "train" if i < n else "test")
random.shuffle(files)
""",
    "cut before": "import random\na, b = x[:5], x[5:]\nrandom.shuffle(x)\n",
}


@pytest.mark.parametrize("name", SPLITS)
def test_split_by_hand(name: str) -> None:
    """What is trained on is decided by the draw."""
    assert len(list(splits_by_hand(script(SPLITS[name])))) == 1


@pytest.mark.parametrize("name", OTHERS)
def test_no_split(name: str) -> None:
    """Neither is a shuffle whose list is used in pieces, nor a draw for something else."""
    assert not list(splits_by_hand(script(OTHERS[name])))


def test_thousands_of_shuffles_take_linear_time() -> None:
    """What is cut from lists is found by their names."""
    lines = [f"random.shuffle(x{i})\na, b = x{i}[:9], x{i}[9:]" for i in range(5_000)]
    module = script("import random\n" + "\n".join(lines))
    started = time.process_time()
    assert len(list(splits_by_hand(module))) == 5_000
    assert time.process_time() - started < 5
