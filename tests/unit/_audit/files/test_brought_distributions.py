"""What distributions bring along, and the script that makes the table of it."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from bis._audit.files import brought_distributions
from bis._audit.files.brought_distributions import ANY, brought_by, is_named, table, version_of
from tests.documentation_programs import program

if TYPE_CHECKING:
    from types import ModuleType

WORD = re.compile(r"(?P<name>[a-z0-9-]+)(?:\[[a-z0-9-]+\])?(?:==)?(?:>(?P<after>[^<>]+))?(?:<(?P<before>[^<>]+))?")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``docs/generate_brought_distributions.py``."""
    return program("generate_brought_distributions")


def test_what_a_lock_asks_for_on_later_pythons_is_required(script: ModuleType) -> None:
    """It notes a release that only these can have with their marker; what only older ones need is left out."""
    text = "Name: zebra\nVersion: 2.0\n" + "".join(
        f"Requires-Dist: {name}; python_version {test}\n"
        for name, test in (("horse", '>= "3.12"'), ("mule", '< "3.10"'), ("emu", '>= "3.9"'))
    )
    assert [found for *_release, found in script.of_metadata(text)] == [[("", "horse"), ("", "emu")]]


@pytest.mark.parametrize(
    ("distribution", "brought"),
    [
        ("seaborn", "matplotlib pandas numpy pillow"), ("mlflow", "pandas scikit-learn flask numpy joblib gitpython"),
        ("streamlit", "pandas numpy altair requests"), ("uvicorn[standard]", "python-dotenv pyyaml websockets"),
        ("fastapi", "pydantic starlette"), ("fastapi[standard]", "uvicorn python-dotenv jinja2"),
        ("jupyter", "psutil nbformat ipywidgets"), ("kaggle", "tqdm requests"), ("ray[tune]", "pandas pyarrow"),
        ("dvclive", "omegaconf"), ("kfp", "kubernetes"), ("kubernetes", "websocket-client"), ("kedro", "anyconfig"),
        ("pytorch", "numpy networkx"), ("tensorflow-gpu", "numpy h5py keras"), ("matplotlib-base", "numpy pillow"),
        ("anaconda", "scipy jupyter"), ("pycaret", "plotly scikit-learn"),
    ],
)  # fmt: skip
def test_what_comes_along(distribution: str, brought: str) -> None:
    """From metadata, by extras, by names of conda, and what a brought one brings."""
    assert set(brought.split()) <= brought_by(distribution)


@pytest.mark.parametrize(
    ("distribution", "not_brought"),
    [("fastapi", "uvicorn"), ("uvicorn", "python-dotenv"), ("mlflow-skinny", "pandas"), ("pandas", "openpyxl"),
     ("scikit-learn", "pandas"), ("torch", "torchvision")],
)  # fmt: skip
def test_what_does_not_come_along(distribution: str, not_brought: str) -> None:
    """Nor what an extra of it would bring."""
    assert not_brought not in brought_by(distribution)


def test_what_is_not_known_brings_nothing() -> None:
    """And no distribution brings itself, in a ring neither."""
    assert brought_by("nothing-known") == frozenset()
    assert "pandas" not in brought_by("pandas[excel]") - {"pandas"}
    assert "apache-airflow" not in brought_by("apache-airflow")


@pytest.mark.parametrize(
    ("distribution", "version", "name", "brings"),
    [
        ("fastapi", "0.111.0", "uvicorn", True), ("fastapi", "0.90.0", "uvicorn", False),
        ("fastapi", "0.115.6", "uvicorn", False), ("fastapi", ANY, "uvicorn", True),
        ("mlflow", "2.18.0", "fastapi", False), ("mlflow", "", "fastapi", True), ("mlflow", "3.10.0", "fastapi", True),
        ("mlflow", "1.14.1", "scikit-learn", False), ("mlflow", "2.9.2", "scikit-learn", True),
        ("mlflow", "no version", "fastapi", True),
    ],
)  # fmt: skip
def test_a_pinned_release_brings_what_it_brought_then(
    distribution: str, version: str, name: str, *, brings: bool
) -> None:
    """MLflow serves with FastAPI since its third major version."""
    assert (name in brought_by(distribution, version)) is brings


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("==2.1.1", "2.1.1"), ("===2.1.1", "2.1.1"), ("== 2.1", "2.1"), ("2.1.1", "2.1.1"), ("=1.2=py37_0", "1.2"),
        ("", ""), (">=2", ""), ("*", ANY), (">=2,<3", ANY), ("~=2.0", ANY), ("^2.0", ANY), ("==2.*", ANY),
    ],
)  # fmt: skip
def test_versions_that_a_specification_names(spec: str, version: str) -> None:
    """What keeps newer releases out may be any of those before; what does not is the newest."""
    assert version_of(spec) == version


def test_lines_are_in_order_and_of_canonical_names() -> None:
    """One line for each distribution and extra, without itself, and with releases that are versions."""
    lines = (Path(brought_distributions.__file__).parent / "brought_distributions.txt").read_text("utf-8").splitlines()
    names = [line.partition(" ")[0] for line in lines]
    assert names == sorted(set(names))
    assert len({name.partition("[")[0] for name in names}) > 1000
    for line in lines:
        name, *words = line.split(" ")
        assert words == sorted(words), name
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9-]+\])?", name), name
        assert name == canonicalize_name(name)
        for word in words:
            match = WORD.fullmatch(word)
            assert match is not None, (name, word)
            assert match["name"] == canonicalize_name(match["name"])
            assert not word.startswith((f"{name}=", f"{name}>", f"{name}<")), name
            assert word != name
            for version in (match["after"], match["before"]):
                assert version is None or str(Version(version)) == version


def test_the_table_agrees_with_what_is_installed() -> None:
    """Nearly all that installed distributions require is in it; a release that is newer may require something new."""
    agreed, lacking = 0, []
    for one in distributions():
        name = canonicalize_name(one.metadata["Name"])
        for needed in map(Requirement, one.requires or () if name in table() else ()):
            wanted = canonicalize_name(needed.name)
            if needed.marker is None and is_named(wanted):
                there = wanted in brought_by(name, one.version)
                agreed += there
                lacking += [] if there else [(name, one.version, wanted)]
    assert agreed > 20 * len(lacking), lacking
    assert agreed > 50


def test_names_of_the_table_are_known() -> None:
    """Those of lines, those of words, with or without releases; an extra is no name."""
    for name in ("seaborn", "uvloop", "annotated-doc", "anaconda", "pytorch"):
        assert is_named(name), name
    for name in ("standard", "uvicorn[standard]", "no-such-thing", ""):
        assert not is_named(name), name


METADATA = """\
Metadata-Version: 2.4
Name: Some_Thing
Version: 2.0
Provides-Extra: full
Provides-Extra: test
Requires-Dist: NumPy>=1.22
Requires-Dist: some.core==2.0
Requires-Dist: tomli; python_version < "3.11"
Requires-Dist: pywin32; sys_platform == "win32"
Requires-Dist: uvloop; sys_platform != "win32"
Requires-Dist: uvicorn[standard]>=0.12; extra == "full"
Requires-Dist: colorama; sys_platform == "win32" and extra == "full"
Requires-Dist: pytest; extra == "test"
Requires-Dist: not a requirement ;;
Requires-Dist: types-requests

Requires-Dist: what a description says
"""


def lines_of(script: ModuleType, *facts: Any, old: tuple[str, ...] = ()) -> list[str]:
    """The table that these facts make of an older one."""
    releases = script.new_releases()
    for name, version, requirements in (*script.of_table(old), *facts):
        script.note(releases, name, version, requirements)
    found: list[str] = script.table(releases)
    return found


def test_metadata_say_what_a_release_requires(script: ModuleType) -> None:
    """With the markers of Linux and Python 3.11, by extra, and without those for developers."""
    assert lines_of(script, *script.of_metadata(METADATA)) == [
        "some-thing numpy some-core== uvloop",
        "some-thing[full] uvicorn uvicorn[standard]",
    ]
    assert list(script.of_metadata("no headers")) == []


def test_of_releases_that_differ_each_says_from_when_to_when(script: ModuleType) -> None:
    """A pre-release says nothing beside final ones."""
    facts = [
        ("a", "1.0", [("", "old"), ("", "always")]),
        ("a", "1.5", [("", "always"), ("", "between")]),
        ("A", "2.0", [("", "always"), ("", "new"), ("x", "always"), ("x", "more")]),
        ("a", "3.0rc1", [("", "rc")]),
        ("a", "not a version", [("", "nothing")]),
        ("b", "1.0a1", [("", "c")]),
    ]
    assert lines_of(script, *facts) == [
        "a always between>1.0<2.0 new>1.5 old<1.5",
        "a[x] more",
        "b c",
    ]


def test_locks_say_it_too(script: ModuleType) -> None:
    """That of poetry with markers in one place or the other, that of uv with extras that were asked for."""
    colorama = {"version": "*", "optional": True, "markers": 'sys_platform == "win32" and extra == "all"'}
    many = [{"version": "<2", "markers": 'python_version < "3.9"'}, {"version": ">=2", "extras": ["x"]}]
    tomli = {"version": "*", "markers": 'python_version < "3.11"'}
    one = {
        "name": "One",
        "version": "1.0",
        "dependencies": {"numpy": ">=1", "core": "1.0", "colorama": colorama, "many": many, "tomli": tomli},
        "extras": {"all": ["colorama", "rich (>=12.0)", 'w (>=1) ; sys_platform == "win32"'], "dev": ["ruff"]},
    }
    mine = {"name": "mine", "version": "0", "source": {"type": "git"}, "dependencies": {"a": "*"}}
    poetry = {"package": [one, mine]}
    assert lines_of(script, *script.of_poetry(poetry)) == ["one core== many many[x] numpy", "one[all] rich"]
    uv = {
        "package": [
            {
                "name": "two", "version": "1.0", "source": {"registry": "somewhere"},
                "dependencies": [{"name": "numpy"}, {"name": "win", "marker": "sys_platform == 'win32'"}],
                "optional-dependencies": {"all": [{"name": "uvicorn", "extra": ["standard"]}]},
            },
            {"name": "mine", "version": "0", "source": {"editable": "."}, "dependencies": [{"name": "two"}]},
        ]
    }  # fmt: skip
    assert lines_of(script, *script.of_uv(uv)) == ["two numpy", "two[all] uvicorn uvicorn[standard]"]


def test_what_is_read_is_added_to_what_the_table_says(script: ModuleType, tmp_path: Path) -> None:
    """A newer release says until when the others brought something, and what is new since; other lines stay."""
    (tmp_path / "METADATA").write_text(METADATA, "utf-8")
    (tmp_path / "uv.lock").write_text("not toml", "utf-8")
    (tmp_path / "report.json").write_text("{}", "utf-8")
    facts = [fact for path in sorted(tmp_path.iterdir()) for fact in script.read(path)]
    old = (
        "another between>1.0<2.0 new>2.0 numpy old<1.0",
        "another[full] pandas",
        "some-thing gone numpy older<1.5 some-core==",
    )
    assert lines_of(script, *facts, old=old) == [
        "another between>1.0<2.0 new>2.0 numpy old<1.0",
        "another[full] pandas",
        "some-thing gone<2.0 numpy older<1.5 some-core== uvloop>1.5.post0",
        "some-thing[full] uvicorn uvicorn[standard]",
    ]


def test_the_table_is_made_again_as_it_is(script: ModuleType) -> None:
    """Where nothing new is read, but for distributions of which there are pre-releases only."""
    lines = (Path(brought_distributions.__file__).parent / "brought_distributions.txt").read_text("utf-8").splitlines()
    again = lines_of(script, old=tuple(lines))
    assert len(set(lines) ^ set(again)) < len(lines) / 100


def test_a_report_of_pip_says_it_too(script: ModuleType) -> None:
    """It has the metadata of each distribution that would be installed."""
    data = {"name": "x", "version": "1", "requires_dist": ["y", 'z; extra == "e"'], "provides_extra": ["e"]}
    assert lines_of(script, *script.of_report({"install": [{"metadata": data}]})) == ["x y", "x[e] z"]
