"""The table of names under which distributions are imported."""

from __future__ import annotations

from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from bis._audit.files.distributions import distributions_of
from bis._audit.files.module_names import table


def test_the_table_knows_names_that_nobody_guesses() -> None:
    """Of much used distributions and of those of machine learning."""
    found = table()
    for module, name in {
        "flash": "lightning-flash",
        "py": "pytest",
        "delta": "delta-spark",
        "darts": "u8darts",
        "pl_bolts": "lightning-bolts",
        "surprise": "scikit-surprise",
    }.items():
        assert name in found[module], module


def test_the_table_agrees_with_what_is_installed() -> None:
    """A distribution that brings a module here is among those that are said to bring it."""
    skipped = {"pip", "setuptools", "wheel"}
    wrong = {
        module: names
        for module, names in packages_distributions().items()
        if not module.startswith("_") and module.isidentifier() and not skipped & set(names)
        and not {canonicalize_name(name) for name in names} & set(distributions_of(module))
        and module in table()
    }  # fmt: skip
    assert wrong == {}


def test_namespaces_and_mistakes_of_packing_are_left_out() -> None:
    """A folder of tests is nobody's module."""
    assert not {"google", "azure", "tests", "examples", "src"} & table().keys()
