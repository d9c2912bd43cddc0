"""``study.toml``: read, and every fault in it named with its line."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from bis._explain.environment.settings import parse as parse_setting
from bis._study.toml_lines import TomlLines
from bis.errors import ConfigurationError, NotFound, UsageError
from bis.model.study import EarlierEnvironment, PublishedTableAsked, Study, StudyCorpus, StudyExperiment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = ("en", "fr")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_PYTHON = re.compile(r"3\.\d{1,2}")
_MOST_REPLAYS = 1000
_TOLERANCE = ("atol", "rtol", "margin", "quantum")


def read_study(path: Path) -> Study:
    """Read a study.

    Raises
    ------
    NotFound
        There is no such file, or it cannot be read.
    ConfigurationError
        Once, with all faults, each with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise NotFound(
            f"{path} cannot be read: {why}", hint="Name the file of a study; `bis study --help` shows one."
        ) from error
    return parse_study(text, path.name, exists=lambda name: (path.parent / name).exists())


def parse_study(text: str, name: str, *, exists: Callable[[str], bool] = lambda _: True) -> Study:
    """A study from the text of its file; `name` is what messages call it, `exists` says whether a path is there.

    Raises
    ------
    ConfigurationError
        Once, with all faults, each with its line.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is not TOML: {error}", hint="`bis study --help` shows one.") from error
    reader = _StudyReader(TomlLines(text), exists)
    study = reader.study(document)
    if reader.faults:
        listed = "".join(f"\n  line {line}: {said}" for line, said in sorted(set(reader.faults)))
        count = len(set(reader.faults))
        raise ConfigurationError(
            f"{name} has {count} fault{'s' * (count > 1)}:{listed}", hint="`bis study --help` shows a study."
        )
    return study


@dataclass(slots=True)
class _StudyReader:
    lines: TomlLines
    exists: Callable[[str], bool]
    faults: list[tuple[int, str]] = field(default_factory=list)

    def study(self, document: Mapping[str, Any]) -> Study:
        table = _StudyTable(self, "", document)
        table.knows("title", "language", "jobs", "tracking-uri", "experiment", "corpus")
        experiments = [self._experiment(t) for t in table.tables("experiment")]
        corpora = [self._corpus(t) for t in table.tables("corpus")]
        if not experiments and not corpora and not self.faults:
            table.fault("", "expected at least one [[experiment]] or [[corpus]]")
        return Study(
            title=table.text("title", "Study"),
            language=table.word("language", LANGUAGES, "en"),
            jobs=table.whole("jobs", 1, low=1, high=1024),
            tracking_uri=table.text("tracking-uri"),
            experiments=tuple(experiments),
            corpora=tuple(corpora),
        )

    def _experiment(self, table: _StudyTable) -> StudyExperiment:
        table.knows(
            "name", "title", "program", "module", "arguments", "parameters", "run", "repository", "commit", "entry",
            "exact", "fresh", "causes", "blocks", "published", "saved-outputs", "tolerances", "earlier",
        )  # fmt: skip
        table.one_of("program", "module", "run", "repository")
        commit = table.text("commit")
        if table.has("repository") and not _COMMIT.fullmatch(commit):
            table.fault("commit", f"expected a full commit id of the repository, found {commit!r}")
        for key in ("commit", "entry"):
            if table.has(key) and not table.has("repository"):
                table.fault(key, f"{key} belongs to repository")
        for key in ("arguments", "parameters"):
            if table.has(key) and table.has("run"):
                table.fault(key, f"{key} cannot be given to a run that was recorded before")
        program = table.path("program")
        return StudyExperiment(
            name=table.name(),
            title=table.text("title"),
            program=program or table.text("module"),
            module=table.has("module"),
            arguments=table.texts("arguments"),
            parameters=table.pairs("parameters"),
            run=table.text("run"),
            repository=table.text("repository"),
            commit=commit,
            entry=table.text("entry"),
            exact=table.whole("exact", 3, low=0, high=_MOST_REPLAYS),
            fresh=table.whole("fresh", 0, low=0, high=_MOST_REPLAYS),
            causes=self._causes(table),
            blocks=table.whole("blocks", 6, low=2, high=_MOST_REPLAYS) if table.has("blocks") else None,
            published=self._published(table),
            saved_outputs=table.flag("saved-outputs"),
            tolerances=self._tolerances(table),
            earlier=self._earlier(table),
        )

    def _causes(self, table: _StudyTable) -> tuple[str, ...] | None:
        """``true`` means all causes, a list the named ones; without the key nothing is explained."""
        value = table.values.get("causes", False)
        if isinstance(value, bool):
            return () if value else None
        return table.texts("causes")

    def _published(self, table: _StudyTable) -> tuple[PublishedTableAsked, ...]:
        value = table.values.get("published", [])
        given = value if isinstance(value, list) else [value]
        found = []
        for one in given:
            if isinstance(one, str):
                inner = _StudyTable(self, table.where, {"published": one})
                found.append(PublishedTableAsked(inner.path("published")))
            elif isinstance(one, dict):
                inner = _StudyTable(self, f"{table.where}.published", one)
                inner.knows("table", "title", "names")
                found.append(PublishedTableAsked(inner.path("table"), inner.text("title"), inner.pairs("names")))
            else:
                table.fault("published", f"expected the path of a table, or tables with the key table, found {one!r}")
        return tuple(found)

    def _tolerances(self, table: _StudyTable) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        inner = _StudyTable(self, f"{table.where}.tolerances", table.inner("tolerances"))
        for metric, entry in inner.values.items():
            fits = isinstance(entry, dict) and not set(entry) - set(_TOLERANCE)
            if not fits or not all(_is_number(v) and 0 <= v < math.inf for v in entry.values()):
                expected = f"numbers of at least 0 named {', '.join(_TOLERANCE)}"
                inner.fault(metric, f"tolerances.{metric}: expected {expected}, found {entry!r}")
            else:
                found[metric] = {name: float(value) for name, value in entry.items()}
        return found

    def _earlier(self, table: _StudyTable) -> EarlierEnvironment | None:
        if not table.has("earlier"):
            return None
        inner = _StudyTable(self, f"{table.where}.earlier", table.inner("earlier"))
        inner.knows("as-of", "requirements", "python")
        day, python, requirements = inner.day("as-of"), inner.text("python"), inner.texts("requirements")
        if python and not _PYTHON.fullmatch(python):
            inner.fault("python", f"expected a version of Python such as 3.10, found {python!r}")
        if not requirements:
            inner.fault("requirements", "expected requirements in pip's words, as in requirements = ['mlflow==2.10.0']")
        return EarlierEnvironment(day, requirements, python)

    def _corpus(self, table: _StudyTable) -> StudyCorpus:
        table.knows("name", "title", "path", "topic", "limit", "try")
        table.one_of("path", "topic")
        return StudyCorpus(
            name=table.name(),
            title=table.text("title"),
            path=table.path("path"),
            topic=table.text("topic"),
            limit=table.whole("limit", 100, low=1, high=100_000),
            tries=table.whole("try", 0, low=0, high=100_000),
        )


@dataclass(slots=True)
class _StudyTable:
    """A table of the file, whose values are checked as they are taken."""

    reader: _StudyReader
    where: str
    values: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    def fault(self, key: str, said: str) -> None:
        self.reader.faults.append((self.reader.lines.line_of(self.where, key), said))

    def has(self, key: str) -> bool:
        return key in self.values

    def knows(self, *keys: str) -> None:
        for key in sorted(self.values.keys() - set(keys)):
            self.fault(key, f"unknown key {key!r}; known are {', '.join(sorted(keys))}")

    def one_of(self, *keys: str) -> None:
        given = [key for key in keys if self.has(key)]
        if len(given) != 1:
            found = " and ".join(given) or "none of them"
            self.fault(given[0] if given else "", f"expected exactly one of {', '.join(keys)}; found {found}")

    def tables(self, key: str) -> list[_StudyTable]:
        given = self.values.get(key, [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self.fault(key, f"expected tables [[{key}]], found {given!r}")
            return []
        made = [_StudyTable(self.reader, f"{key}[{i}]", one) for i, one in enumerate(given)]
        seen: set[str] = set()
        for table in made:
            name = table.values.get("name")
            if isinstance(name, str) and name in seen:
                table.fault("name", f"another [[{key}]] has the name {name!r}")
            seen.add(str(name))
        return made

    def name(self) -> str:
        found = self.text("name")
        if not _NAME.fullmatch(found):
            self.fault("name", f"expected a name of small letters, digits, - and _, found {found!r}")
        return found

    def text(self, key: str, default: str = "") -> str:
        return str(self._checked(key, default, lambda v: isinstance(v, str) and v.strip() != "", "text"))

    def path(self, key: str) -> str:
        found = self.text(key)
        if found and not self.reader.exists(found):
            self.fault(key, f"{key} = {found!r}: there is no such file or folder beside the study")
        return found

    def word(self, key: str, words: tuple[str, ...], default: str) -> str:
        return str(self._checked(key, default, lambda v: v in words, f"one of {', '.join(words)}"))

    def flag(self, key: str) -> bool:
        return bool(self._checked(key, False, lambda v: isinstance(v, bool), "true or false"))  # noqa: FBT003

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        def fits(value: Any) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

        return int(self._checked(key, default, fits, f"a whole number from {low} to {high}"))

    def texts(self, key: str) -> tuple[str, ...]:
        def fits(value: Any) -> bool:
            return isinstance(value, list) and all(isinstance(v, (str, int, float)) for v in value)

        return tuple(str(v) for v in self._checked(key, [], fits, "a list of texts"))

    def inner(self, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._checked(key, {}, lambda v: isinstance(v, dict), "a table")
        return found

    def pairs(self, key: str) -> dict[str, str]:
        found = {}
        for name, value in self.inner(key).items():
            if not isinstance(value, (str, int, float)):
                self.fault(key, f"{key}.{name}: expected a text or number, found {value!r}")
            found[name] = str(value)
        return found

    def day(self, key: str) -> str:
        value = self.values.get(key)
        if isinstance(value, date):
            return value.isoformat()[:10]
        try:
            return parse_setting(f"packages={value}").values[0]
        except UsageError:
            self.fault(key, f"{key}: expected a day such as 2024-01-31, found {value!r}")
            return ""

    def _checked(self, key: str, default: Any, fits: Callable[[Any], bool], expected: str) -> Any:
        if not self.has(key):
            return default
        value = self.values[key]
        if fits(value):
            return value
        self.fault(key, f"{key}: expected {expected}, found {value!r}")
        return default


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
