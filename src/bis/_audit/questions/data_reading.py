"""What is read as data: the names by which a program says which, in its own calls and in functions that read for it.

Of ``frame = load(folder)`` with ``def load(path): return read_csv(f"{path}/a.csv")`` it is ``folder``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, NAME, SUBSCRIPT
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.logged_arguments import given_for, given_names, made_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

# Functions that read data from a file or a service.
READS = re.compile(
    r"(?:read_(?:csv|table|parquet|excel|json|feather|hdf|pickle|sql\w*|fwf|orc|stata|sas|spss|delta|ipc|ndjson|text)|scan_\w+"
    r"|load_dataset|load_from_disk|loadtxt|genfromtxt|ImageFolder|image_dataset_from_directory|flow_from_\w+|imread|open"
    r"|load_svmlight_file|fetch_\w+|load_(?:iris|digits|wine|breast_cancer|diabetes|data\w*)|make_(?:classification|regression|blobs|moons|circles)"
    r"|TabularDataset|parquet|csv)$"
)
# Functions that bring data from a service or read arrays: these may be given names of other things, too.
_BRINGS = re.compile(
    r"(?:yfinance\.(?:download|Ticker|Tickers)|boto3\.client\.(?:get_object|download_file\w*)|openml\.\w+\.get_dataset"
    r"|kagglehub\.dataset_download|ucimlrepo\.fetch_ucirepo|pandas_datareader\.(?:\w+\.)?\w+|(?:gdown|wget)\.download"
    r"|urllib\.request\.(?:urlretrieve|urlopen)|requests\.get|numpy\.load|scipy\.io\.loadmat|h5py\.File)$"
)
_QUERIES = frozenset({"sql", "execute", "query", "read_gbq"})  # of a database, by the text of a query
# The keywords by which they are told what to read.
_WHAT = frozenset(
    {
        "filepath_or_buffer", "path", "path_or_buf", "io", "filename", "fname", "sql", "data_files", "name", "Key",
        "Filename", "url", "tickers", "root", "directory", "dataset_id", "revision", "data_id", "version",
    }
)  # fmt: skip
_LEVELS = 2  # functions that hand a name on, one to the other, to one that reads
_MOST_PARTS = 20


def reads(call: Call) -> bool:
    """Whether a call reads data."""
    return bool(READS.match(call.method)) and call.method != "open" and not call.api.startswith("@")


def given_to_read(analysis: Analysis, module: Module, call: Call, *, levels: int = _LEVELS) -> list[Value]:
    """What a call is given that says which data it reads, itself or in a function of the project that it calls.

    Parameters
    ----------
    analysis : Analysis
    module : Module
    call : Call
        Of this file.
    levels : int, optional
        How many functions hand it on, one to the other, at most.
    """
    if reads(call) or _BRINGS.match(call.api) or call.method in _QUERIES:
        return [*call.args[:1], *(value for name, value in call.keywords.items() if name in _WHAT)]
    if READS.match(call.method) and call.method != "open":
        return [*call.args[:1]]  # an own function that says by its name that it reads
    found = analysis.project.links.function(call.api, module) if levels and call.api.startswith("@") else None
    if found is None:
        return []
    other, index = found
    reading = _reading(analysis, other, levels - 1).get(index)
    return given_for(call, other.scopes[index], reading) if reading else []


@asked_once
def _reading(analysis: Analysis, module: Module, levels: int) -> dict[int, frozenset[str]]:
    """By scope of a file, the names that say what its own body reads; of ``__init__``, what its class reads."""
    names: dict[int, set[str]] = {}
    for call in module.calls:
        given = given_to_read(analysis, module, call, levels=levels)
        if given and call.scope:
            names.setdefault(call.scope, set()).update(given_names(module, call, given))
    for index, scope in enumerate(module.scopes):
        if scope.name.endswith(".__init__"):
            beside = (read for other, read in names.items() if module.scopes[other].parent == scope.parent)
            kept = {name for read in beside for name in read if name.startswith("self.")}
            if kept:
                names.setdefault(index, set()).update(kept)
    return {scope: frozenset(made_of(analysis, module, scope, of)) for scope, of in names.items()}


def is_read_by(analysis: Analysis, module: Module, function: int, parameter: str) -> bool:
    """Whether a function's parameter says what it reads; of ``__init__``, what its class does, also by ``hparams``."""
    names = _reading(analysis, module, _LEVELS - 1).get(function, frozenset())
    return not names.isdisjoint({parameter, f"self.hparams.{parameter}"})


def read_names(analysis: Analysis, module: Module, scope: int) -> frozenset[str]:
    """Names of what is read as data: ``path`` of ``read_csv(path)``, in the same function, or of the whole file."""
    everywhere, within = _read_names(analysis, module)
    return everywhere | within.get(scope, frozenset())


@asked_once
def _read_names(analysis: Analysis, module: Module) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
    of_file = {assign.name for assign in module.assigns if assign.scope == 0}
    everywhere: set[str] = set()
    within: dict[int, frozenset[str]] = {}
    for call in module.calls:
        names = {name for given in given_to_read(analysis, module, call) for name in whole_names(given)}
        everywhere |= {name for name in names if name in of_file or not name.isidentifier()}
        if names:
            within[call.scope] = within.get(call.scope, frozenset()) | names
    return frozenset(everywhere), within


@asked_once
def texts_read(analysis: Analysis) -> frozenset[str]:
    """Texts that say what is read, in small letters: ``imdb`` of ``load_dataset("imdb")``, file names, data sets.

    The data sets are those that libraries bring: ``cifar10`` of ``datasets.CIFAR10()``, ``iris`` of ``load_iris()``.
    """
    found: set[str] = set()
    for module in analysis.project.programs:
        for call in module.calls:
            brought = _BROUGHT.match(call.api) if "datasets." in call.api else None
            if brought is not None:
                found.add((brought["name"] or brought["inner"]).lower())
            for value in given_to_read(analysis, module, call, levels=0):
                text = value.data if value.kind == CONSTANT and isinstance(value.data, str) else ""
                found |= {text.lower(), text.replace("\\", "/").rpartition("/")[2].lower()}
    return frozenset(text for text in found if len(text) >= _SHORTEST and text not in _OF_ANY)


_BROUGHT = re.compile(
    r"(?:(?:torchvision|torchaudio|torchtext)\.datasets\.|sklearn\.datasets\.(?:load|fetch)_)(?P<name>\w+)$"
    r"|(?:tensorflow\.)?keras\.datasets\.(?P<inner>\w+)\.load_data$"
)
_SHORTEST = 3
# Any data has such parts and formats.
_OF_ANY = frozenset(
    {
        "train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "data", "dataset", "raw",
        "csv", "json", "parquet", "text", "pandas", "imagefolder", "audiofolder", "default", "all",
        "openml", "files", "datasetfolder", "fakedata",
    }
)  # fmt: skip


def whole_names(value: Value, depth: int = 0) -> Iterator[str]:
    """Names in an expression of which all is meant, and entries by their keys: ``config[path]`` is not ``config``."""
    if value.kind == NAME:
        yield value.data
    elif value.kind == SUBSCRIPT:
        yield from (f"{base}[{part}]" for base, part in parts_of(value))
    elif depth < _MOST_PARTS:
        for item in value.items:
            yield from whole_names(item, depth + 1)


def parts_of(value: Value, depth: int = 0) -> Iterator[tuple[str, str]]:
    """An object and what of it is used: ``args.train_csv``, ``config["data"]["path"]``."""
    if value.kind == NAME:
        base, _dot, part = value.data.rpartition(".")
        while base:
            yield base, part
            base, _dot, more = base.rpartition(".")
            part = f"{more}.{part}"
    elif value.kind == SUBSCRIPT:
        words, inner = [], value
        while inner.kind == SUBSCRIPT:
            words += [str(item.data) for item in inner.items[1:] if item.kind == CONSTANT]
            inner = inner.items[0]
        if inner.kind == NAME:
            yield inner.data, ".".join(reversed(words))
    elif value.kind != CALL and depth < _MOST_PARTS:
        for item in value.items:
            yield from parts_of(item, depth + 1)
