"""Trainers that may report to MLflow without a word: no parameter is said to be missing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

CODE = (
    "import mlflow\nfrom transformers import {0}Trainer, {0}TrainingArguments\nwith mlflow.start_run():\n"
    "    a = {0}TrainingArguments('out', num_train_epochs=3{1})\n    t = {0}Trainer(model=net, args=a)\n    t.train()\n"
    "    mlflow.transformers.log_model(t.model, 'm')\n"
)
OF_TRL = (
    "import mlflow\nfrom trl import SFTConfig, SFTTrainer\nwith mlflow.start_run():\n"
    "    t = SFTTrainer(net, args=SFTConfig('out', num_train_epochs=3{}))\n    t.train()\n"
    "    mlflow.log_metric('a', 1)\n"
)


@pytest.mark.parametrize(
    ("code", "needs", "told"),
    [
        (CODE.format("", ""), "transformers\n", False),
        (CODE.format("Seq2Seq", ""), "transformers>=4.43\n", False),
        (CODE.format("", ", report_to='all'"), "transformers\n", False),
        (CODE.format("", ", report_to='none'"), "transformers\n", True),
        (CODE.format("Seq2Seq", ", report_to=[]"), "transformers==4.44.0\n", True),
        (CODE.format("", ""), "transformers==5.0.0\n", True),
        (CODE.format("", ", report_to='mlflow'"), "transformers==5.0.0\n", False),
        (OF_TRL.format(""), "trl\n", False),
        (OF_TRL.format(", report_to='none'"), "trl\n", True),
        (OF_TRL.format(""), "trl\ntransformers>=5\n", True),
    ],
)
def test_arguments_that_a_trainer_may_log(code: str, needs: str, told: bool, tmp_path: Path) -> None:
    """Unless it is told to report to none, or Transformers is one that does so by itself."""
    files = {"a.py": code, "requirements.txt": needs}
    findings = audit_project(write(tmp_path, files), "p", Options(select=("BIS101",))).findings
    assert bool(findings) is told


def test_a_program_beside_others(tmp_path: Path) -> None:
    """It is not said to log no parameter, where another one logs some."""
    other = "import mlflow\nmlflow.log_param('a', 1)\nnet.fit(x, y)\n"
    for name, given, count in (("a", "", 0), ("b", ", report_to='none'", 1)):
        files = {"a.py": CODE.format("", given), "b.py": other}
        assert len(audit_project(write(tmp_path / name, files), "p", Options(select=("BIS101",))).findings) == count


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("spark.conf.set('spark.databricks.mlflow.trackMLlib.enabled', True)\n", False),
        ("depth = dbutils.widgets.get('depth')\n", False),
        ("spark.conf.set('spark.sql.shuffle.partitions', 9)\n", True),
        ("", True),
    ],
)
def test_what_spark_tunes_on_databricks(more: str, told: bool, tmp_path: Path) -> None:
    """It is logged there by itself."""
    code = (
        "import mlflow\nfrom pyspark.ml.tuning import CrossValidator\nwith mlflow.start_run():\n"
        "    CrossValidator(estimator=e, numFolds=3).fit(d)\n    mlflow.log_metric('a', 1)\n"
    )
    findings = audit_project(write(tmp_path, {"a.py": more + code}), "p", Options(select=("BIS101",))).findings
    assert bool(findings) is told
