"""Where a project's data comes from: files that its settings name, or an environment in which an agent learns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, DICT, LIST, NAME, OTHER, SUBSCRIPT
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.data_reading import READS, given_to_read, parts_of, reads
from bis._audit.questions.logged_arguments import logged_arguments
from bis._audit.questions.program_roots import is_of_unnamed, predicting_files
from bis._audit.questions.written_values import Written, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

_SPEAKS_OF_DATA = re.compile(
    r"(?i)(?:^|[_.\-])(?:data|datasets?|csv|parquet|corpus|inputs?|tables?|source)(?:$|[_.\-])"
    r"|(?:train|test|val|valid|eval)(?:ing)?[_\-]?(?:data|set|files?|path|dir|csv|df)\b"
)
_ENVIRONMENTS = frozenset(
    {
        "gym", "gymnasium", "pettingzoo", "dm_control", "procgen", "minigrid", "gym_minigrid", "pybullet_envs",
        "highway_env", "ale_py", "vizdoom", "stable_baselines3", "sb3_contrib", "supersuit", "mujoco", "envpool",
        "brax", "gymnax",
    }
)  # fmt: skip
_MOST_PARTS = 20


def named_by_settings(analysis: Analysis) -> bool:
    """Whether settings are logged as a whole, and the data that is read is among them.

    ``log_params(vars(args))`` and ``read_csv(args.train_csv)``, or an argument ``--data-path``.
    """
    modules = [one for one in analysis.project.modules if one.file not in predicting_files(analysis)]
    logged = [(module, name, by) for module in modules for name, by in _logged_wholly(analysis, module)]
    if not logged:
        return False
    settings = {name for _module, name, _by in logged} - _SELF
    own = {(module.file, _class_of(module, by.scope)) for module, name, by in logged if name in _SELF}
    if any(_has_entry_of_data(module, name) for module, name, _by in logged):
        return True
    given = [module for module, name, by in logged if _may_be_given(module, name, by)]
    declaring = frozenset().union(*(analysis.project.links.together(module) for module in given))
    return any(
        _reads_setting(analysis, module, call, settings | (_SELF if _is_in(module, call, own) else frozenset()))
        or (module.file in declaring and _declares_data(call))
        for module in modules
        for call in module.calls
    )


def _has_entry_of_data(module: Module, name: str) -> bool:
    """Whether a dictionary of this name is written in the file that has an entry with data: ``{"data_dir": ...}``."""
    written = (one.value for one in module.assigns if one.name == name and one.value.kind == DICT)
    keys = (key.data for value in written for key in value.items[::2] if key.kind == CONSTANT)
    return any(isinstance(key, str) and _PLACE_OF_DATA.search(key) for key in keys)


_PLACE_OF_DATA = re.compile(
    r"(?i)(?:^|[_.\-])(?:data|dataset|csv|train|corpus|input)[_\-]?(?:dir|path|file|folder|root|name|version|url|uri)s?$"
    r"|^(?:data|dataset)$"
)


def _class_of(module: Module, scope: int) -> int:
    while scope > 0 and module.scopes[scope].kind != "class":
        scope = module.scopes[scope].parent
    return scope


def _is_in(module: Module, call: Call, classes: set[tuple[str, int]]) -> bool:
    """Whether a call is in one of these classes: of its attributes, ``self`` says something there only."""
    return bool(classes) and (module.file, _class_of(module, call.scope)) in classes


def _may_be_given(module: Module, name: str, by: Call) -> bool:
    """Whether an object may be, or have, what the command line gives.

    It is neither a dictionary with keys that are written nor what a search has found, or tries.
    """
    if _FOUND.search(name) or _is_tried(module, name, by):
        return False
    values = [one.value for one in module.assigns if one.name == name]
    return not values or not all(_is_written_dict(value) for value in values)


def _is_tried(module: Module, name: str, by: Call) -> bool:
    """Whether a name is the parameter of a function to which a search of Hyperopt gives what it tries."""
    scope = module.scopes[by.scope]
    if name not in scope.parameters:
        return False
    function = scope.name.rpartition(".")[2]
    searches = (call for call in module.calls if call.method == "fmin")
    return any(
        function in value.names()
        for call in searches
        for value in (*call.args[:1], *filter(None, [call.keywords.get("fn")]))
    )


_FOUND = re.compile(r"(?:^|[._])best_|^(?:study|trial)\b")
_SELF = frozenset({"self"})


def _is_written_dict(value: Value) -> bool:
    keys = value.items[::2] if value.kind == DICT else ()
    return bool(keys) and all(key.kind == CONSTANT and key.data is not None for key in keys)


def describe_data(analysis: Analysis, module: Module, names: list[str]) -> bool:
    """Whether one of these names is what a function found out of a data set: ``info = dataset_metadata("d.yaml")``."""
    return not _descriptions(analysis, module).isdisjoint(names)


@asked_once
def _descriptions(_analysis: Analysis, module: Module) -> frozenset[str]:
    return frozenset(
        name for call in module.calls if call.targets and _DESCRIBES_DATA.search(call.method) for name in call.targets
    )


_DESCRIBES_DATA = re.compile(
    r"(?i)data_?(?:set)?_?(?:meta_?data|info|version|hash|digest|fingerprint|source|id|checksum|commit|revision)"
    r"|(?:hash|fingerprint|digest|checksum|describe|version)_?(?:of_?)?(?:the_?)?(?:data|dataset|file)\b"
)


def are_versioned(analysis: Analysis) -> bool:
    """Whether something keeps versions of the data: DVC, a table that is trained on and kept in Delta, Pachyderm."""
    if any(name.endswith((".dvc", "dvc.yaml", "dvc.lock")) for name in analysis.project.files):
        return True
    in_delta: set[str] = set()
    for module in analysis.project.programs:
        for text, _value, call, name in analysis.literals(module):
            of_format = call is not None and (call.method == "format" or name in {"format", "source"})
            in_sql = call is not None and call.method == "sql" and _USES_DELTA.search(text) is not None
            if (of_format and text == "delta") or in_sql:
                in_delta.add(module.file)
            if _OF_PACHYDERM.match(text):
                return True
    return bool(in_delta) and any(
        module.file in in_delta or any(call.method in {"table", "sql"} for call in module.calls)
        for module in analysis.project.programs
        if analysis.is_part_of_training(module)
    )


_OF_PACHYDERM = re.compile(r"(?:PACH_JOB_ID|PPS_\w{1,40})$|/pfs/\w")
_USES_DELTA = re.compile(r"(?i)\bUSING\s{1,9}DELTA\b")


def are_environments(analysis: Analysis, modules: Iterable[Module]) -> bool:
    """Whether what these files train is an agent in an environment, and none of them reads data.

    An environment is one of a library, or a class of the project with the methods `reset` and `step`.
    """
    files = tuple(modules)
    if any(reads(call) for module in files for call in module.calls):
        return False
    everywhere = analysis.project.roots & _ENVIRONMENTS or any(
        one.target.startswith("ray.rllib") for module in files for one in module.imports
    )
    return bool(everywhere) or any(_defines_environment(module) for module in analysis.project.programs)


def _defines_environment(module: Module) -> bool:
    names = {scope.name for scope in module.scopes if scope.kind == "function"}
    classes = (scope.name for scope in module.scopes if scope.kind == "class")
    return any({f"{name}.reset", f"{name}.step"} <= names for name in classes)


def are_made(analysis: Analysis, modules: Iterable[Module]) -> bool:
    """Whether the only data of these files is made by them: then the code and its parameters say which it is.

    By scikit-learn, by counting, by writing rows out, or by drawing them; also in another file than the training.
    """
    files = tuple(modules)
    takes_in = any(map(_takes_in_rows, files))
    brings_data = _LIBRARIES_OF_DATA - {"datasets"} if takes_in else _LIBRARIES_OF_DATA
    if any(module.roots & brings_data for module in files):
        return False
    calls = [(module, call) for module in files for call in module.calls]
    if any(reads(call) and not _MADE.fullmatch(call.method) for _module, call in calls):
        return False
    if any(_MADE.fullmatch(call.method) and call.api.startswith("sklearn.datasets.") for _module, call in calls):
        return True
    trained = [(module, call) for module, call in calls if analysis.training(module)]
    drawn = takes_in or any(_draws_rows(module, call) for module, call in calls) or any(map(_simulates, files))
    if drawn or any(map(_draws_items, files)) or any(_is_given_rows(analysis, *one) for one in calls):
        named = frozenset().union(*(module.reads for module in files))
        opened = (one for one in calls if one[1].method in {"open", "load"} and _opens(one[1]))
        return all(is_of_unnamed(*one, named) or _is_of_settings(*one) for one in opened)
    if any(_opens(call) for _module, call in trained):
        return False
    return any(call.api in _COUNTS or _is_written_out(analysis, module, call) for module, call in trained)


def are_written_out(analysis: Analysis, modules: Iterable[Module]) -> bool:
    """Whether the only data of these files are rows that are written in the code."""
    calls = [(module, call) for module in modules for call in module.calls]
    if any(reads(call) or _opens(call) for _module, call in calls):
        return False
    return any(_is_written_out(analysis, module, call) for module, call in calls)


def reading(module: Module) -> Iterator[Call]:
    """The calls of a file that read data."""
    return (call for call in module.calls if reads(call) or _opens(call))


def files_read(module: Module) -> set[str]:
    """Names of the files that a file reads as data, without their folders; those that any project may have left out."""
    texts = {text for call in module.calls if reads(call) for given in call.args[:1] for text in given.constants()}
    names = {text.replace("\\", "/").rpartition("/")[2] for text in texts if isinstance(text, str)}
    return {name for name in names if "." in name and name.partition(".")[0].lower() not in _ANY_NAMES}


_ANY_NAMES = frozenset({"", "data", "train", "test", "dataset", "x_train", "y_train", "x_test", "y_test", "val", "df"})


def _is_written_out(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether rows are written in the code: ``numpy.array([[1, 2], [3, 4]])``, ``pandas.DataFrame({"a": [1, 2]})``."""
    given = call.args[0] if call.args and call.api in _HOLDS_ROWS and _is_kept(module, call) else None
    given = analysis.value_of(module, given, call.scope, call.index)
    if given is None or given.kind not in {DICT, LIST}:
        return False
    rows = given.items[1::2] if given.kind == DICT else given.items
    return len(rows) > 1 and all(row.kind == LIST and row.is_literal for row in rows)


def _is_kept(module: Module, call: Call) -> bool:
    """Whether a result is assigned to a name, as it is or by a method of it: ``X = torch.tensor(rows).float()``."""
    return bool(call.targets) or any(one.receiver == call.index and _is_kept(module, one) for one in module.calls)


def _is_given_rows(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether what divides or loads data is given a list of rows: ``train_test_split(["One sentence.", ...])``."""
    if not (call.method.endswith(("Dataset", "DataLoader")) or ml_calls.may_split(call.api)):
        return False
    given = [Written(module, value, call.scope, call.index) for value in call.args[:1]]
    known = [one.value for written in given for one in values_of(analysis, written)]
    return any(value.kind == LIST and _are_rows(value.items) for value in known)


def _takes_in_rows(module: Module) -> bool:
    """Whether a data set of Hugging Face's is made in a file with rows that are written there: ``from_list(rows)``."""
    made = any(call.api.startswith("datasets.Dataset.from_") and call.method in _TAKES_IN for call in module.calls)
    return made and any(one.value.kind == LIST and _are_rows(one.value.items) for one in module.assigns)


_TAKES_IN = frozenset({"from_list", "from_dict"})


def _are_rows(items: tuple[Value, ...]) -> bool:
    """Whether these are rows, all of them written: sentences, lists, dictionaries."""
    if len(items) < _FEWEST_ROWS:
        return False
    if all(item.kind == CONSTANT for item in items):
        return all(isinstance(item.data, str) and " " in item.data.strip() for item in items)
    return all(
        (item.kind == LIST and item.is_literal)
        or (item.kind == DICT and bool(item.items) and all(one.is_literal for one in item.items))
        for item in items
    )


_FEWEST_ROWS = 3
_HOLDS_ROWS = frozenset({"numpy.array", "torch.tensor", "pandas.DataFrame", "tensorflow.constant"})


def _draws_rows(module: Module, call: Call) -> bool:
    """Whether rows are drawn: ``X = numpy.random.rand(100, 3)``, ``DataFrame({"a": numpy.random.normal(size=9)})``."""
    if call.api in {"pandas.DataFrame", "polars.DataFrame"}:
        inner = [one for given in call.args[:1] for one in _calls_within(given)]
        return any(_DRAWS.match(module.calls[index].api) for index in inner)
    return bool(_DRAWS.match(call.api)) and any(_ROWS.match(name.rpartition(".")[2]) for name in call.targets)


def _simulates(module: Module) -> bool:
    """Whether a function of a file makes rows by drawing, as its name says: ``def simulate(n): ... torch.randn(n)``."""
    return any(
        scope.kind == "function"
        and scope.returns
        and _MAKES_ROWS.search(scope.name.rpartition(".")[2])
        and any(_DRAWS.match(call.api) for call in module.calls[scope.first : scope.last])
        for scope in module.scopes
    )


def _draws_items(module: Module) -> bool:
    """Whether a data set draws its rows one by one: ``def __getitem__(self, i): return torch.randn(3)``.

    One that takes a row of what it holds, by its number, only alters that by drawing.
    """
    for index, scope in enumerate(module.scopes):
        if scope.kind != "function" or not scope.name.endswith(".__getitem__") or not scope.returns:
            continue
        calls = module.calls[scope.first : scope.last]
        numbers = set(scope.parameters[1:])
        taken = [value for call in calls if not _DRAWN_WITH.match(call.api) for value in _given(call)]
        taken += [*scope.returns, *(one.value for one in module.assigns if one.scope == index)]
        holds = any("[]" in call.path for call in calls) or any(map(_has_subscript, taken))
        if holds or any(numbers & value.names() for value in taken):
            continue
        if any(_DRAWS.match(call.api) for call in calls):
            return True
    return False


_DRAWN_WITH = re.compile(r"(?:numpy\.random|random|torch\.(?:Generator|manual_seed))\b")


def _given(call: Call) -> tuple[Value, ...]:
    return (*call.args, *call.keywords.values())


def _has_subscript(value: Value) -> bool:
    return value.kind == SUBSCRIPT or any(map(_has_subscript, value.items))


_MAKES_ROWS = re.compile(
    r"(?i)(?:^|_)(?:sim|simulated?|synth|synthetic|synthesi[sz]e|toy|dummy|fake)(?:_|$)"
    r"|^(?:generate|make|create|draw)_(?:\w{1,30}_)?(?:data|dataset|series|samples|rows)$"
)


def _calls_within(value: Value) -> Iterator[int]:
    if value.kind == CALL:
        yield value.data
    for item in value.items:
        yield from _calls_within(item)


_DRAWS = re.compile(
    r"(?:numpy\.random\.(?:default_rng\.|RandomState\.)?(?:rand|randn|random|normal|uniform|exponential|poisson|integers|randint"
    r"|standard_normal|random_sample|multivariate_normal|binomial|gamma|beta|choice)"
    r"|torch\.(?:rand|randn|randint|normal)|tensorflow\.random\.(?:normal|uniform))$"
)
_ROWS = re.compile(r"(?i)(?:x|y|data|df|features?|targets?|inputs?|labels?|samples?)(?:_?(?:train|test|all|data))?$")
_MADE = re.compile(r"make_\w+")
_OPENS = frozenset({"open", "DataLoader", "load", "Dataset"})
_COUNTS = frozenset({f"{library}.{name}" for library in ("numpy", "torch") for name in ("arange", "linspace")})
_LIBRARIES_OF_DATA = frozenset({"torchvision", "torchaudio", "torchtext", "tensorflow_datasets", "datasets", "kaggle"})


def _opens(call: Call) -> bool:
    """Whether a call may open data: not where it opens a file to be written."""
    if call.method not in _OPENS:
        return False
    given = (*call.args, *call.keywords.values()) if call.method == "open" else ()
    return not any(value.kind == CONSTANT and _WRITING.fullmatch(str(value.data)) for value in given)


def _is_of_settings(module: Module, call: Call) -> bool:
    """Whether settings are read: ``yaml.safe_load(f)``, ``open("config.yaml")``, or what is opened for such a call."""
    if call.method == "load" or call.api in _READS_SETTINGS:
        return call.api in _READS_SETTINGS
    if any(
        isinstance(text, str) and text.endswith(_OF_SETTINGS) for value in call.args[:1] for text in value.constants()
    ):
        return True
    named = {one.name for one in module.withs if one.call == call.index}
    given = [one.args[0] for one in module.calls if one.api in _READS_SETTINGS and one.args]
    return any(
        (one.kind == CALL and one.data == call.index) or (one.kind == NAME and one.data in named) for one in given
    )


_READS_SETTINGS = frozenset(
    {
        "yaml.load",
        "yaml.safe_load",
        "yaml.full_load",
        "toml.load",
        "tomllib.load",
        "tomli.load",
        "omegaconf.OmegaConf.load",
    }
)
_OF_SETTINGS = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".env")
_WRITING = re.compile(r"[wax][bt]?\+?[bt]?")


def _logged_wholly(analysis: Analysis, module: Module) -> Iterator[tuple[str, Call]]:
    """Names of objects all of whose entries are logged as parameters, with the calls that do."""
    for call in analysis.may_trace(module):
        logs = "param" in analysis.kinds(module, call) or call.method == "log_dict"
        by_name = call.api.startswith("@") and _LOGS_SETTINGS.search(call.method)  # a wrapper of a wrapper
        if not (logs or by_name) or call.method in {"log_param", "save_hyperparameters"}:
            continue
        given_on = logged_arguments(analysis, module, call) if logs else (*call.args, *call.keywords.values())
        for given in given_on:
            if not _is_option(module, call, given):
                yield from ((name, call) for name in _wholes(module, given, 0))


def _is_option(module: Module, call: Call, given: Value) -> bool:
    """Whether a name is an option of the command that a function is, which is one value and has no entries."""
    scope = module.scopes[call.scope]
    one = given.kind == NAME and given.data in scope.parameters and given.data not in _CONTEXTS
    return one and any(decorator.rpartition(".")[2] in _OPTIONS for decorator in scope.decorators)


_OPTIONS = frozenset({"option", "argument", "command"})  # of click and typer
_CONTEXTS = frozenset({"ctx", "context", "obj"})


_LOGS_SETTINGS = re.compile(r"(?i)log_?(?:\w{0,20}_)?(?:params?|config|cfg|hparams|hyper_?param\w*)")


_IS_PATH = re.compile(r"(?i)(?:path|dir|file|folder|uri|url)$")  # it has no entries


def _wholes(module: Module, value: Value, depth: int) -> Iterator[str]:
    """``args`` of ``vars(args)``, ``dict(args)``, ``args.__dict__``, ``OmegaConf.to_container(args)``."""
    if depth > _MOST_PARTS:
        return
    if value.kind == NAME and not _IS_PATH.search(value.data):
        name = value.data.removesuffix(".__dict__")
        yield from {name, name.removesuffix(".params")} - (_SELF if name == "self.params" else frozenset())
    elif value.kind == CALL:
        inner = module.calls[value.data]
        if inner.api == "locals":
            yield from module.scopes[inner.scope].parameters
        if inner.owner and not inner.args and inner.method != "get_params":  # args.model_dump()
            yield inner.owner
        for given in inner.args:
            yield from _wholes(module, given, depth + 1)
    elif value.kind == OTHER:
        for item in value.items:
            yield from _wholes(module, item, depth + 1)


def _reads_setting(analysis: Analysis, module: Module, call: Call, settings: AbstractSet[str]) -> bool:
    gets = call.method == "get" and call.owner in settings  # params.get("train_path")
    if gets and any(isinstance(key, str) and _SPEAKS_OF_DATA.search(key) for key in call.args[0].constants()[:1]):
        return True
    given = (*call.args, *call.keywords.values())
    if any(base in settings and _SPEAKS_OF_DATA.search(part) for value in given for base, part in parts_of(value)):
        return True
    read = given if READS.match(call.method) else given_to_read(analysis, module, call)
    return any(
        base in settings
        for value in read
        for base in (*(base for base, _part in parts_of(value)), *((value.data,) if value.kind == NAME else ()))
    )


def _declares_data(call: Call) -> bool:
    """``parser.add_argument("--data-path")``, an option of click or typer."""
    if call.method not in {"add_argument", "option"}:
        return False
    names = [given.data for given in call.args if given.kind == CONSTANT and isinstance(given.data, str)]
    return any(_SPEAKS_OF_DATA.search(name.lstrip("-")) for name in names)
