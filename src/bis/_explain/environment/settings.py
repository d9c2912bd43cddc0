"""Environment settings that ``--vary`` names, as they are written: ``threads=1,2``, ``package:scikit-learn=1.7.2``."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from bis._explain.environment.emulated_cpus import CPUS
from bis.errors import UsageError
from bis.model.lock import normalised

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME_OF_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_NAME_OF_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+!_-]*")
_PYTHON = re.compile(r"3\.[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")  # Python 3.11 and later take other forms, too
_MOST_THREADS = 1024
_MOST_HASH_SEED = 2**32 - 1
# What a replay needs for itself: with another value it would not be one.
_OF_THE_REPLAY = re.compile(r"(BIS_|MLFLOW_|PYTHON(PATH|HOME|STARTUP|SAFEPATH|HASHSEED)$|TMPDIR$|PATH$|HOME$|LD_)")


class SettingKind(str, Enum):
    """What can be set, by its name in ``--vary``."""

    THREADS = "threads"
    CPU = "cpu"
    ONEDNN = "onednn"
    DETERMINISM = "determinism"
    HASH_SEED = "hash_seed"
    PYTHON = "python"
    PACKAGES = "packages"
    PACKAGE = "package"
    VARIABLE = "env"


@dataclass(frozen=True, slots=True)
class EnvironmentSetting:
    """A setting and the values that it is to have in place of the recorded one.

    `subject` is the package or the variable, empty where the kind says all. Without `values` (``hash_seed`` only) each
    replay gets a new one.
    """

    kind: SettingKind
    subject: str = ""
    values: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As the user writes it before the equals sign."""
        return f"{self.kind.value}:{self.subject}" if self.subject else self.kind.value


def parse(spec: str) -> EnvironmentSetting:
    """Read what was given to ``--vary``.

    Raises
    ------
    UsageError
        There is no such setting, or it cannot have this value; the message says what is possible.

    Examples
    --------
    >>> parse("threads=1,2").values
    ('1', '2')
    >>> parse("package:scikit-learn=1.7.2").name
    'package:scikit-learn'
    """
    name, equals, text = spec.strip().partition("=")
    kind_name, colon, subject = name.partition(":")
    if kind_name not in _READERS or bool(colon) != (kind_name in _WITH_SUBJECT):
        raise _refused(spec, f"{name or 'nothing'} is not a setting", "one of " + ", ".join(_FORMS))
    kind = SettingKind(kind_name)
    if kind is SettingKind.VARIABLE:
        return EnvironmentSetting(kind, _variable(spec, subject, given=bool(equals)), (text,))
    values = tuple(dict.fromkeys(v.strip() for v in text.split(",") if v.strip()))
    if not values and kind is not SettingKind.HASH_SEED:
        raise _refused(spec, "it has no value", _form_of(kind))
    if not values and equals:
        raise _refused(spec, "there is no value after the equals sign", _form_of(kind))
    if kind is SettingKind.PACKAGE:
        if not _NAME_OF_PACKAGE.fullmatch(subject):
            raise _refused(spec, f"{subject or 'nothing'} is not the name of a package", _form_of(kind))
        subject = normalised(subject)
    read = _READERS[kind_name]
    return EnvironmentSetting(kind, subject, tuple(dict.fromkeys(read(spec, v) for v in values)))


def _refused(spec: str, found: str, expected: str) -> UsageError:
    return UsageError(f"--vary {spec}: {found}", hint=f"Possible: {expected}.")


def _variable(spec: str, name: str, *, given: bool) -> str:
    if not _NAME_OF_VARIABLE.fullmatch(name) or not given:
        raise _refused(spec, "a variable needs a name and a value", _form_of(SettingKind.VARIABLE))
    if name == "PYTHONHASHSEED":
        raise _refused(spec, "the hash seed is a setting of its own", _form_of(SettingKind.HASH_SEED))
    if _OF_THE_REPLAY.match(name):
        raise _refused(spec, f"{name} is set by bis in each replay", "any variable that is not bis's own")
    return name


def _threads(spec: str, value: str) -> str:
    if not value.isdecimal() or not 1 <= int(value) <= _MOST_THREADS:
        raise _refused(spec, f"{value} is not a number of threads", f"whole numbers from 1 to {_MOST_THREADS}")
    return str(int(value))


def _cpu(spec: str, value: str) -> str:
    found = value.lower()
    if found not in CPUS:
        raise _refused(spec, f"no kernels are known for {value}", "cpu= with one of " + ", ".join(CPUS))
    return found


def _only(word: str) -> Callable[[str, str], str]:
    def read(spec: str, value: str) -> str:
        if value.lower() != word:
            raise _refused(spec, f"{value} cannot be chosen", f"{spec.partition('=')[0]}={word}")
        return word

    return read


def _hash_seed(spec: str, value: str) -> str:
    if not value.isdecimal() or int(value) > _MOST_HASH_SEED:
        raise _refused(
            spec, f"{value} is not a hash seed", f"whole numbers from 0 (no randomisation) to {_MOST_HASH_SEED}"
        )
    return str(int(value))


def _python(spec: str, value: str) -> str:
    if not _PYTHON.fullmatch(value):
        raise _refused(spec, f"{value} is not a version of Python", _form_of(SettingKind.PYTHON))
    return value


def _date(spec: str, value: str) -> str:
    with suppress(ValueError):
        if _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    raise _refused(spec, f"{value} is not a date", _form_of(SettingKind.PACKAGES))


def _version(spec: str, value: str) -> str:
    if not _VERSION.fullmatch(value):
        raise _refused(spec, f"{value} is not a version", _form_of(SettingKind.PACKAGE))
    return value


_READERS: dict[str, Callable[[str, str], str]] = {
    "threads": _threads,
    "cpu": _cpu,
    "onednn": _only("off"),
    "determinism": _only("on"),
    "hash_seed": _hash_seed,
    "python": _python,
    "packages": _date,
    "package": _version,
    "env": lambda _spec, value: value,
}
_WITH_SUBJECT = ("package", "env")
_FORMS = (
    "threads=1,2",
    "cpu=haswell",
    "onednn=off",
    "determinism=on",
    "hash_seed or hash_seed=0,1",
    "python=3.12",
    "packages=2024-01-15",
    "package:NAME=VERSION",
    "env:NAME=VALUE",
)


def _form_of(kind: SettingKind) -> str:
    return next(form for form in _FORMS if re.split(r"[:= ]", form)[0] == kind.value)
