"""What stands for packages in a record goes to uv: nothing that uv would take for an instruction may be among it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._replay.package_names import check_packages
from bis.errors import EnvironmentBuildError
from bis.model.facets import Package
from tests.unit._replay.records import environment

GOOD = (
    Package("numpy", "2.0.0"),
    Package("A.b_c-d", "1!2.0rc1.post3.dev4+cu121.local"),
    Package("torch", "2.4.0+cpu", "https://download.example/torch-2.4.0%2Bcpu.whl#sha256=ab"),
    Package("own", "0", "file:///home/u/own dir/".replace(" ", "%20"), editable=True),
    Package("x", "1", "git+https://host/repo.git@abc#subdirectory=x"),
    Package("x", "1", "git+ssh://git@host/repo.git"),
    Package("old", "2004d"),
)


def test_packages_as_they_are() -> None:
    """Names, versions and addresses as installers write them."""
    check_packages(replace(environment(), packages=GOOD))


@pytest.mark.parametrize(
    "package",
    [
        Package("numpy", "1.0\n--index-url http://evil"),
        Package("numpy\n--index-url http://evil", "1.0"),
        Package("numpy", "1.0 --index-url http://evil"),
        Package("-r", "1.0"),
        Package("--index-url=http://evil", "1.0"),
        Package("numpy", "-e"),
        Package("numpy", ""),
        Package("", "1.0"),
        Package("numpy @ http://evil/x.tar.gz #", "1.0"),
        Package("numpy", "1.0; python_version>'0'"),
        Package("numpy", "1.0", "https://host/x.whl\n--index-url http://evil"),
        Package("numpy", "1.0", "https://host/x.whl --hash=x"),
        Package("numpy", "1.0", "-r/etc/passwd"),
        Package("numpy", "1.0", "/etc"),
        Package("numpy", "1.0", "ext::sh -c touch% /tmp/x"),
        Package("numpy", "1.0", "git+ext::sh"),
        Package("numpy", "1.0", "http://[::1"),
        Package("nump\u202ey", "1.0"),
    ],
)
def test_what_is_none_is_refused(package: Package) -> None:
    """With its name, and how to do without."""
    with pytest.raises(EnvironmentBuildError, match="which it cannot be"):
        check_packages(replace(environment(), packages=(package,)))


@pytest.mark.parametrize(("python", "implementation"), [("3.11\n--x", ""), ("-c", ""), ("3.11", "x y")])
def test_so_is_an_interpreter(python: str, implementation: str) -> None:
    """It is an argument of uv, too."""
    with pytest.raises(EnvironmentBuildError, match="Python"):
        check_packages(replace(environment(), python=python, implementation=implementation))
