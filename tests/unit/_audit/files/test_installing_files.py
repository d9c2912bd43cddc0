"""Files beside the lists that install packages."""

from __future__ import annotations

import pytest

from bis._audit.files.installing_files import (
    commands_of,
    fetches_code,
    may_install,
    named_programs,
    read_installing,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Makefile", True),
        ("scripts/run.sh", True),
        (".github/workflows/train.yml", True),
        ("deploy/docker-compose.yaml", True),
        (".gitmodules", True),
        ("MLproject", True),
        ("conf/model.yaml", False),
        ("README.md", False),
        ("train.py", False),
    ],
)
def test_which_files_may_install(path: str, expected: bool) -> None:
    """By their names: scripts of a shell, Makefiles, workflows, containers."""
    assert may_install(path) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\tpip install \\\n\t  torch rich\n", ["pip install torch rich"]),
        ("source a && uv pip install torch; python a.py\n", ["uv pip install torch"]),
        ('"run": ["pip", "install", "torch"]\n', ["pip install torch"]),
        ("bash -c 'conda install -y pytorch'\n", ["conda install -y pytorch"]),
        ("# pip install torch\n", []),
        ("echo pip install torch\n", []),
        ("python train.py\n", []),
    ],
)
def test_commands_without_what_is_around_them(text: str, expected: list[str]) -> None:
    """Comments and what is only printed install nothing."""
    assert [" ".join(one.split()) for one in commands_of(text)] == expected


def test_what_files_install() -> None:
    """Servers of a compose file run beside the project; a submodule brings a module of its name, and others."""
    found = read_installing(
        {
            "setup.sh": "pip install torch\n",
            "docker-compose.yml": "services:\n  a:\n    command: pip install flask\n",
            ".gitmodules": '[submodule "a"]\n\tpath = libs/tools\n',
            "notes.txt": "pip install rich\n",
        }
    )
    assert (set(found.names), set(found.alone), found.is_open) == ({"torch"}, {"flask"}, False)
    assert "tools" in found.modules
    assert found.clones


@pytest.mark.parametrize(
    ("text", "files", "is_open"),
    [
        ("pip install -r gpu.txt\n", [], True),
        ("pip install -r gpu.txt\n", ["lists/gpu.txt"], False),
        ("[ -f gpu.txt ] && pip install -r gpu.txt\n", [], False),
        ("pip install $WHAT\n", [], True),
        ("WHAT='torch rich'\npip install $WHAT\n", [], False),
    ],
)
def test_what_is_not_seen_may_be_anything(text: str, files: list[str], is_open: bool) -> None:
    """A list that is not there, unless it is asked for; a variable that is set elsewhere."""
    assert read_installing({"setup.sh": text}, files).is_open is is_open


def test_code_that_is_fetched() -> None:
    """By git, or from a folder outside; a file that is named may be a module."""
    assert fetches_code("git clone https://example.org/a")
    assert fetches_code("export PYTHONPATH=../shared")
    assert not fetches_code("git status")
    assert named_programs("wget https://example.org/helper.py") == {"helper"}
