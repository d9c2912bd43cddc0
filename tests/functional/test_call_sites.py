"""The registry of call sites: each that is called verified draws for its role, and follows the root of that only."""

from __future__ import annotations

import ast
import sysconfig
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.instrument.entropy.roles.call_site import OTHER, CallSite
from bis.instrument.entropy.roles.sites import numpy_sites, python_sites, torch_sites
from bis.instrument.entropy.roles.sites.site_catalogue import catalogue
from tests.functional.roles_drawn import drawn_anew, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functional.roles_drawn import Drawn

# Of two roles, each has another root in a run in which the other has not.
ANEW = [
    ("init", "dropout", "sampling"),
    ("init", "augmentation", "bootstrap"),
    ("shuffle", "dropout", "bootstrap"),
    ("shuffle", "augmentation", "hpo"),
    ("split", "sampling", "hpo"),
]


def followed(drawn: list[Drawn]) -> tuple[set[str], list[str]]:
    """The sites of which a case follows the root of its role; what else changed, or was not counted."""
    base, *others = drawn
    roles: dict[str, set[str]] = defaultdict(set)
    sites: dict[str, set[tuple[str, str]]] = defaultdict(set)
    wrong = []
    for (told,) in base.outcome.told("draws"):
        for role in told:
            wrong += [f"{role['role']} is called seeded"] * role["seeded"]
            for place in role["places"]:
                for case in (str(place["line"]), place["site"]):
                    roles[case].add(role["role"])
                    sites[case].add((place["site"], role["role"]))
    cases = base.outcome.printed
    wrong += [f"{case}: {value}" for case, value in cases.items() if ": " in value]
    wrong += [f"{case} draws for {OTHER}" for case in cases if OTHER in roles[case]]
    found: set[str] = set()
    for anew, other in zip(ANEW, others, strict=True):
        for case, value in cases.items():
            varied = roles[case] & set(anew)
            changes = other.outcome.printed[case] != value
            if changes and not varied:
                wrong.append(f"{case} draws for {roles[case]}, and changes with {anew}")
            if changes and len(varied) == 1:
                found |= {site for site, role in sites[case] if role in varied}
    return found, wrong


def registered(*libraries: str) -> dict[str, bool]:
    """The sites of some libraries, and whether the registry says that a test has seen them draw.

    What the user's code draws within a site is on its own account: `test_roles` looks at that. A seed that is made for
    workers is no draw: what these draw from it follows the role in `test_loader_workers`.
    """
    sites = [s for s in catalogue() if s.module.partition(".")[0] in libraries]
    sites = [s for s in sites if not (s.holds_user_code or s.makes_seed)]
    return {site.qualified_name: site.verified for site in sites}


def check(drawn: list[Drawn], libraries: tuple[str, ...], direct: set[str]) -> None:
    """What is called verified is what follows its role, and all that the user's code draws does."""
    found, wrong = followed(drawn)
    assert wrong == []
    assert sorted(direct - found) == []
    rows = registered(*libraries)
    assert sorted(found & rows.keys()) == sorted(name for name, is_verified in rows.items() if is_verified)


@pytest.mark.slow
@needs("sklearn")
def test_sites_of_scikit_learn_and_numpy_follow_their_role(tmp_path: Path) -> None:
    """Each call site that is called verified draws, and with another root for its role and for no other."""
    drawn = drawn_anew(tmp_path, "roles_sites_program.py", anew=[(), *ANEW])
    check(drawn, ("sklearn", "scipy", "pandas"), _direct())


@pytest.mark.slow
@pytest.mark.torch
@needs("torch")
def test_sites_of_torch_follow_their_role(tmp_path: Path) -> None:
    """The same of PyTorch's, and of its functions and methods of tensors that draw."""
    direct = {f"torch.{name}" for name in torch_sites.DIRECT}
    direct |= {f"torch.Tensor.{name}" for name in torch_sites.DIRECT_METHODS}
    check(drawn_anew(tmp_path, "roles_torch_sites_program.py", anew=[(), *ANEW]), ("torch",), direct)


def _direct() -> set[str]:
    """What NumPy and `random` draw where the user's code calls it."""
    import random

    import numpy as np

    owners = {"numpy.random": np.random, "numpy.random.RandomState": np.random.RandomState}
    owners["numpy.random.Generator"] = np.random.Generator
    names = {
        f"{label}.{name}" for label, owner in owners.items() for name in numpy_sites.DIRECT if hasattr(owner, name)
    }
    python = {name for name in python_sites.DIRECT if hasattr(random, name)}
    old = {"numpy.random.random_integers", "numpy.random.RandomState.random_integers", "random.Random.getrandbits"}
    return (names | {f"{label}.{name}" for label in ("random", "random.Random") for name in python}) - old


def test_registered_call_sites_are_there() -> None:
    """Each call site of the registry is defined in the installed version of its library, where there is one."""
    libraries = [name for name in ("sklearn", "scipy", "pandas", "optuna", "torch") if find_spec(name) is not None]
    here = [site for site in catalogue() if site.module.partition(".")[0] in libraries]
    assert [f"{site.module}.{site.name}" for site in here if not is_defined(site)] == []


def is_defined(site: CallSite) -> bool:
    """Whether the source of a module defines a function, or a class with a method; nothing is imported."""
    folder = Path(sysconfig.get_path("purelib"), *site.module.split("."))
    source = next((file for file in (folder.with_suffix(".py"), folder / "__init__.py") if file.is_file()), None)
    if source is None:
        return False
    lines = source.read_text(encoding="utf-8")
    *_, name = site.name.split(".")
    if f"def {name}(" not in lines:
        return False
    return site.name in set(_definitions(ast.parse(lines)))


def _definitions(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef))
