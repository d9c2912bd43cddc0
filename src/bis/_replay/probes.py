"""Probes: the examples that the models of each replay predict for, and what they predict.

A probe is kept by its digest beside the sources, where a worker looks for what it needs.
"""

from __future__ import annotations

import base64
import csv
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bis._replay.inputs import PROBE_SUFFIX, keep_source, kept_input
from bis._replay.use_locks import lock_name, using
from bis.errors import UsageError
from bis.evidence.digests import digest_bytes
from bis.instrument.probe_examples import EVERY_MODEL, MAX_EXAMPLES, NoFormError, Table, packed
from bis.instrument.probe_report import FIND, PROBE
from bis.model.kept_thing import KeptKind
from bis.model.probe_prediction import ProbePrediction, UnkeptExamples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bis.model.variation import Variation
    from bis.model.verdict import Outcome
    from bis.record.observed_session import ObservedSession

_FORMS = ".npy, .npz or .csv"
_LOGICAL = {"True": True, "False": False}


@dataclass(frozen=True, slots=True)
class GivenProbe:
    """A probe from a file: its digest, how many examples it has, and of how many in the file these were taken."""

    digest: str
    examples: int
    of: int


def probe_digest(variation: Variation) -> str:
    """The digest of the examples that the models of a replay predict for; empty where there are none, or none yet."""
    return "" if variation.probe == FIND else variation.probe


def probe_is_here(probe: str, home: Path) -> bool:
    """Whether this machine has the examples of `Variation.probe`; true where there are none, or none yet."""
    return probe in {"", FIND} or kept_input(home, probe, PROBE_SUFFIX).is_file()


@contextmanager
def probes_in_use(variations: Iterable[Variation], *, home: Path) -> Iterator[None]:
    """Mark the examples that replays predict for as used."""
    with ExitStack() as held:
        for digest in {probe_digest(variation) for variation in variations} - {""}:
            name = kept_input(home, digest, PROBE_SUFFIX).name
            held.enter_context(using(home, lock_name(KeptKind.SOURCE, name)))
        yield


def predictions_of(seen: ObservedSession, probe: str, redact: Callable[[str], str]) -> tuple[ProbePrediction, ...]:
    """What the models of a program predicted for the probe with this digest."""
    return tuple(
        ProbePrediction(
            model=e["model"],
            kind=e["predicted"],
            probe=probe,
            shape=tuple(e.get("shape", ())),
            values=e.get("values", ""),
            digest=e.get("digest", ""),
            problem=e.get("problem", ""),
            detail=redact(e.get("detail", "")),
        )
        for e in seen.main("prediction")
    )


def unkept_examples(seen: ObservedSession) -> tuple[UnkeptExamples, ...]:
    """What a program asked its models for, and could not be kept."""
    return tuple(UnkeptExamples(e["model"], e["why"]) for e in seen.main("probe-lost"))


def found_probe(seen: ObservedSession) -> tuple[str, str]:
    """The digest of the examples that a program was seen to predict for, and these in base64; both may be empty."""
    if not seen.main("probe"):
        return "", ""
    content = (seen.folder / PROBE).read_bytes()
    return digest_bytes(content), base64.b64encode(content).decode("ascii")


def with_kept_probe(outcome: Outcome, home: Path) -> Outcome:
    """The outcome without the examples that were found, which are then kept on this machine.

    Raises
    ------
    StorageError
        They cannot be written.
    """
    if not outcome.probe_content:
        return outcome
    _keep(base64.b64decode(outcome.probe_content), home)
    return replace(outcome, probe_content="")


def keep_given_probe(path: Path, *, home: Path) -> GivenProbe:
    """Read examples from a file, and keep them for each model of a replayed program.

    Parameters
    ----------
    path : Path
        An array (``.npy``), arrays by the name of the input that they are for (``.npz``), or a table (``.csv``; its
        first line may have the names of the columns). Of many examples `MAX_EXAMPLES` are taken in equal distances.
    home : Path
        The folder that bis keeps on this machine.

    Raises
    ------
    UsageError
        It is not there, or is none of these.
    StorageError
        The examples cannot be kept.
    """
    read = {".npy": _read_array, ".npz": _read_arrays, ".csv": _read_table}.get(path.suffix.lower())
    if read is None:
        raise UsageError(f"the probe {path} is a {path.suffix or 'file without an ending'}, expected {_FORMS}")
    try:
        examples, given, taken = read(path)
        content = packed({EVERY_MODEL: examples})
    except OSError as error:
        raise UsageError(f"the probe {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, NoFormError, csv.Error) as error:
        raise UsageError(
            f"the probe {path} cannot be used: {error}",
            hint=f"Give numbers or a table of numbers and texts, as {_FORMS}, without pickled objects.",
        ) from error
    return GivenProbe(_keep(content, home), taken, given)


def _keep(content: bytes, home: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="bis-probe-") as folder:
        path = Path(folder) / PROBE
        path.write_bytes(content)
        return keep_source(path, home=home, suffix=PROBE_SUFFIX)


def _taken(count: int) -> list[int]:
    if not count:
        raise ValueError("it has no examples")
    return list(range(count)) if count <= MAX_EXAMPLES else [i * count // MAX_EXAMPLES for i in range(MAX_EXAMPLES)]


def _read_array(path: Path) -> tuple[Any, int, int]:
    found = np.load(path, allow_pickle=False)
    if not isinstance(found, np.ndarray) or not found.ndim:
        raise ValueError("expected an array with a row for each example")
    rows = _taken(len(found))
    return found[rows], len(found), len(rows)


def _read_arrays(path: Path) -> tuple[Any, int, int]:
    with np.load(path, allow_pickle=False) as archive:
        if isinstance(archive, np.ndarray):
            raise ValueError("expected an archive of arrays")  # noqa: TRY004 (what is wrong is the file)
        arrays = {name: archive[name] for name in sorted(archive.files)}
    counts = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(counts.values())) != 1:
        raise ValueError(f"expected arrays with as many rows each, found {counts}")
    rows = _taken(next(iter(counts.values())))
    taken = {name: array[rows] for name, array in arrays.items()}
    return next(iter(taken.values())) if len(taken) == 1 else taken, next(iter(counts.values())), len(rows)


def _read_table(path: Path) -> tuple[Any, int, int]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    if not lines:
        raise ValueError("it is empty")
    width = len(lines[0])
    uneven = next((i for i, line in enumerate(lines, start=1) if len(line) != width), None)
    if uneven is not None:
        raise ValueError(f"row {uneven} has {len(lines[uneven - 1])} fields, expected {width}")
    has_names = not all(_number(field) is not None for field in lines[0])
    rows = lines[1:] if has_names else lines
    taken = [rows[i] for i in _taken(len(rows))]
    columns = [_column([line[i] for line in taken]) for i in range(width)]
    if has_names:
        if len(set(lines[0])) < width:
            raise ValueError("two columns have the same name")
        return Table(lines[0], columns), len(rows), len(taken)
    if any(isinstance(column, list) for column in columns):
        raise ValueError("a table with texts needs the names of its columns in the first line")
    return np.stack(columns, axis=1), len(rows), len(taken)


def _column(fields: Sequence[str]) -> Any:
    """An array of whole numbers, numbers (an empty field is NaN) or truth values; else a list of texts."""
    if fields and all(field in _LOGICAL for field in fields):
        return np.array([_LOGICAL[field] for field in fields])
    numbers = [float("nan") if not field else _number(field) for field in fields]
    if any(number is None for number in numbers):
        return [field or None for field in fields]
    if all(field.lstrip("+-").isdecimal() for field in fields):
        return np.array([int(field) for field in fields], dtype=np.int64)
    return np.array(numbers, dtype=np.float64)


def _number(field: str) -> float | None:
    try:
        return float(field)
    except ValueError:
        return None
