"""Pairs of data of which one is prepared and the other is not."""

from __future__ import annotations

import pytest

from bis._audit.questions.one_sided_data import one_sided
from tests.unit._audit.small_projects import project

USE = "model.fit(x_train, y)\nmodel.evaluate(x_test, z)\n"
BAD = [
    f"x_train = x_train / 255.0\n{USE}",
    f"x_train /= 255\n{USE}",
    f"x_train = x_train.astype('float32') / 255\n{USE}",
    f"x_train = x_train.reshape(-1, 784) / 255\n{USE}",
    f"x_train = scaler.fit_transform(x_train)\n{USE}",
    "train_images = train_images / 255\nmodel.fit(train_images, y)\nmodel.predict(test_images)\n",
    "X_train = scale.transform(X_train)\nmodel.fit(X_train, y, validation_data=(X_val, z))\n",
]
GOOD = [
    USE,
    f"x_train, x_test = x_train / 255.0, x_test / 255.0\n{USE}",
    f"x_train = x_train / 255\nx_test = x_test / 255\n{USE}",
    f"x_train = scaler.fit_transform(x_train)\nx_test = scaler.transform(x_test)\n{USE}",
    f"x = x / 255\nx_train, x_test = split(x)\n{USE}",
    f"y_train = y_train / 10\n{USE}",
    "x_train = x_train / 255\nmodel.fit(x_train, y)\n",
    f"{USE}x_train = x_train / 255\n",
]


@pytest.mark.parametrize("text", BAD)
def test_one_sided_preparation_is_found(text: str) -> None:
    """At the use of the data that lacks what the other got."""
    one = project({"a.py": text})
    (found,) = one_sided(one.modules[0])
    assert "train" in found.train.lower()
    assert found.use.line > found.assign.line or "validation_data" in text


@pytest.mark.parametrize("text", GOOD)
def test_what_both_got_or_neither_is_left_alone(text: str) -> None:
    """Also where it was prepared before it was split, and where only labels or data that is not trained on were."""
    one = project({"a.py": text})
    assert list(one_sided(one.modules[0])) == []
