"""Trainers that report to whatever tracker is installed, without a word in the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import ml_calls
from bis._audit.questions.declared_releases import is_since
from bis._audit.trackers import integrations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis


def may_report(analysis: Analysis, parts: Iterable[Module], trained: Call) -> bool:
    """Whether a training may report to all trackers that are installed, as Hugging Face's trainers do.

    They do until Transformers 5, unless they are told otherwise: then all training arguments are parameters of a run.
    Databricks logs what its Spark tunes to MLflow.

    Parameters
    ----------
    analysis : Analysis
    parts : iterable of Module
        The files of the program that trains.
    trained : Call
    """
    parts = tuple(parts)
    if trained.api.startswith("pyspark.ml.tuning."):
        return any(_is_of_databricks(call) for part in parts for call in part.calls)
    if ml_calls.library(trained.api) not in integrations.REPORTING_ROOTS:
        return False
    if any(ml_calls.reports_to_none(call) for part in parts for call in part.calls):
        return False
    return not is_since(analysis, "transformers", "5")


def _is_of_databricks(call: Call) -> bool:
    """Whether a call is one of Databricks' own tools, or sets one of its settings."""
    texts = (text for given in call.args[:1] for text in given.constants()) if call.method == "set" else ()
    return call.path.startswith("dbutils.") or any(str(text).startswith("spark.databricks.") for text in texts)
