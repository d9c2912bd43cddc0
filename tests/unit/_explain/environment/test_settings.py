"""What is written after ``--vary``."""

from __future__ import annotations

import pytest

from bis._explain.environment.settings import EnvironmentSetting, SettingKind, parse
from bis.errors import UsageError


@pytest.mark.parametrize(
    ("spec", "kind", "subject", "values"),
    [
        ("threads=1,2", SettingKind.THREADS, "", ("1", "2")),
        ("threads= 02, 2", SettingKind.THREADS, "", ("2",)),
        ("package:Scikit_Learn=1.7.2,1.6", SettingKind.PACKAGE, "scikit-learn", ("1.7.2", "1.6")),
        ("python=3.12", SettingKind.PYTHON, "", ("3.12",)),
        ("packages=2024-01-15", SettingKind.PACKAGES, "", ("2024-01-15",)),
        ("cpu=Haswell", SettingKind.CPU, "", ("haswell",)),
        ("onednn=off", SettingKind.ONEDNN, "", ("off",)),
        ("determinism=on", SettingKind.DETERMINISM, "", ("on",)),
        ("hash_seed", SettingKind.HASH_SEED, "", ()),
        ("hash_seed=0,1", SettingKind.HASH_SEED, "", ("0", "1")),
        ("env:DEVICES=0,1", SettingKind.VARIABLE, "DEVICES", ("0,1",)),
        ("env:EMPTY=", SettingKind.VARIABLE, "EMPTY", ("",)),
    ],
)
def test_what_can_be_set(spec: str, kind: SettingKind, subject: str, values: tuple[str, ...]) -> None:
    """Several values are separated by commas, which are part of the value of a variable."""
    assert parse(spec) == EnvironmentSetting(kind, subject, values)


@pytest.mark.parametrize(
    ("spec", "found", "possible"),
    [
        ("thread=1", "thread is not a setting", "threads=1,2"),
        ("", "nothing is not a setting", "hash_seed"),
        ("threads", "no value", "threads=1,2"),
        ("threads=0", "not a number of threads", "from 1"),
        ("threads=all", "not a number of threads", "from 1"),
        ("threads:x=1", "not a setting", "threads=1,2"),
        ("package=1.7", "not a setting", "package:NAME=VERSION"),
        ("package:=1.7", "not the name of a package", "package:NAME=VERSION"),
        ("package:six=>1", "not a version", "package:NAME=VERSION"),
        ("python=two", "not a version of Python", "python=3.12"),
        ("packages=yesterday", "not a date", "packages=2024-01-15"),
        ("packages=20240115", "not a date", "packages=2024-01-15"),
        ("packages=2024-02-30", "not a date", "packages=2024-01-15"),
        ("cpu=m1", "no kernels are known", "haswell"),
        ("onednn=on", "cannot be chosen", "onednn=off"),
        ("determinism=off", "cannot be chosen", "determinism=on"),
        ("hash_seed=", "no value after", "hash_seed"),
        ("hash_seed=random", "not a hash seed", "from 0"),
        ("env:PYTHONHASHSEED=1", "a setting of its own", "hash_seed"),
        ("env:PYTHONPATH=x", "set by bis", "not bis's own"),
        ("env:MLFLOW_TRACKING_URI=x", "set by bis", "not bis's own"),
        ("env:NAME", "needs a name and a value", "env:NAME=VALUE"),
        ("env:1=2", "needs a name and a value", "env:NAME=VALUE"),
    ],
)
def test_what_cannot_be_set(spec: str, found: str, possible: str) -> None:
    """The message says what was found, the hint what is possible."""
    with pytest.raises(UsageError, match=found) as caught:
        parse(spec)
    assert possible in str(caught.value.hint)


def test_a_name_is_as_it_was_written() -> None:
    """So that a table shows what the user asked for."""
    assert [parse(s).name for s in ("threads=1", "package:six=1", "env:A=1", "hash_seed")] == [
        "threads",
        "package:six",
        "env:A",
        "hash_seed",
    ]
