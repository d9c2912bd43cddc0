"""What draws from TensorFlow's global generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

FIT = "model.fit(make(x))\n"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def make(ds):\n    ds = ds.shuffle(1000)\n    return ds.batch(32)\n" + FIT, [3]),
        ("def make(ds):\n    return ds.map(f).shuffle(buffer_size=10).repeat().batch(3).prefetch(1)\n" + FIT, [3]),
        ("def make(ds):\n    many = ds.shuffle(1000)\n    return many.padded_batch(32)\n" + FIT, [3]),
        ("def make(ds):\n    return ds.shuffle(1000, seed=None).batch(32)\n" + FIT, [3]),
        ("def make(ds):\n    return ds.shuffle(1000, seed=7).batch(32)\n" + FIT, []),
        ("def make(ds):\n    return ds.shuffle(1000, 7).batch(32)\n" + FIT, []),
        ("def make(ds):\n    return ds.shuffle(1000).batch(32)\ntf.random.set_seed(7)\n" + FIT, []),
        ("def make(deck):\n    deck.shuffle(3)\n    return deck\n" + FIT, []),
        ("def make(ds):\n    return ds.shuffle(1000).select(range(9))\n" + FIT, []),
        ("import tensorflow_datasets as tfds\na = tfds.load('m', split='t')\nmodel.fit(a.shuffle(9).batch(3))\n", [4]),
        (
            "def make(ds):\n    return ds.shuffle(9).batch(32)\nm = tf.keras.layers.Dense(3)\n" + FIT,
            [4],
        ),
        ("ds = tf.data.Dataset.range(9).shuffle(9, 7)\nmodel.fit(ds)\n", []),
        ("m = tf.keras.layers.Dropout(0.1, seed=None)\n" + FIT, [2]),
    ],
)
def test_pipelines_that_are_shuffled(code: str, lines: list[int], tmp_path: Path) -> None:
    """Also one that a function is given, where it makes batches of it; known draws of the file are told first."""
    files = {"a.py": "import tensorflow as tf\n" + code}
    found = audit_project(write(tmp_path, files), "p", Options(select=("BIS305",))).findings
    assert [one.place.line for one in found] == lines


INIT = "first = tf.keras.initializers.GlorotUniform(seed={})\n"
USED = "net = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer={})])\nnet.fit(x, y)\n"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (INIT.format(3) + USED.format("first"), False),
        (INIT.format(None) + USED.format("first"), True),
        (USED.format("tf.keras.initializers.HeNormal(seed=3)"), False),
        (USED.format("tf.keras.initializers.HeNormal()"), True),
        (USED.format("'zeros'"), False),
        (USED.format("'he_normal'"), True),
        (USED.replace("Dense", "LSTM").format("tf.keras.initializers.HeNormal(seed=3)"), True),
        (USED.replace("Dense(1, kernel", "Embedding(1, 2, embeddings").format("'ones'"), False),
        (USED.format("'zeros'") + "more = tf.keras.layers.Dense(3)\n", True),
        ("net = tf.keras.applications.ResNet50(weights=None, classes=3)\nnet.fit(x, y)\n", True),
        ("from keras.applications.vgg16 import VGG16\nnet = VGG16(True, None)\nnet.fit(x, y)\n", True),
        ("net = tf.keras.applications.ResNet50(weights='imagenet')\nnet.fit(x, y)\n", False),
        ("net = tf.keras.applications.ResNet50()\nnet.fit(x, y)\n", False),
        ("net = tf.keras.applications.ResNet50(weights=path())\nnet.fit(x, y)\n", False),
    ],
)
def test_weights_that_are_given(code: str, found: bool, tmp_path: Path) -> None:
    """By an initialiser with a seed of its own, a constant, or a model that brings them; recurrent layers draw more."""
    files = {"a.py": "import tensorflow as tf\n" + code}
    assert bool(audit_project(write(tmp_path, files), "p", Options(select=("BIS305",))).findings) is found
