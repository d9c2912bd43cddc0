"""What draws from NumPy's global generator without a word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "from tensorflow.keras.preprocessing.image import ImageDataGenerator\nmaker = ImageDataGenerator(rescale=0.1)\n"
FIT = "net.fit(rows)\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("rows = maker.flow_from_directory('data')\n" + FIT, [3]),
        ("rows = maker.flow_from_dataframe(table, shuffle=True, seed=None)\n" + FIT, [3]),
        ("rows = ImageDataGenerator().flow(x, y)\n" + FIT, [3]),
        ("rows = maker.flow_from_directory('data', seed=3)\n" + FIT, []),
        ("rows = maker.flow_from_directory('data', shuffle=False)\n" + FIT, []),
        ("rows = maker.flow_from_directory('data', shuffle=wanted())\n" + FIT, []),
        ("MIX = False\nrows = maker.flow_from_directory('data', shuffle=MIX)\n" + FIT, []),
        ("kind = dict(batch_size=3)\nrows = maker.flow_from_directory('data', **kind)\n" + FIT, [4]),
        ("kind = {'seed': 3}\nrows = maker.flow_from_directory('data', **kind)\n" + FIT, []),
        ("rows = maker.flow_from_directory('data', **read())\n" + FIT, []),
        ("import numpy\nnumpy.random.seed(3)\nrows = maker.flow_from_directory('data')\n" + FIT, []),
        ("import keras\nkeras.utils.set_random_seed(3)\nrows = maker.flow_from_directory('data')\n" + FIT, []),
        ("rows = maker.flow_from_directory('data')\nshow(rows)\nnet.fit(x, y)\n", []),
    ],
)
def test_pictures_in_an_order_of_numpy(code: str, lines: list[int], tmp_path: Path) -> None:
    """Keras's generators shuffle by default; a seed of their own or of NumPy's generator repeats it."""
    found = audit_project(write(tmp_path, {"a.py": HEAD + code}), "p", Options(select=("BIS303",))).findings
    assert [one.place.line for one in found] == lines


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("tune.run(train, config={'lr': tune.sample_from(lambda spec: np.random.uniform(0, 1))})\n", [6]),
        ("space = {'lr': tune.sample_from(lambda spec: np.random.uniform(0, 1))}\ntune.Tuner(train, space)\n", [6]),
        ("tune.run(train, config={'lr': np.random.uniform(0, 1)})\n", [6]),
        ("np.random.seed(1)\ntune.run(train, config={'lr': np.random.uniform(0, 1)})\n", []),
        ("tune.run(train, config={'lr': tune.uniform(0, 1)})\nprint(np.random.uniform(0, 1))\n", []),
    ],
)
def test_what_a_search_of_ray_tries(code: str, lines: list[int], tmp_path: Path) -> None:
    """A hyperparameter that NumPy draws for each trial."""
    head = "import numpy as np\nfrom ray import tune\ndef train(config):\n    m = make(config['lr'])\n    m.fit(x, y)\n"
    found = audit_project(write(tmp_path, {"a.py": head + code}), "p", Options(select=("BIS303",))).findings
    assert [one.place.line for one in found] == lines
