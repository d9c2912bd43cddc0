"""Data sets that Keras makes of folders, and that are cut."""

from __future__ import annotations

import pytest

from bis._audit.questions.cut_folders import cut_folders
from bis._audit.rules.unseeded_split import check
from tests.unit._audit.small_projects import analysed, script

HEAD = "import numpy as np, tensorflow as tf, keras\nfrom keras.utils import image_dataset_from_directory\n"
CUT = "a, b = data.take(10), data.skip(10)\n"
FUNCTION = "def parts(rows, n=8):\n    first = rows.take(n)\n    return first, rows.skip(n)\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data = image_dataset_from_directory('images')\n" + CUT, True),
        ("data = tf.keras.preprocessing.image_dataset_from_directory('i', shuffle=True, seed=None)\n" + CUT, True),
        ("data = keras.utils.text_dataset_from_directory('texts')\nfirst = data.take(9)\nrest = data.skip(9)\n", True),
        (FUNCTION + "data = image_dataset_from_directory('images')\na, b = parts(data)\n", True),
        (FUNCTION + "data = image_dataset_from_directory('images')\na, b = parts(rows=data, n=3)\n", True),
        (FUNCTION + "data = image_dataset_from_directory('images')\na, b = parts(other)\n", False),
        ("data = image_dataset_from_directory('images', seed=123)\n" + CUT, False),
        ("data = image_dataset_from_directory('images', shuffle=False)\n" + CUT, False),
        ("data = image_dataset_from_directory('images', shuffle=shuffle)\n" + CUT, False),
        ("data = image_dataset_from_directory('images', validation_split=0.2, subset='both')\n" + CUT, False),
        ("data = image_dataset_from_directory('images', **options)\n" + CUT, False),
        ("data = image_dataset_from_directory('images')\nshow(data.take(1))\n", False),
        ("data = tf.data.Dataset.from_tensor_slices(x)\n" + CUT, False),
    ],
)  # fmt: skip
def test_folders_that_are_cut(text: str, found: bool) -> None:
    """Two parts of one data set, in its own scope or in a function; one part is a look at it."""
    assert bool(list(cut_folders(script(HEAD + text)))) == found


def test_numpy_seeds_the_order() -> None:
    """Keras draws the seed of the order with NumPy; a seed of TensorFlow does not reach it."""
    text = "data = image_dataset_from_directory('images')\n" + CUT
    assert [one.place.line for one in check(analysed({"a.py": HEAD + text}))] == [3]
    assert [one.place.line for one in check(analysed({"a.py": HEAD + "tf.random.set_seed(1)\n" + text}))] == [4]
    assert not list(check(analysed({"a.py": HEAD + "np.random.seed(1)\n" + text})))
    assert not list(check(analysed({"a.py": HEAD + "keras.utils.set_random_seed(1)\n" + text})))
