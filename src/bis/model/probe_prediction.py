"""What a model predicts for a fixed set of examples, the probe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ProbeProblem(str, Enum):
    """Why a model has no predictions for a probe."""

    OTHER_COLUMNS = "other-columns"  # the examples have not the columns that it was trained on
    REFUSED = "refused"  # it raised an error
    NO_NUMBERS = "no-numbers"  # what it predicts are no numbers that could be compared
    NOT_FINITE = "not-finite"  # some of what it predicts are NaN or infinite
    ABSENT = "absent"  # the program of this replay has no such model


@dataclass(frozen=True, slots=True)
class ProbePrediction:
    """The predictions of one model for the probe.

    `model` is its name in the program, `kind` says what was predicted (``probabilities``, ``values``, ``classes``).
    `probe` is the digest of the examples. `shape` is (examples,) or (examples, outputs), `values` has the float64
    numbers in that order as little-endian bytes in base64. `problem` is a code of `ProbeProblem` where there are none,
    and `detail` says what was found: columns, or the error of the model in its own words.
    """

    model: str
    kind: str
    probe: str
    shape: tuple[int, ...] = ()
    values: str = ""
    digest: str = ""
    problem: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UnkeptExamples:
    """What a model was asked for and could not be kept: `reason` is the type, or the size, of it."""

    model: str
    reason: str
