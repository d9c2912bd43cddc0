"""What can be known of a changed environment without asking an index."""

from __future__ import annotations

from bis._explain.environment.package_resolution import direct_packages, resolved_versions, same_python, unmet
from tests.unit._replay.records import environment


def test_versions_are_read_from_what_uv_prints() -> None:
    """Names in the form of PEP 503; comments, markers and hashes are no part of a version."""
    text = (
        "# comment\nScikit_Learn==1.7.2\nnumpy==2.4.6 ; python_version >= '3.11'\nsix==1.17.0 \\\n    --hash=sha256:a\n"
    )
    assert resolved_versions(text) == {"scikit-learn": "1.7.2", "numpy": "2.4.6", "six": "1.17.0"}


def test_direct_packages_are_those_that_nothing_requires() -> None:
    """Of a circle one stands for all; what only bis requires is not among them, but MLflow is."""
    requirements = {
        "bis": ["mlflow>=2.10", "blake3"],
        "mlflow": ["numpy"],
        "blake3": [],
        "numpy": [],
        "scikit-learn": ["numpy>=1", "scipy; python_version >= '3'", "pytest; extra == 'tests'"],
        "scipy": ["numpy"],
        "pytest": ["not a requirement (("],
        "a": ["b"],
        "b": ["a"],
    }
    assert direct_packages(requirements) == ("mlflow", "pytest", "scikit-learn", "a")


def test_requirements_that_are_not_met_any_more_are_named() -> None:
    """Only those by packages that stay as they were, of packages that were changed."""
    requirements = {
        "pandas": ["numpy>=2.0", "scipy>=99"],
        "scikit-learn": ["numpy>=2.0"],
        "old": ["numpy<2"],
        "bis": ["numpy>=9"],
    }
    changed = environment(("numpy", "1.26.4"), ("scipy", "1.0"))
    found = unmet(requirements, changed, but={"numpy", "scikit-learn"})
    assert [s.figures for s in found] == [{"package": "pandas", "requirement": "numpy>=2.0", "version": "1.26.4"}]


def test_a_python_is_the_one_that_was_asked_for() -> None:
    """The patch release may be left out, and is not another one where it is given."""
    assert same_python("3.12.1", "3.12")
    assert same_python("3.12.1", "3.12.1")
    assert not same_python("3.12.1", "3.12.10")
    assert not same_python("3.1.2", "3.12")
