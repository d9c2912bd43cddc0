"""Programs in the C locale, in real interpreters: they find what they find without bis."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bis
from bis.launch.coerced_locale import leave_out_coerced_locale

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="where Python has C.UTF-8 in place of no locale")

SHOWN = """
import locale, os, sys
print(sys.flags.utf8_mode, os.environ.get("LC_CTYPE"), locale.getpreferredencoding())
print(sys.stdout.encoding, sys.stdout.errors)
"""
THROUGH_BIS = f"""
import os, subprocess, sys
from bis.launch.coerced_locale import leave_out_coerced_locale
leave_out_coerced_locale(os.environ)
sys.exit(subprocess.run([sys.executable, "-c", {SHOWN!r}]).returncode)
"""
SETTINGS: dict[str, dict[str, str]] = {
    "nothing": {},
    "LANG=C": {"LANG": "C"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX"},
    "LC_CTYPE=C": {"LC_CTYPE": "C"},
    "a locale of UTF-8": {"LC_CTYPE": "C.UTF-8"},
    "LANG of UTF-8": {"LANG": "C.UTF-8"},
    "no UTF-8 mode": {"PYTHONUTF8": "0"},
    "UTF-8 mode": {"PYTHONUTF8": "1"},
    "UTF-8 mode and a locale": {"PYTHONUTF8": "1", "LC_CTYPE": "C.UTF-8"},
    "no coercion": {"PYTHONCOERCECLOCALE": "0"},
}


def surroundings(variables: dict[str, str]) -> dict[str, str]:
    """These variables and no other ones of a locale."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(Path(bis.__file__).parents[1]), **variables}


def said(program: str, variables: dict[str, str]) -> str:
    """What a program prints with these variables."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=surroundings(variables), capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("variables", [pytest.param(v, id=k) for k, v in SETTINGS.items()])
def test_a_program_finds_the_locale_of_without_bis(variables: dict[str, str]) -> None:
    """Its mode, its encodings and its environment."""
    assert said(THROUGH_BIS, variables) == said(SHOWN, variables)


def test_bis_run_in_no_locale(tmp_path: Path) -> None:
    """As a cron job starts it."""
    (tmp_path / "main.py").write_text(SHOWN)
    done = subprocess.run(
        [sys.executable, "-m", "bis", "run", "--no-wait", "main.py"], cwd=tmp_path, capture_output=True, text=True,
        env=surroundings({"BIS_HOME": str(tmp_path / "home"), "BIS_RECORD": "0"}), check=True,
    )  # fmt: skip
    assert done.stdout == said(SHOWN, {})


def test_only_what_python_put_there_is_left_out() -> None:
    """Not another locale, and not what somebody asked for."""
    for environ, mode, left in (
        ({"LC_CTYPE": "C.UTF-8"}, True, {}),
        ({"LC_CTYPE": "C.UTF-8"}, False, {"LC_CTYPE": "C.UTF-8"}),
        ({"LC_CTYPE": "de_DE.UTF-8"}, True, {"LC_CTYPE": "de_DE.UTF-8"}),
        ({"LC_CTYPE": "C.UTF-8", "PYTHONUTF8": "1"}, True, {"LC_CTYPE": "C.UTF-8", "PYTHONUTF8": "1"}),
        ({}, True, {}),
    ):
        found = dict(environ)
        leave_out_coerced_locale(found, utf8_mode=mode)
        assert found == left
