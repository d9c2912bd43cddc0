"""Settings from ``[tool.bis]`` and the environment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from bis.config import (
    CiSettings,
    Settings,
    Tolerance,
    github_annotates,
    github_api_url,
    github_step_summary,
    github_token,
    home,
    ignores_itself,
    load_settings,
    make_home,
    recording_is_off,
    waits_for_storing,
)
from bis.errors import ConfigurationError, StorageError

if TYPE_CHECKING:
    from pathlib import Path


def test_defaults_where_nothing_is_said(tmp_path: Path) -> None:
    """No file, or a file without the table: the defaults."""
    assert load_settings(tmp_path) == Settings()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert load_settings(tmp_path) == Settings()


def test_settings_of_the_nearest_file(tmp_path: Path) -> None:
    """Dashes and underscores mean the same; tolerances are tables; a folder below finds the file above it."""
    (tmp_path / "pyproject.toml").write_text(
        "[tool.bis]\nreplay-times = 10\nserve_entropy = false\n[tool.bis.tolerances]\nloss = {rtol = 1e-6}\n",
        encoding="utf-8",
    )
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    settings = load_settings(below)
    assert (settings.replay_times, settings.serve_entropy) == (10, False)
    assert settings.tolerances == {"loss": Tolerance(rtol=1e-6)}


def test_settings_of_the_audit(tmp_path: Path) -> None:
    """Lists of codes and globs, a file's name, a size; by default nothing is chosen and nothing left out."""
    defaults = Settings()
    assert (defaults.select, defaults.ignore, defaults.exclude, defaults.baseline) == ((), (), (), None)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bis]\nselect = ["BIS1", "BIS2"]\nignore = ["BIS103"]\nexclude = ["old/**"]\n'
        'baseline = "known.json"\nmax-file-mib = 1\n',
        encoding="utf-8",
    )
    found = load_settings(tmp_path)
    assert (found.select, found.ignore, found.exclude) == (("BIS1", "BIS2"), ("BIS103",), ("old/**",))
    assert (found.baseline, found.max_file_mib) == ("known.json", 1)


def test_settings_of_ci(tmp_path: Path) -> None:
    """A table of its own; its faults are told with all others."""
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.bis.ci]\nprograms = ["train.py --lr 0.1"]\nagainst = "main"\ntimes = 2\nhigher = ["acc"]\n')
    assert load_settings(tmp_path).ci == CiSettings(("train.py --lr 0.1",), "main", times=2, higher=("acc",))
    file.write_text('[tool.bis]\nalpha = 2\n[tool.bis.ci]\nprogram = "x"\nfresh-times = 0\ncommand = 3\n')
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path)
    for fault in ("alpha", "ci: unknown key 'program'", "ci: fresh-times = 0", "ci: command = 3: expected a text"):
        assert fault in caught.value.message
    file.write_text("[tool.bis]\nci = 3\n")
    with pytest.raises(ConfigurationError, match="ci = 3: expected a table"):
        load_settings(tmp_path)


def test_what_github_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a workflow there are annotations and a summary; elsewhere neither."""
    assert (github_annotates(), github_step_summary()) == (False, None)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    assert (github_annotates(), github_step_summary()) == (True, tmp_path / "summary")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Unknown keys, wrong kinds and impossible tolerances are collected in one message that names the file."""
    path = tmp_path / "pyproject.toml"
    path.write_text(
        "[tool.bis]\nreplay-tmies = 3\nalpha = 'x'\nserve-entropy = 1\n"
        "[tool.bis.tolerances]\na = 1\nb = {rtol = -1}\nc = {rtl = 1}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as raised:
        load_settings(tmp_path)
    message = raised.value.message
    assert str(path) in message
    for words in ("replay-tmies", "alpha", "serve-entropy", "tolerances.a", "tolerances.b", "tolerances.c"):
        assert words in message


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    """The message says which file, and where in it."""
    (tmp_path / "pyproject.toml").write_text("[tool.bis\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml cannot be read"):
        load_settings(tmp_path)


@pytest.mark.parametrize(("value", "off"), [("0", True), ("off", True), ("", False), ("1", False)])
def test_recording_switch(monkeypatch: pytest.MonkeyPatch, value: str, off: bool) -> None:
    """BIS_RECORD=0 switches recording off."""
    monkeypatch.setenv("BIS_RECORD", value)
    assert recording_is_off() is off


def test_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for wins over the guess; in CI the guess is to wait."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("BIS_WAIT", raising=False)
    assert waits_for_storing()
    monkeypatch.setenv("BIS_WAIT", "0")
    assert not waits_for_storing()


def test_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """BIS_HOME, made absolute; else a folder of the user's."""
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "h"))
    assert home() == tmp_path / "h"
    monkeypatch.delenv("BIS_HOME")
    assert home().is_absolute()
    assert home().name == "bis"


def test_a_home_that_is_made_is_kept_out_of_a_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that is there is the user's, perhaps the project itself: nothing is written into it."""
    (tmp_path / "there").mkdir()
    for name, expected in (("there", []), ("new/home", [".gitignore"])):
        monkeypatch.setenv("BIS_HOME", str(tmp_path / name))
        make_home()
        make_home()
        assert [path.name for path in (tmp_path / name).iterdir()] == expected
    assert (ignores_itself(tmp_path / "new/home"), ignores_itself(tmp_path / "there")) == (True, False)


def test_many_may_make_the_home_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of them fails, whoever is first."""
    for number in range(20):
        monkeypatch.setenv("BIS_HOME", str(tmp_path / f"{number}" / "home"))
        start = Barrier(4)

        def make(start: Barrier = start) -> None:
            start.wait()
            make_home()

        with ThreadPoolExecutor(4) as workers:
            for done in [workers.submit(make) for _ in range(4)]:
                done.result()
        assert ignores_itself(tmp_path / f"{number}" / "home")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.bis]\nreplay-timeout-s = '10'\n", "expected a number"),
        ("[tool.bis]\nprimary-metric = 3\n", "expected a text"),
        ("[tool.bis]\nreplay-times = 0\n", "from 1 to 1000"),
        ("[tool.bis]\nalpha = 5\n", "from 1e-06 to 0.5"),
        ("[tool.bis]\nalpha = nan\n", "alpha"),
        ("[tool.bis.tolerances]\na = {atol = nan}\n", "tolerances.a"),
        ("[tool.bis]\nselect = 'BIS1'\n", "select = 'BIS1': expected a list of strings"),
        ("[tool.bis]\nignore = [1]\n", "ignore = [1]: expected a list of strings"),
        ("[tool.bis]\nexclude = {a = 1}\n", "expected a list of strings"),
        ("[tool.bis]\nbaseline = ['a']\n", "baseline = ['a']: expected a text"),
        ("[tool.bis]\nmax-file-mib = 'x'\n", "expected a number"),
        ("[tool.bis]\nmax-file-mib = 0\n", "from 0.001 to 1000"),
        ("[tool.bis]\nmax-file-mib = inf\n", "from 0.001 to 1000"),
        ("[tool]\nbis = 3\n", "expected a table"),
        ("tool = 3\n", "expected a table"),
    ],
)
def test_values_that_mean_nothing_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """Before anything is run: kinds of settings without a default, ranges, and tables that are none."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_settings(tmp_path)
    assert words in raised.value.message


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of bis's own, which recording takes as a reason to go on without."""
    monkeypatch.setenv("BIS_HOME", "~no-such-user/bis")
    with pytest.raises(StorageError) as raised:
        home()
    assert "BIS_HOME" in (raised.value.hint or "")


def test_github_is_named_by_the_usual_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions and companies' servers set the address; either name of the token will do; empty means not set."""
    for name in ("GITHUB_API_URL", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.setenv(name, "")
    assert (github_api_url(), github_token()) == ("https://api.github.com", None)
    monkeypatch.setenv("GITHUB_API_URL", "https://github.example.org/api/v3")
    monkeypatch.setenv("GH_TOKEN", "b")
    assert (github_api_url(), github_token()) == ("https://github.example.org/api/v3", "b")
    monkeypatch.setenv("GITHUB_TOKEN", "a")
    assert github_token() == "a"


BROKEN = [
    b"[tool.other\nbroken = ",
    b"x = " + b"[" * 2000,
    b"x = " + b"{a=" * 2000,
    b"a" + b".b" * 200_000 + b" = 1",
    b"x = " + b"9" * 5000,
    b"x = 2020-13-45",
    b"\xff\xfe\x00",
    b"<<<<<<< HEAD\n",
    b"# " + b"a" * (4 << 20) + b"\n",  # a file of 100 MiB takes a minute to be read
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_broken_files_of_others(tmp_path: Path, content: bytes) -> None:
    """What cannot be read is the project's affair; with settings for bis in it, it is an error that says so."""
    path = tmp_path / "pyproject.toml"
    path.write_bytes(content)
    assert load_settings(tmp_path) == Settings()
    for table in (b"[tool.bis]", b"[ tool . 'bis' ]", b"tool.bis.alpha = 0.1", b"[tool.bis.ci]"):
        path.write_bytes(table + b"\n" + content)
        with pytest.raises(ConfigurationError, match=r"pyproject.toml cannot be read: .+"):
            load_settings(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it has settings for bis is not known: the defaults hold."""
    (tmp_path / "pyproject.toml").write_text("[tool.bis]\nreplay-times = 9\n", encoding="utf-8")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert load_settings(tmp_path) == Settings()
