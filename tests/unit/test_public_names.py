"""What `bis` shows."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

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
    for part in ("bis._audit.auditor", "bis._replay.replay_run", "bis._verify.published.table_comparison"):
        importlib.import_module(part)
    assert inspect.isfunction(bis.audit)
    assert inspect.isfunction(bis.replay)
    assert inspect.isfunction(bis.verify)


def test_commands_and_functions_have_the_same_words() -> None:
    """Each command is a function of `bis`.

    The others are --dry-run of one command, and --corpus, --operation, --group, --verify and --mutate of five others.
    """
    functions = {name for name in bis.__all__ if inspect.isfunction(getattr(bis, name))}
    words = {"plan", "audit_corpus", "compare_groups", "find_operation", "check_export", "mutate"}
    for name, command in cli.commands.items():
        own = OTHER_NAMES.get(name, name)
        words |= {f"{inner}_{name}" for inner in command.commands} if isinstance(command, click.Group) else {own}
    assert functions == words


OTHER_NAMES = {"report": "report_page", "try": "try_project"}  # `bis.report` is a package, and `try` a word of Python
OF_THE_TERMINAL = {"as_json", "full", "form", "dry_run", "yes", "picture"}
OF_PYTHON = {"observer", "executor", "consent", "echo", "cache"}
OTHER_WORDS = {"paths": "path", "no_cache": "cache"}
# What other functions do.
OF_OTHERS = {
    "audit": {"corpus", "out", "workers", "cluster", "fix", "diff", "write_baseline"},
    "explain": {"operation"},
}


@pytest.mark.parametrize("name", ["bisect", "replay", "run", "show", "diff", "verify", "rule", "audit", "explain"])
def test_options_of_a_command_are_keywords_of_its_function(name: str) -> None:
    """Each option can be given from Python under the same name, and needs no object to be made."""
    command = {str(p.name) for p in cli.commands[name].params} - OF_THE_TERMINAL - OF_OTHERS.get(name, set())
    parameters = inspect.signature(getattr(bis, name)).parameters
    assert {OTHER_WORDS.get(word, word) for word in command} - OF_PYTHON == set(parameters) - OF_PYTHON
    positional = {p.name for p in parameters.values() if p.kind is not p.KEYWORD_ONLY}
    assert positional <= {"path", "run_id", "run_a", "run_b", "target", "arguments", "code"}


def test_no_function_shares_its_name_with_a_module() -> None:
    """Importing a part of bis never hides a public function."""
    modules = {module.name for module in pkgutil.iter_modules(bis.__path__)}
    assert modules & set(bis.__all__) == set()


def test_signatures_name_their_types() -> None:
    """No public function takes or returns `Any`."""
    functions = [f for n, f in vars(api).items() if inspect.isfunction(f) and not n.startswith("_")]
    named = [f"{f.__name__}: {text}" for f in functions for text in f.__annotations__.values() if "Any" in str(text)]
    assert named == []
