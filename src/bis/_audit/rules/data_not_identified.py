"""Nothing says which data was used.

## What it does
Finds projects that train and log to MLflow, in which no data set is logged, no data is kept as an artifact, no
parameter or tag names data or its version, and no data versioning (DVC, lakeFS, Pachyderm, or Delta tables where the
training reads tables) is in use. Settings that are logged as a whole, as in `log_params(vars(args))`, name the data
that is read by one of them, as do parameters of an MLproject's entry point, whatever logs the name or path that is read
(`load_dataset("imdb")` and a tag that says `imdb`), also by a function of the project that hands it on, and a run
called by the data's name. What a function of the project is given counts where it hands that on to what is logged.
Autologging describes the data of what it covers, but for Lightning's, statsmodels', with `log_datasets=False`, and
where all lists and locks keep MLflow before 2.4. How much data there is, how it is split, and what was predicted name
nothing, nor does a program that only predicts. An agent that learns in an environment (Gymnasium, or a class with
`reset` and `step`) has no data set, nor has a program that makes its own (`make_circles`, `np.arange`, draws, also in a
function that simulates or in a data set's `__getitem__`, rows that are written out). The place is a training of which a
run is made.

## Why is this bad?
A file of the same name may have other rows tomorrow. Without an identification, a digest or a version, a different
result cannot be distinguished from different data.

## Example
```python
data = pd.read_csv("train.csv")
with mlflow.start_run():
    mlflow.log_metric("mse", fit_and_score(data))
```

## Use instead
```python
data = pd.read_csv("train.csv")
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(data, source="train.csv"), context="training")
    mlflow.log_metric("mse", fit_and_score(data))
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT, DICT, NAME
from bis._audit.questions import data_reading, data_sources, declared_releases, execution_order, ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.configured_loggers import kept_by_catalogue
from bis._audit.questions.lightning_loggers import saves_hyperparameters
from bis._audit.questions.logged_arguments import SAYING, logged_arguments
from bis._audit.questions.program_roots import given_by_mlflow_run, predicting_files, tracked_trainings
from bis._audit.questions.written_values import Written, values_of
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import NO, YES, Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS105", "data-not-identified", Severity.NOTE, Confidence.MEDIUM)

_NAMES_DATA = re.compile(
    r"(?i)\b(?:data|dataset|train(?:ing)?_?(?:data|set|file|path)|[xy]_train(?:_path|_file|\.(?:csv|pkl|pickle|joblib|np[yz]|parquet))?$|csv|source|split\b|table|annotations?|series_?(?:id|name)|ticker|symbol)"
    r"|(?:\b|_)(?:csv|parquet|npy|npz|jsonl)(?:_|\b)|\b(?:input|source)_?(?:data|path|file|dir|table|uri|url)\b|\btrain(?:ing)?\.(?:json|txt)\b"
    r"|\b(?:md5|sha(?:1|256|512)|checksum|fingerprint|digest)\b|(?:data|train|file|csv|input)_?hash\b|\bsnapshot_?id\b|\bfeature_(?:view|table|store|service|group|version)"
)
# In the name of a run, of which any word may be about anything: ``f"forest {dataset_name}"``.
_NAME_OF_DATA = re.compile(
    r"(?i)(?:^|[_.\[])(?:data|dataset)_?(?:name|id|version|file|path|hash)\]?$"
    r"|(?:^|[_.\[])(?:(?:ts|series)_?(?:id|name)|ticker|symbol)\]?$"
)
# How much there is of it, how it is divided, loaded or altered, or what was found with it, does not say which it is.
_RESULTS = (
    r"(?:^|[\W_])(?:pred(?:iction)?s?|metrics|importances?|leaderboard|submissions?|scores?|results?|reports?|confusion"
    r"|history|losses|runs|comparison|shap)(?:[\W_]|$)"
)
_COUNTS_DATA = re.compile(
    r"(?i)(?:^|[_. ])(?:shape|size|rows|samples|len(?:gth)?|count|ratio|fraction|num|n|dim(?:ension)?s?"
    r"|columns)(?:[_. ]|$)|^data_?(?:aug\w*|parallel|loaders?|workers|leak\w*)$|" + _RESULTS
)
_OF_RESULTS = re.compile(f"(?i){_RESULTS}")
_WRITES_TABLE = re.compile(r"(?:to|write)_(?:csv|parquet|feather|pickle|json|excel)$")
_TABLE_OF_DATA = re.compile(r"(?i)(?:^|_)(?:data|df|dataset|x|train|raw|features?)(?:_|$)")
# They name a run or an experiment, and what runs are about.
_NAMING = frozenset({"mlflow.start_run", "mlflow.set_experiment", "mlflow.create_experiment"})
_VERSIONED = frozenset({"dvc", "lakefs", "delta", "deltalake", "lakefs_client", "quilt3", "pachyderm_sdk"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report it once, at the first training of which a run is made."""
    facts = analysis.facts
    if facts["uses_mlflow"].value != YES or facts["trains_model"].value != YES or facts["logs_dataset"].value != NO:
        return
    if _is_described(analysis):
        return
    if analysis.project.roots & _VERSIONED or data_sources.are_versioned(analysis):
        return
    if YES not in [facts[name].value for name in ("logs_params", "logs_metrics", "logs_model")]:
        return
    tracked = tracked_trainings(analysis)
    read = list(
        dict.fromkeys(
            module.place_of(call)
            for parts, (module, call) in tracked
            if not data_sources.are_environments(analysis, parts) and not data_sources.are_made(analysis, parts)
        )
    )
    if not tracked and not (
        data_sources.are_environments(analysis, analysis.project.programs)
        or data_sources.are_made(analysis, analysis.project.programs)
    ):
        read = [facts["trains_model"].places[0]]
    if read and not _names_data(analysis) and not kept_by_catalogue(analysis):
        yield RULE.at(read[0], "no run says which data it was trained on", related=tuple(read[1:]))


def _is_described(analysis: Analysis) -> bool:
    """Whether autologging that is not too late describes the data of what it covers.

    Before MLflow 2.4 only that of Spark did.
    """
    only = frozenset({"pyspark"}) if declared_releases.is_before(analysis, "mlflow", "2.4") else None
    late = set(analysis.facts["autolog_too_late"].places)
    autologs = [
        call
        for module in analysis.project.modules
        for call in analysis.may_trace(module)
        if "autolog" in analysis.direct(module, call) and module.place_of(call) not in late
    ]
    if not autologs:
        return only is None and bool(set(analysis.facts["autolog"].places) - late)
    trainings = [call for module in analysis.project.programs for call in analysis.training(module)]
    return any(
        _describes(autolog, training)
        for autolog in autologs
        for training in trainings
        if only is None or ml_calls.library(training.api) in only
    )


def _describes(autolog: Call, training: Call) -> bool:
    """Whether autologging logs the data set of a training, or may: of an unknown library's, that is not known."""
    switch = autolog.keywords.get("log_datasets")
    if switch is not None and switch.kind == CONSTANT and switch.data is False:
        return False
    if not ml_calls.is_of_known_library(training):
        return True
    return execution_order.covered(autolog, training) and ml_calls.library(training.api) not in _UNDESCRIBED


_UNDESCRIBED = frozenset(mlflow.AUTOLOG_COVERS_ALL) - mlflow.AUTOLOG_DESCRIBES


def _names_data(analysis: Analysis) -> bool:
    given = given_by_mlflow_run(analysis).get(analysis.facts["trains_model"].places[0].file, frozenset())
    if any(_is_of_data(name) for name in given):
        return True
    for module in analysis.project.modules:
        if module.file in predicting_files(analysis):
            continue  # what it is given is not what was trained on
        if any(_says_data(analysis, module, call) for call in _saying(analysis, module)):
            return True
        if any(call.method == "create_training_set" for call in module.calls):  # of a feature store
            return True
    return data_sources.named_by_settings(analysis)


def _is_of_data(word: object) -> bool:
    return isinstance(word, str) and bool(_NAMES_DATA.search(word)) and not _COUNTS_DATA.search(word)


def _saying(analysis: Analysis, module: Module) -> Iterator[Call]:
    """Calls of a file that log what a run is about, or name it."""
    for call in analysis.may_trace(module):
        if logged_arguments(analysis, module, call) or SAYING & analysis.kinds(module, call):
            yield call
    yield from analysis.calls_where(module, _names_run)


def _names_run(api: str) -> bool:
    return canonical(api) in _NAMING


def _says_data(analysis: Analysis, module: Module, call: Call) -> bool:
    read = data_reading.read_names(analysis, module, call.scope)
    naming = _names_run(call.api) and SAYING.isdisjoint(analysis.direct(module, call))
    given = [*call.args, *call.keywords.values()] if naming else logged_arguments(analysis, module, call)
    if any(not read.isdisjoint(data_reading.whole_names(value)) for value in given if read):
        return True
    if not naming and any(not read.isdisjoint(_entries(analysis, module, call, value)) for value in given if read):
        return True
    if saves_hyperparameters(call):
        return any(
            _is_of_data(name) or data_reading.is_read_by(analysis, module, call.scope, name)
            for name in _saved(module, call)
        )
    return _is_called_by_data(analysis, module, call, read) if naming else _logs_data(analysis, module, call, given)


def _entries(analysis: Analysis, module: Module, call: Call, value: Value) -> Iterator[str]:
    """What the entries are called of a dictionary that is logged by its name: ``{"stock": ticker}``."""
    for one in values_of(analysis, Written(module, value, call.scope, call.index)) if value.kind == NAME else ():
        if one.value.kind == DICT and one.module is module:
            yield from data_reading.whole_names(one.value)
    for _key, stored in analysis.stored_in(module, value.data) if value.kind == NAME else ():
        yield from data_reading.whole_names(stored)


def _is_called_by_data(analysis: Analysis, module: Module, call: Call, read: frozenset[str]) -> bool:
    """Whether a run, which may be called anything, is called by the name of its data."""
    named = [
        analysis.value_of(module, value, call.scope, call.index) for value in (*call.args, *call.keywords.values())
    ]
    names = {name for value in named if value is not None for name in data_reading.whole_names(value)}
    return not read.isdisjoint(names) or any(_NAME_OF_DATA.search(name) for name in names)


def _logs_data(analysis: Analysis, module: Module, call: Call, given: list[Value]) -> bool:
    """Whether what is logged speaks of data by its words and names, or is data or settings that are kept."""
    names = [name for value in given for name in value.names()]
    written = [Written(module, value, call.scope, call.index) for value in given]
    known = [one.value for value in written for one in values_of(analysis, value)]
    words = [word for value in given for word in value.constants() if word != "source"]  # a run has a source, too
    others = [word for value in known if value.kind == DICT for word in value.constants()]
    # params["data"] = config["data"]
    stored = [key for name in names for key, _value in analysis.stored_in(module, name)]
    described = data_sources.describe_data(analysis, module, names)
    if described or any(_is_of_data(word) for word in (*words, *names, *stored)):
        return True
    if (
        _is_read(analysis, [*words, *others])
        or any(_is_of_data(word) and not _OF_SETTINGS.match(str(word)) for word in others)
        or _keeps_settings(call, [word for value in known for word in value.constants()])
    ):
        return True
    if any(isinstance(word, str) and _OF_RESULTS.search(word) for word in words):
        return False
    tables = _written_tables(analysis, module) if call.method in _KEEPS_FILES else []
    folders = [value.data for value in given if value.kind == NAME]
    return any(_below(one, folders) or _is_kept(one, words) for one in tables)


def _saved(module: Module, call: Call) -> Iterator[str]:
    """The parameters of a function that ``self.save_hyperparameters()`` logs: those that are named, or all but some."""
    named = {word for given in call.args for word in given.constants()}
    without = call.keywords.get("ignore")
    left_out = set(without.constants()) if without is not None else set()
    for name in module.scopes[call.scope].parameters[1:]:
        if name not in left_out and (not call.args or name in named):
            yield name


def _is_read(analysis: Analysis, words: list[object]) -> bool:
    """Whether a word is one by which data is read: ``load_dataset("imdb")``, and a tag that says ``imdb``."""
    texts = (word.lower() for word in words if isinstance(word, str) and not _OF_RESULTS.search(word))
    return not data_reading.texts_read(analysis).isdisjoint(texts)


@asked_once
def _written_tables(analysis: Analysis, module: Module) -> list[Call]:
    """The tables that a file writes, but for those that by their names are results."""
    written = (call for call in module.calls if _WRITES_TABLE.match(call.method))
    return [call for call in written if not any(map(_OF_RESULTS.search, _words_of(analysis, module, call)))]


def _words_of(analysis: Analysis, module: Module, writing: Call) -> Iterator[str]:
    """The name of a table that is written, and what says where to."""
    yield writing.owner
    for given in writing.args[:1]:
        yield from given.names()
        for one in values_of(analysis, Written(module, given, writing.scope, writing.index)):
            yield from (text for text in one.value.constants() if isinstance(text, str))


# Among settings, these are a part of them: {"split": {"test_size": 0.2}}.
_OF_SETTINGS = re.compile(r"(?i)(?:split|fold|source|table|data|dataset)$")
_SETTINGS = re.compile(r"(?i)(?:config|params|settings|hparams)[\w-]{0,40}\.(?:ya?ml|json|toml|ini)$|\.hydra\b")
_NAMES_SETTINGS = re.compile(
    r"(?i)(?:^|[._])(?:config|cfg|params|settings|hparams)_?(?:path|file|yaml|json|name)$|\.(?:config|cfg)$"
)


def _keeps_settings(call: Call, known: list[object]) -> bool:
    """Whether a file of settings is kept, which may say what is read: ``log_artifact("config.yaml")``.

    `known` are the texts that its names stand for.
    """
    if call.method in _WRITES_FILES:  # log_text(OmegaConf.to_yaml(config), "config.yaml")
        return any(_SETTINGS_WRITTEN.search(str(word)) for given in call.args[1:2] for word in given.constants())
    if call.method not in _KEEPS_FILES:
        return False
    words = [word for given in call.args for word in given.constants() if isinstance(word, str)]
    if any(isinstance(word, str) and _SETTINGS_OF_ALL.search(word) for word in known):
        return True
    names = [name for given in call.args for name in data_reading.whole_names(given)]
    return any(_SETTINGS.search(word) for word in words) or any(
        _NAMES_SETTINGS.search(name) and "best" not in name for name in names
    )


_KEEPS_FILES = frozenset({"log_artifact", "log_artifacts"})
_WRITES_FILES = frozenset({"log_text", "log_dict"})
_SETTINGS_OF_ALL = re.compile(r"(?i)(?:^|[/\\])(?:config|cfg|settings|params)\.(?:ya?ml|json|toml|ini)$")
_SETTINGS_WRITTEN = re.compile(r"(?i)(?:^|[/_-])(?:config|cfg|settings)\.(?:ya?ml|json|toml|ini)$")


def _below(writing: Call, names: list[str]) -> bool:
    """Whether a table is written into a folder of one of these names: ``x.to_csv(f"{folder}/train.csv")``."""
    return any(name in given.names() for given in writing.args[:1] for name in names)


def _is_kept(writing: Call, paths: list[object]) -> bool:
    """Whether a table of data is written to one of these paths: ``data.to_csv("a.txt")``."""
    written = [text for given in writing.args[:1] for text in given.constants()]
    table = writing.owner.rpartition(".")[2]
    return bool(_TABLE_OF_DATA.search(table)) and any(text in paths for text in written if isinstance(text, str))
