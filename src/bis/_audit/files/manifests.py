"""The files in which projects declare what they need, each read for what it says; none of them is run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from bis._audit.files.installs import read_dockerfile
from bis._audit.files.requirements import LISTED, Sheet, is_exact, is_revision, read_requirements, settle_export
from bis.model.project_audit import Place, Problem

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST_CHARACTERS = 2**20
_POINTER = "version https://git-lfs.github.com/spec/"  # what Git LFS commits in place of a file
_MOST_YAML = 2**18  # the reader of YAML, in Python, takes seconds for this
_MOST_PARTS = 100  # of a dotted key; TOML's reader takes the square of it
_DEEPEST = 30
_MOST_SEARCHED = 2_000_000  # lines, for the places of what a file declares
_ENVIRONMENT = re.compile(
    r"(?i)(?:.*[-_.])?(?:env(?:ironment)?s?|conda|mamba|anaconda[-_]project)(?:[-_.].*)?\.ya?ml|conda.*\.ya?ml|.*conda\.ya?ml"
)
_REQUIREMENTS = re.compile(
    r"(?i)(?:.*[-_. ])?(?:requirements?|constraints?|reqs?|deps|dependencies)(?:[-_. ].*)?\.(?:txt|in|pip|lock)"
    r"|(?:requirements|constraints).*\.(?:txt|in)|.*requirements\.txt"
    # misspelt, or in another language
    r"|(?:.*[-_. ])?(?:re?qu?[ie]{0,2}r?[a-z]{0,3}m[a-z]{0,3}t(?:o?s)?|requisitos)(?:[-_. ].*)?\.txt"
    r"|(?:spec[-_]?(?:file|list)s?|explicit|freeze|(?:pip|conda)[-_](?:freeze|list|packages|env\w*|spec\w*|explicit\w*))"
    r"(?:[-_.].*)?\.txt"
)
_LISTS_PACKAGES = re.compile(r"(?m)^\s{0,16}(?:dependencies|packages|build_dependencies)\s*:")
_CHANNELS = re.compile(r"(?m)^channels\s*:")
OF_REQUIREMENTS = frozenset({"requirements", "requires", "reqs", "constraints"})  # names of folders


class Unreadable(ValueError):
    """Raised when a manifest is not of the form that its name promises; the text says why, the line is 0 if unknown."""

    def __init__(self, detail: str, line: int = 0) -> None:
        super().__init__(detail)
        self.line = line


def reader_of(path: str) -> Callable[[Sheet, str], None] | None:
    """What reads a file, by its name; None for a file that is not a manifest."""
    folder, _slash, name = path.lower().rpartition("/")
    if name in _READERS:
        return _READERS[name]
    if is_dockerfile(name):
        return read_dockerfile
    if _ENVIRONMENT.fullmatch(name):
        return _read_environment
    if name == "requirements":
        return read_requirements
    listed = folder.rpartition("/")[2] in OF_REQUIREMENTS and name.endswith((".txt", ".in", ".pip"))
    if listed or (name.endswith((".txt", ".in", ".pip", ".lock")) and _REQUIREMENTS.fullmatch(name)):
        return read_requirements
    return None


def is_environment(text: str) -> bool:
    """Whether a text of YAML is an environment of conda, whatever its name."""
    return bool(_CHANNELS.search(text) and _LISTS_PACKAGES.search(text))


def is_dockerfile(path: str) -> bool:
    """Whether a file says how an image is made, by its name."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile"))


def read_manifest(path: str, text: str) -> Sheet:
    """Read one file for what it declares; this never raises, whatever the file contains.

    Parameters
    ----------
    path : str
        Relative to the project; its name says what it is.
    text : str

    Returns
    -------
    Sheet
        What cannot be read is one of its problems.
    """
    sheet = Sheet(path)
    sheet.turn_to("")
    # Of another name are those that others name.
    reader = reader_of(path) or (_read_environment if path.endswith((".yml", ".yaml")) else read_requirements)
    if text.startswith(_POINTER):
        sheet.is_unread = True
        sheet.problems.append(Problem(path, "manifest", "a pointer of Git LFS: its content is not there"))
        return sheet
    if len(text) > MOST_CHARACTERS:
        sheet.is_unread = True
        sheet.problems.append(Problem(path, "manifest", f"more than {MOST_CHARACTERS:,} characters: it was not read"))
        return sheet
    try:
        reader(sheet, text)
    except Unreadable as error:
        place = Place(path, -1, error.line) if error.line else None
        sheet.is_unread = True
        sheet.problems.append(Problem(path, "manifest", str(error), place))
    except (RecursionError, MemoryError):
        sheet.is_unread = True
        sheet.problems.append(Problem(path, "manifest", "nested too deeply to be read"))
    return sheet


# --- TOML -----------------------------------------------------------------------------------------------------------


def load_toml(text: str) -> dict[str, Any]:
    """The content of a TOML document.

    Raises
    ------
    Unreadable
        When it is not valid TOML, or has keys that take the reader too long.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_PARTS:
            parts = re.split(r"[={,]", line)
            if any(".." not in part and part.count(".") > _MOST_PARTS for part in parts):
                raise Unreadable(f"a key of more than {_MOST_PARTS} parts", number)
    try:
        content: dict[str, Any] = tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        line_number = re.search(r"line (\d+)", str(error))
        raise Unreadable(f"it is not valid TOML: {error}"[:200], int(line_number[1]) if line_number else 0) from error
    except ValueError as error:  # a number of too many digits, an invalid date
        raise Unreadable(f"it is not valid TOML: {error}"[:200]) from error
    return content


class _Table:
    """Parts of a TOML document: what is not of the expected form counts as empty."""

    def __init__(self, sheet: Sheet, text: str, content: dict[str, Any]) -> None:
        self.sheet, self.content = sheet, content
        self._lines = text.split("\n")
        self._from = 0
        self._budget = _MOST_SEARCHED

    def at(self, *path: str) -> dict[str, Any]:
        found: Any = self.content
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def place(self, what: str) -> Place:
        """Where something is written, the next after the last that was looked for."""
        for i in chain(range(self._from, len(self._lines)), range(self._from)):
            self._budget -= 1
            if self._budget < 0:
                break
            if what in self._lines[i]:
                self._from = i
                return Place(self.sheet.path, -1, i + 1)
        return Place(self.sheet.path)

    def enter(self, heading: str) -> None:
        """Look from this heading on."""
        for i, line in enumerate(self._lines):
            if line.strip() == f"[{heading}]":
                self._from = i
                return

    def require(self, listed: Any) -> None:
        """A list of requirements in pip's words."""
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, str):
                place = self.place(item.replace('"', '\\"') if '"' in item and "'" not in item else item)
                if not self.sheet.require(item, place):
                    self.sheet.complain(f"{item[:60]!r} is not a valid requirement", place)

    def require_each(self, groups: Any) -> None:
        """Lists of requirements by the names of their groups."""
        for name, group in groups.items() if isinstance(groups, dict) else ():
            self.sheet.turn_to(str(name))
            self.require(group)
        self.sheet.turn_to("")

    def tabled(self, table: Any, *, conda: bool = False) -> None:
        """Versions by the names of packages, as poetry, pipenv and pixi write them."""
        for name, value in table.items() if isinstance(table, dict) else ():
            choices = value if isinstance(value, list) else [value]
            given = [_tabled(choice, conda=conda) for choice in choices]
            if given and None not in given:
                extras = {str(one) for c in choices if isinstance(c, dict) for one in _listed(c.get("extras"))}
                self.sheet.declare(
                    name, ", ".join(spec for spec, _pinned in given), self.place(name),
                    pinned=all(pinned for _spec, pinned in given), extras=extras,
                )  # fmt: skip
            else:
                self.sheet.own.add(name)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tabled(value: Any, *, conda: bool) -> tuple[str, bool]:
    """The specification of a package, and whether it means one version; a path of the project has none."""
    if isinstance(value, dict):
        source = next((value[key] for key in ("git", "url", "file") if isinstance(value.get(key), str)), "")
        if source:
            revision = next((str(value[key]) for key in ("rev", "tag", "ref") if value.get(key)), "")
            exact = (
                bool(revision and is_revision(revision))
                or "tag" in value
                or bool(re.search(r"-\d[\w.]*\.(?:whl|tar\.gz)", source))
            )
            return f"{source}@{revision}" if revision else source, exact
        value = value.get("version", "")
    if not isinstance(value, str):
        return "", False
    value = value.strip()
    if re.fullmatch(r"v?\d[\w.!+-]*", value):  # a bare version means that version
        return f"=={value}", True
    if conda and value.startswith("=") and not value.startswith("=="):
        return value, value.count(".") >= 2 and "*" not in value
    return value, is_exact(value) or bool(re.fullmatch(r"=\s*\d[\w.+-]*", value) and not conda)


def _read_pyproject(sheet: Sheet, text: str) -> None:
    table = _Table(sheet, text, load_toml(text))
    project = table.at("project")
    sheet.own |= {str(part.get("name", "")) for part in (project, table.at("tool", "poetry")) if part.get("name")}
    sheet.declares = "dependencies" in project or "dependencies" in table.at("tool", "poetry")
    built_with = Sheet(sheet.path)
    _Table(built_with, "", {}).require(table.at("build-system").get("requires"))
    sheet.beside |= {one.name for one in built_with.declared}
    table.enter("project")
    table.require(project.get("dependencies"))
    table.require_each(project.get("optional-dependencies"))
    table.require_each(table.at("dependency-groups"))
    tool = table.at("tool")
    _read_for_development(table)
    table.require(table.at("tool", "flit", "metadata").get("requires"))
    table.require_each(table.at("tool", "flit", "metadata", "requires-extra"))
    table.enter("tool.poetry.dependencies")
    groups = {"": table.at("tool", "poetry")} | table.at("tool", "poetry", "group")
    for name, part in groups.items():
        if isinstance(part, dict):
            sheet.turn_to(str(name))
            table.tabled(_without_paths(sheet, part.get("dependencies")))
            sheet.turn_to("dev")
            table.tabled(_without_paths(sheet, part.get("dev-dependencies")))
    sheet.turn_to("")
    if isinstance(tool.get("pixi"), dict):
        _read_pixi_table(_Table(sheet, text, tool["pixi"]))
    dynamic = table.at("tool", "setuptools", "dynamic")
    parts = [table.at("tool", "setuptools", "dynamic", "dependencies"), *_tables(dynamic.get("optional-dependencies"))]
    for files in (part.get("file") for part in parts):
        for file in [files] if isinstance(files, str) else files if isinstance(files, list) else []:
            sheet.refer(str(file), table.place(str(file)))
    for name, source in table.at("tool", "uv", "sources").items():
        if isinstance(source, dict) and ("path" in source or "workspace" in source):
            sheet.own.add(name)


def _read_for_development(table: _Table) -> None:
    """What managers install for those who work on the project."""
    sheet = table.sheet
    sheet.turn_to("", always=True)
    for groups in (table.at("tool", "pdm", "dev-dependencies"), table.at("tool", "hatch", "envs")):
        for group in groups.values():
            table.require(group)
            for key in ("dependencies", "extra-dependencies") if isinstance(group, dict) else ():
                table.require(group.get(key))
    for manager in ("uv", "rye"):
        table.require(table.at("tool", manager).get("dev-dependencies"))
    sheet.turn_to("")


def _tables(table: Any) -> Iterator[dict[str, Any]]:
    yield from (part for part in table.values() if isinstance(part, dict)) if isinstance(table, dict) else ()


def _without_paths(sheet: Sheet, table: Any) -> dict[str, Any]:
    """Packages that are not folders of the project."""
    if not isinstance(table, dict):
        return {}
    local = {name for name, value in table.items() if isinstance(value, dict) and "path" in value}
    sheet.own |= local
    return {name: value for name, value in table.items() if name not in local}


def _read_pipfile(sheet: Sheet, text: str) -> None:
    table = _Table(sheet, text, load_toml(text))
    sheet.declares = True
    for section, content in table.content.items():
        if section not in {"source", "requires", "scripts", "pipenv"} and isinstance(content, dict):
            table.enter(section)
            sheet.turn_to(section)
            table.tabled(_without_paths(sheet, content))


def _read_pixi(sheet: Sheet, text: str) -> None:
    sheet.declares = True
    _read_pixi_table(_Table(sheet, text, load_toml(text)))


def _read_pixi_table(table: _Table) -> None:
    features = table.at("feature")
    parts = [("", table.content), *features.items(), *(("", part) for part in table.at("target").values())]
    for name, part in parts:
        if not isinstance(part, dict):
            continue
        table.sheet.turn_to(str(name))
        table.tabled(_without_paths(table.sheet, part.get("dependencies")), conda=True)
        table.tabled(_without_paths(table.sheet, part.get("pypi-dependencies")))


# --- setuptools -----------------------------------------------------------------------------------------------------


def _read_setup_cfg(sheet: Sheet, text: str) -> None:
    section = key = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        heading = re.match(r"\[([^\]]+)\]", line)
        if heading:
            section, key = heading[1].strip().lower(), ""
            continue
        value = stripped
        if not line[0].isspace():
            name, _sign, value = line.partition("=")
            key, value = name.strip().lower(), value.strip()
        lists = section == "options" and key in {"install_requires", "tests_require"}
        if section == "metadata" and key == "name":
            sheet.own.add(value)
        elif lists or section == "options.extras_require":
            sheet.declares = True
            sheet.turn_to(key if section != "options" or key == "tests_require" else "")
            _take_cfg(sheet, re.sub(r"\s#.*", "", value), Place(sheet.path, -1, number))


def _take_cfg(sheet: Sheet, value: str, place: Place) -> None:
    if value.startswith("file:"):
        for file in value.removeprefix("file:").split(","):
            sheet.refer(file.strip())
    elif not sheet.require(value, place):
        sheet.complain(f"{value[:60]!r} is not a valid requirement", place)


def _read_setup_py(sheet: Sheet, text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.lstrip("\ufeff"))
    except SyntaxError as error:
        raise Unreadable(f"it is not valid Python 3: {error.msg}", error.lineno or 0) from error
    except ValueError as error:  # NUL bytes
        raise Unreadable(f"it is not valid Python: {error}") from error
    nodes = list(ast.walk(tree))
    names = _assigned(nodes)
    setups = [node for node in nodes if isinstance(node, ast.Call) and _called(node) in {"setup", "Extension"}]
    # What a module of that name is given by other calls is no package's name.
    named = [one.value for call in setups for one in call.keywords if one.arg == "name"]
    sheet.own |= {name for value in named for name, _line in _strings(value, dict(names))}
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in {"install_requires", "extras_require", "tests_require"}:
            _take_setup_keyword(sheet, node, names)
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for name in sorted(texts) if sheet.declares else ():  # a list that a function makes, from a file as a rule
        if re.fullmatch(r"[\w./-]{1,200}", name) and reader_of(name) is read_requirements:
            sheet.refer(name)


def _called(call: ast.Call) -> str:
    """The last part of what is called."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _take_setup_keyword(sheet: Sheet, node: ast.keyword, names: dict[str, ast.expr]) -> None:
    """What one argument of ``setup`` lists; extras by their names."""
    given: ast.expr | None = names.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
    groups: list[tuple[str, ast.expr]] = [("tests" if node.arg == "tests_require" else "", node.value)]
    if node.arg == "extras_require" and isinstance(given, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else "" for key in given.keys]
        groups = [(str(key), value) for key, value in zip(keys, given.values, strict=True)]
    for group, listed in groups:
        sheet.turn_to(group)
        _take_setup(sheet, _strings(listed, dict(names)))
    sheet.turn_to("")


def _assigned(nodes: list[ast.AST]) -> dict[str, ast.expr]:
    """What is assigned to plain names, whether or not with a type."""
    names: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            names.update({target.id: node.value for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            names[node.target.id] = node.value
    return names


def _take_setup(sheet: Sheet, strings: Iterable[tuple[str, int]]) -> None:
    sheet.declares = True
    for text, line in strings:
        if reader_of(text) is read_requirements:
            sheet.refer(text)
        elif not sheet.require(text, Place(sheet.path, -1, line)):
            sheet.complain(f"{text[:60]!r} is not a valid requirement", Place(sheet.path, -1, line))


def _strings(node: ast.expr | None, names: dict[str, ast.expr], depth: int = 0) -> list[tuple[str, int]]:
    """The strings of which a list is made, as far as they are written in the file, with their lines.

    Each of `names` is followed once and taken out: names that refer to each other would not end.
    """
    if node is None or depth > _DEEPEST:
        return []
    if isinstance(node, ast.Constant):
        return [(node.value, node.lineno)] if isinstance(node.value, str) else []
    if isinstance(node, ast.Name):
        return _strings(names.pop(node.id, None), names, depth + 1)
    inner: list[ast.expr | None] = []
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        inner = list(node.elts)
    elif isinstance(node, ast.Dict):
        inner = list(node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        inner = [node.left, node.right]
    elif isinstance(node, ast.Starred):
        inner = [node.value]
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"split", "splitlines"}
    ):
        return [(part, line) for text, line in _strings(node.func.value, names, depth + 1) for part in text.split("\n")]
    elif isinstance(node, ast.Call):
        inner = list(node.args)
    return [found for one in inner for found in _strings(one, names, depth + 1)]


# --- YAML -----------------------------------------------------------------------------------------------------------


# libyaml's loader, where PyYAML was built with it, is ten times as fast as the one in Python.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAY_REFER = re.compile(r"(?m)(?:^|[\s\[{,:-])\*\S")


def compose_yaml(text: str) -> Any:
    """The nodes of a YAML document, with their lines; no value is made of them.

    Raises
    ------
    Unreadable
        When it is not valid YAML, is too long, or has aliases.
    """
    if len(text) > _MOST_YAML:
        raise Unreadable(f"more than {_MOST_YAML:,} characters of YAML: it was not read")
    text = text.lstrip("\ufeff")
    try:
        if _MAY_REFER.search(text):
            _refuse_aliases(text)
        return yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        raise Unreadable(f"it is not valid YAML: {detail}"[:200], mark.line + 1 if mark is not None else 0) from error


def _refuse_aliases(text: str) -> None:
    """Aliases let a short file expand to a huge one."""
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.events.AliasEvent):
            raise Unreadable("it uses a YAML alias: these are not followed", event.start_mark.line + 1)


def yaml_items(node: Any) -> Iterator[tuple[str, Any]]:
    """Keys and value nodes of a mapping; none for anything else."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), value


def _read_environment(sheet: Sheet, text: str) -> None:
    """An environment of conda, of MLflow's Python projects or of anaconda-project."""
    if "@EXPLICIT" in text or LISTED.search(text):
        read_requirements(sheet, text)
        return
    if not _LISTS_PACKAGES.search(text):
        return
    of_conda: list[int] = []
    plain = PurePosixPath(sheet.path).name.lower().startswith("python_env")
    document = compose_yaml(text)
    # Some write the packages beside the name of the environment instead of below it, so `specs` are looked at as well.
    specs = [part for key, part in yaml_items(document) if key == "env_specs"]
    inner = [part for one in specs for _name, part in yaml_items(one)]
    for key, value in (item for part in (document, *specs, *inner) for item in yaml_items(part)):
        if key in {"dependencies", "packages"} and isinstance(value, yaml.SequenceNode):
            sheet.declares = True
            for item in value.value:
                _take_environment(sheet, item, of_conda, plain=plain)
    settle_export(sheet, of_conda=of_conda, told=any(key == "prefix" for key, _value in yaml_items(document)))


def _take_environment(sheet: Sheet, item: Any, of_conda: list[int], *, plain: bool) -> None:
    if isinstance(item, yaml.MappingNode):
        for key, listed in yaml_items(item):
            # conda reads `- conda: [...]` as its own packages, too
            if key in {"pip", "conda"} and isinstance(listed, yaml.SequenceNode):
                for inner in listed.value:
                    _take_environment(sheet, inner, of_conda, plain=key == "pip")
    elif isinstance(item, yaml.ScalarNode) and item.tag.endswith(":str") and item.value.strip():
        place = Place(sheet.path, -1, item.start_mark.line + 1)
        if plain:
            inner_sheet = Sheet(sheet.path)
            read_requirements(inner_sheet, item.value)
            for one in inner_sheet.declared:
                sheet.declare(one.name, one.spec, place, pinned=one.pinned)
            sheet.includes += inner_sheet.includes
            sheet.named |= {file: place for file in inner_sheet.named if file not in sheet.named}
            sheet.constraints += inner_sheet.constraints
            return
        before = len(sheet.declared)
        if not sheet.require_conda(item.value, place):
            sheet.complain(f"{item.value[:60]!r} is not a conda package", place)
        of_conda += range(before, len(sheet.declared))


_READERS: dict[str, Callable[[Sheet, str], None]] = {
    "pyproject.toml": _read_pyproject,
    "setup.cfg": _read_setup_cfg,
    "setup.py": _read_setup_py,
    "pipfile": _read_pipfile,
    "pixi.toml": _read_pixi,
}
