"""What happens before what."""

from __future__ import annotations

import pytest

from bis._audit.questions.execution_order import autolog_covers, covered, late_autologs
from tests.unit._audit.small_projects import analysed, notebook, script

HEAD = "import mlflow\nfrom sklearn.svm import SVC\n"
FIT, AUTO = "SVC().fit(X, y)\n", "mlflow.autolog()\n"


def late(files: dict[str, str], *, saved: bool = False) -> list[tuple[str, int, int, int]]:
    """File, cell and line of each late autologging, and the line of the training that it misses."""
    return [(m.file, call.cell, call.line, fit.line) for m, call, fit in late_autologs(analysed(files), saved=saved)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (FIT + AUTO, [(4, 3)]),
        (AUTO + FIT, []),
        (AUTO, []),
        (FIT + AUTO + FIT, []),
        (FIT + "mlflow.sklearn.autolog()\n", [(4, 3)]),
        (FIT + "mlflow.tensorflow.autolog()\n", []),
        (FIT + "mlflow.autolog(disable=True)\n", []),
        (FIT + AUTO + "model.fit(X, y)\n", []),
        ("m = SVC()\n" + AUTO + "m.fit(X, y)\n", []),
        ("from sklearn.preprocessing import StandardScaler as S\nS().fit(X)\n" + AUTO, []),
        (FIT + "if x:\n    " + AUTO, [(5, 3)]),
        (FIT + "if x:\n    " + AUTO + "else:\n    " + FIT, []),
        ("for i in x:\n    " + FIT + "    " + AUTO, [(5, 4)]),
        ("def train():\n    " + FIT + "train()\n" + AUTO, [(6, 4)]),
        ("def train():\n    " + FIT + AUTO + "train()\n", []),
        (AUTO + "if x:\n    " + FIT + "    " + AUTO, []),
        (
            AUTO
            + "def go(x):\n    if x:\n        "
            + AUTO
            + "        "
            + FIT
            + "    else:\n        "
            + AUTO
            + "go(x)\n",
            [],
        ),
        ("mlflow.xgboost.autolog()\n" + FIT + AUTO, [(5, 4)]),
        ("def setup():\n    " + AUTO + FIT + "setup()\n", [(4, 5)]),
        ("def setup():\n    " + AUTO + "setup()\n" + FIT, []),
        ("def setup():\n    " + AUTO + "setup()\n" + FIT + "setup()\n", []),
        ("def main():\n    " + FIT + "    " + AUTO + "if __name__ == '__main__':\n    main()\n", [(5, 4)]),
        ("def main():\n    " + FIT + "if __name__ == '__main__':\n    " + AUTO + "    main()\n", []),
        ("if __name__ == '__main__':\n    " + FIT + "    " + AUTO, [(5, 4)]),
        ("def one():\n    " + FIT + "def two():\n    " + AUTO, []),
        ("def one():\n    " + FIT + "    " + AUTO, [(5, 4)]),
        ("with mlflow.start_run():\n    " + FIT + "    " + AUTO, [(5, 4)]),
        (
            "class A:\n    def fit(self):\n        " + FIT + "    def go(self):\n        self.fit()\n        " + AUTO,
            [(8, 5)],
        ),
    ],
)
def test_autologging_after_the_training_in_scripts(text: str, lines: list[tuple[int, int]]) -> None:
    """Late only where nothing that it covers is trained after it, in the order in which the script runs."""
    assert [(line, fit) for _file, _cell, line, fit in late({"a.py": HEAD + text})] == lines


def test_autologging_in_another_file() -> None:
    """A function of another file that switches it on, called after the training or before."""
    files = {"setup.py": "import mlflow\ndef setup():\n    mlflow.autolog()\n"}
    head = "from sklearn.svm import SVC\nfrom setup import setup\n"
    assert late(files | {"a.py": head + FIT + "setup()\n"}) == [("setup.py", -1, 3, 3)]
    assert late(files | {"a.py": head + "setup()\n" + FIT}) == []
    both = {"a.py": head + FIT + "setup()\n", "b.py": head + "setup()\n" + FIT}
    assert late(files | both) == []


@pytest.mark.parametrize(
    ("cells", "counts", "document", "saved"),
    [
        ((HEAD, FIT, AUTO), (1, 2, 3), [(2, 1)], []),
        ((HEAD, AUTO, FIT), (1, 2, 3), [], []),
        ((HEAD, AUTO, FIT), (1, 3, 2), [], [(1, 1)]),
        ((HEAD, FIT, AUTO), (1, 3, 2), [(2, 1)], []),
        ((HEAD, AUTO, FIT), (1, None, 2), [], []),
        ((HEAD, AUTO, FIT), (None, None, None), [], []),
        ((HEAD + "def f():\n    " + FIT, AUTO, "f()"), (1, 3, 2), [], [(1, 4)]),
    ],
)
def test_autologging_after_the_training_in_notebooks(
    cells: tuple[str, ...],
    counts: tuple[int | None, ...],
    document: list[tuple[int, int]],
    saved: list[tuple[int, int]],
) -> None:
    """In the order of the document, and in that of the saved execution counts where it is another."""
    files = {"n.ipynb": notebook(*cells, counts=counts)}
    assert [(cell, fit) for _file, cell, _line, fit in late(files)] == document
    assert [(cell, fit) for _file, cell, _line, fit in late(files, saved=True)] == saved


@pytest.mark.parametrize(
    ("autolog", "training", "covers"),
    [
        ("mlflow.autolog()", "sklearn.svm.SVC().fit()", True),
        ("mlflow.autolog()", "unknown.fit()", True),
        ("mlflow.autolog()", "loss.backward()", False),
        ("mlflow.sklearn.autolog()", "sklearn.svm.SVC().fit()", True),
        ("mlflow.sklearn.autolog()", "xgboost.train()", False),
        ("mlflow.sklearn.autolog()", "lightgbm.LGBMClassifier().fit()", False),  # it patches scikit-learn's own classes
        ("mlflow.sklearn.autolog()", "xgboost.XGBClassifier().fit()", False),
        ("mlflow.lightgbm.autolog()", "lightgbm.LGBMClassifier().fit()", True),
        ("mlflow.sklearn.autolog()", "lightgbm.train()", False),
        ("mlflow.xgboost.autolog()", "xgboost.train()", True),
        ("mlflow.xgboost.autolog()", "sklearn.svm.SVC().fit()", False),
        ("mlflow.tensorflow.autolog()", "keras.Sequential().fit()", True),
    ],
)
def test_what_autologging_covers(autolog: str, training: str, covers: bool) -> None:
    """Each flavour its own library; the general one all that it knows; a loop of one's own nothing."""
    calls = script(f"import mlflow, sklearn.svm, xgboost, lightgbm, keras\n{autolog}\n{training}").calls
    assert covered(calls[0], calls[-1]) is covers


def test_libraries_of_the_general_autologging() -> None:
    """All of the flavours' libraries."""
    everything = set(autolog_covers("mlflow.autolog"))
    for flavour in ("sklearn", "xgboost", "lightgbm", "tensorflow", "pytorch"):
        assert set(autolog_covers(f"mlflow.{flavour}.autolog")) <= everything
    assert autolog_covers("mlflow.nosuch.autolog") == ()


@pytest.mark.parametrize(
    ("code", "flavour"),
    [
        ("from trl import SFTTrainer\nSFTTrainer(m).train()\n", "transformers"),
        ("from setfit import Trainer\nTrainer(m).train()\n", "transformers"),
        ("import keras_tuner\nkeras_tuner.RandomSearch(b).search(X, y)\n", "tensorflow"),
        ("from pycaret.classification import compare_models\ncompare_models()\n", "sklearn"),
        ("from autogluon.tabular import TabularPredictor\nTabularPredictor('y').fit(d)\n", "lightgbm"),
    ],
)
def test_what_trains_with_another_library_is_covered_by_that(code: str, flavour: str) -> None:
    """Trainers on top of Hugging Face's, tuners of Keras, and what fits many kinds of models."""
    found = late_autologs(analysed({"a.py": "import mlflow\n" + code + f"mlflow.{flavour}.autolog()\n"}))
    assert found


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("import flash\nflash.Trainer(max_epochs=3).finetune(m, datamodule=d)\n", True),
        ("import flash\nt = flash.Trainer()\nt.finetune(m)\n", True),
        ("from flash import Trainer\nTrainer().fit(m)\n", True),
        ("from anomalib.engine import Engine\nEngine().fit(m)\n", True),
        ("from darts.models import NBEATSModel\nNBEATSModel(1, 1).fit(s)\n", True),
        ("import flash\nflash.Trainer().predict(m)\n", False),
        ("from trl import SFTTrainer\nSFTTrainer(m).train()\n", False),
        ("from ultralytics import YOLO\nYOLO('a').train(data='d')\n", False),
        ("from simpletransformers.classification import ClassificationModel as C\nC().train_model(d)\n", False),
        ("from fastai.vision.all import vision_learner\nvision_learner(d).fine_tune(1)\n", False),
    ],
)
def test_libraries_on_lightning_are_covered_by_its_autologging(code: str, late: bool) -> None:
    """What is trained with Lightning's Trainer under another name; other libraries train, and are not covered."""
    found = late_autologs(analysed({"a.py": "import mlflow\n" + code + "mlflow.pytorch.autolog()\n"}))
    assert bool(found) is late
