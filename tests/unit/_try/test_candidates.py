"""What of a project can be run, and what comes first."""

from __future__ import annotations

import json

import pytest

from bis._try.candidates import ProjectFiles, acts_when_run, candidates, given_candidate
from bis.model.tried_project import Candidate, CandidateKind, CandidateReason

_TRACKS = "import mlflow\n"
_MAIN = "if __name__ == '__main__':\n    main()\n"


def files(texts: dict[str, str], *others: str) -> ProjectFiles:
    """Files with their texts, and others of which only the names are known."""
    return ProjectFiles(tuple(sorted({*texts, *others})), texts)


def notebook(*sources: str, language: str = "python") -> str:
    """A notebook with code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": language}}, "nbformat": 4})


def test_an_mlproject_comes_first_with_its_defaults() -> None:
    """Its main entry point, in its folder, the defaults of the parameters filled in."""
    found = candidates(
        files(
            {
                "sub/MLproject": "entry_points:\n  main:\n    parameters:\n      alpha: {type: float, default: 0.5}\n"
                "    command: python train.py {alpha}\n",
                "sub/train.py": _TRACKS + _MAIN,
                "other.py": _TRACKS + _MAIN,
            }
        )
    )
    assert (found[0].kind, found[0].target, found[0].argv, found[0].cwd) == (
        CandidateKind.MLPROJECT,
        "train.py",
        ("0.5",),
        "sub",
    )


def test_a_parameter_without_a_default_makes_an_entry_point_late() -> None:
    """The script is run by itself before a command that lacks a value."""
    mlproject = "entry_points:\n  main:\n    parameters:\n      alpha: float\n    command: python train.py {alpha}\n"
    found = candidates(files({"MLproject": mlproject, "train.py": _TRACKS + _MAIN}))
    assert [one.kind for one in found] == [CandidateKind.MAIN, CandidateKind.MLPROJECT]
    assert CandidateReason.LACKS_VALUE in found[1].reasons


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        ("`python train.py --alpha 0.5`", ("--alpha", "0.5")),
        ("$ python3 train.py --name 'two words'  # trains", ("--name", "two words")),
        ("Run `python train.py`, then look.", ()),
        ("uv run python train.py a=1 && mlflow ui", ("a=1",)),
    ],
)
def test_a_command_of_a_document_keeps_its_arguments(line: str, argv: tuple[str, ...]) -> None:
    """What follows the command on its line, up to where the sentence or the shell goes on."""
    found = candidates(files({"README.md": f"{line}\n", "train.py": _TRACKS}))
    assert (found[0].kind, found[0].target, found[0].argv) == (CandidateKind.DOCUMENT, "train.py", argv)


def test_a_command_with_a_placeholder_is_not_run() -> None:
    """Nobody knows what stands for `<run id>`."""
    found = candidates(files({"README.md": "python train.py --run-id <run id>\n", "train.py": _TRACKS + _MAIN}))
    assert [one.kind for one in found] == [CandidateKind.MAIN]


def test_a_command_says_from_where_it_is_started() -> None:
    """`python src/train.py` in the README of a folder is started in that folder."""
    found = candidates(files({"sub/README.md": "python src/train.py\n", "sub/src/train.py": _TRACKS}))
    assert (found[0].target, found[0].cwd) == ("src/train.py", "sub")


def test_an_installed_command_names_its_function() -> None:
    """[project.scripts]: the module, the function, and the name that the program has."""
    text = '[project]\nname = "p"\n[project.scripts]\nfit = "pkg.cli:main"\n'
    found = candidates(files({"pyproject.toml": text, "src/pkg/cli.py": _TRACKS}))
    assert (found[0].kind, found[0].target, found[0].function, found[0].command) == (
        CandidateKind.SCRIPT,
        "pkg.cli",
        "main",
        "fit",
    )


def test_what_uses_mlflow_comes_before_what_does_not() -> None:
    """Also where it does so through a module of the project."""
    found = candidates(
        files({"prepare.py": _MAIN, "fit.py": "from tracking import log\n" + _MAIN, "tracking.py": _TRACKS})
    )
    assert [one.target for one in found] == ["fit.py", "prepare.py"]


def test_servers_and_tools_come_last() -> None:
    """A program that starts a server would not end."""
    found = candidates(
        files({"README.md": "python app.py\n", "app.py": "import flask\nimport mlflow\n", "fit.py": _TRACKS + _MAIN})
    )
    assert [one.target for one in found] == ["fit.py", "app.py"]
    assert CandidateReason.SERVES in found[1].reasons


def test_notebooks_of_research_come_after_the_program() -> None:
    """They are drafts of it."""
    found = candidates(files({"research/trials.ipynb": notebook("import mlflow"), "main.py": "import mlflow\nrun()\n"}))
    assert [one.target for one in found] == ["main.py", "trials.ipynb"]


def test_a_notebook_runs_in_its_folder() -> None:
    """As Jupyter runs it; notebooks of other languages and without code are not offered."""
    found = candidates(
        files({"n/a.ipynb": notebook("1"), "n/b.ipynb": notebook("1", language="R"), "n/c.ipynb": notebook()})
    )
    assert [(one.target, one.cwd) for one in found] == [("a.ipynb", "n")]


def test_a_script_is_started_where_it_finds_its_data() -> None:
    """From its own folder, where only that has the file that it names."""
    found = candidates(files({"code/fit.py": "open('data/a.csv')\n" + _MAIN}, "code/data/a.csv"))
    assert (found[0].target, found[0].cwd) == ("fit.py", "code")


def test_a_command_whose_program_finds_nothing_there_is_started_in_its_folder() -> None:
    """Some READMEs leave out the `cd` before it."""
    texts = {"README.md": "python src/run.py\n", "src/run.py": _TRACKS + "open('config.yaml')\n", "src/config.yaml": ""}
    assert [(one.target, one.cwd) for one in candidates(files(texts))][:1] == [("run.py", "src")]


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("import mlflow\nmlflow.start_run()\n", True),
        ("try:\n    mlflow.start_run()\nexcept OSError:\n    pass\n", True),
        ("a = load()\nb = split(a)\nc = fit(b)\n", True),
        ("import logging\nlog = logging.getLogger()\ndef f():\n    print(1)\n", False),
        ("print 1\n", False),
    ],
)
def test_what_acts_when_it_is_run(text: str, acts: bool) -> None:
    """Calls outside of functions; definitions, and what cannot be read, do not."""
    assert acts_when_run(text) is acts


def test_a_program_with_relative_imports_is_run_as_a_module() -> None:
    """As a script it could not find its package."""
    found = candidates(files({"a/01_b/fit.py": "from .x import y\n" + _MAIN, "a/01_b/x.py": ""}))
    assert (found[0].target, found[0].module) == ("a.01_b.fit", True)


def test_modules_of_a_library_are_no_programs() -> None:
    """A package that is imported offers nothing to run, whatever it imports."""
    texts = {"lib/__init__.py": "", "lib/train.py": "import mlflow\nlog = mlflow.log_metric\n"}
    assert candidates(files(texts)) == ()


def test_an_entry_may_be_given_by_name_with_arguments() -> None:
    """A script, an entry point by its name, a module; None for what is not there."""
    given = files({"a/fit.py": _MAIN, "MLproject": "entry_points:\n  prepare:\n    command: python a/fit.py 1\n"})
    assert (given_candidate("a/fit.py --x 1", given) or _none()).argv == ("--x", "1")
    assert (given_candidate("prepare", given) or _none()).argv == ("1",)
    assert (given_candidate("python a/fit.py", given) or _none()).kind is CandidateKind.GIVEN
    assert (given_candidate("-m a.fit", given) or _none()).module
    assert given_candidate("other.py", given) is None


def _none() -> Candidate:
    raise AssertionError("nothing was found")
