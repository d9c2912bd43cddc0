"""What `bis` shows."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import click
import pytest

import bis
from bis import api
from bis.cli.main import cli


def test_names_are_sorted_and_there() -> None:
    """Every name in ``__all__`` can be had, and ``dir`` shows no others."""
    assert sorted(bis.__all__) == bis.__all__ == dir(bis)
    for name in bis.__all__:
        assert getattr(bis, name) is not None


def test_unknown_names_are_attribute_errors() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'reply'"):
        bis.reply  # noqa: B018 (the access is what is tested)


def test_packages_do_not_hide_the_functions() -> None:
    """`bis.audit`, `bis.replay` and `bis.verify` are functions, whatever parts of bis are loaded already."""
    for part in ("bis._audit.auditor", "bis._replay.engine", "bis._verify.published.expected"):
        importlib.import_module(part)
    assert inspect.isfunction(bis.audit)
    assert inspect.isfunction(bis.replay)
    assert inspect.isfunction(bis.verify)


def test_commands_and_functions_have_the_same_words() -> None:
    """Each command is a function of `bis`; the plan is --dry-run of one, the audit of a corpus --corpus of another."""
    functions = {name for name in bis.__all__ if inspect.isfunction(getattr(bis, name))}
    words = {"plan", "audit_corpus"}
    for name, command in cli.commands.items():
        words |= {f"{inner}_{name}" for inner in command.commands} if isinstance(command, click.Group) else {name}
    assert functions == words


def test_options_of_replay_are_those_of_the_function() -> None:
    """What the command can be told, `ReplayOptions` can."""
    command = {p.name for p in cli.commands["replay"].params}
    not_options = {"run_id", "tracking_uri", "as_json", "dry_run", "yes", "full"}
    assert command - not_options == set(api.ReplayOptions.__dataclass_fields__)


def test_importing_bis_loads_no_part_of_it() -> None:
    """The functions come when they are first used; the version, one constant, is there."""
    code = "import bis, sys; print([m for m in sys.modules if m.startswith('bis.') and m != 'bis._version'])"
    environ = {"PYTHONPATH": str(Path(bis.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    assert done.stdout.strip() == "[]"
