"""What a program imports."""

from __future__ import annotations

import pytest

from bis._try.program_imports import further_roots, imports_of, installs_of, program_file
from bis.model.tried_project import Candidate, CandidateKind
from tests.unit._try.test_candidates import files, notebook

_MODULE = Candidate(CandidateKind.SCRIPT, "pkg.cli", module=True)


def test_modules_are_found_in_src_too() -> None:
    """The file of a module, of a package, and none."""
    assert program_file(_MODULE, files({"src/pkg/cli.py": ""})) == "src/pkg/cli.py"
    assert program_file(_MODULE, files({"pkg/cli/__main__.py": ""})) == "pkg/cli/__main__.py"
    assert program_file(_MODULE, files({"other.py": ""})) == ""


def test_relative_imports_stay_in_the_project() -> None:
    """They are followed, and are no distributions."""
    texts = {"pkg/cli.py": "from . import model\nfrom .deep.er import x\n", "pkg/model.py": "import numpy\n"}
    assert imports_of(_MODULE, files({**texts, "pkg/deep/er.py": "import pandas\n"})) == ("numpy", "pandas")


def test_folders_of_code_are_no_distributions() -> None:
    """A package without `__init__` is imported by the name of its folder."""
    one = Candidate(CandidateKind.MAIN, "fit.py")
    assert imports_of(one, files({"fit.py": "from steps import x\n", "steps/other.py": ""})) == ()


def test_installing_lines_of_a_notebook() -> None:
    """With or without the mark of the shell."""
    one = Candidate(CandidateKind.NOTEBOOK, "a.ipynb")
    assert installs_of(one, files({"a.ipynb": notebook("%pip install a\n1")})) != ()
    assert installs_of(Candidate(CandidateKind.MAIN, "a.py"), files({"a.py": "# pip install a"})) == ()


_IN_SRC = Candidate(CandidateKind.DOCUMENT, "src/fit.py")


@pytest.mark.parametrize(
    ("candidate", "texts", "roots"),
    [
        (_IN_SRC, {"src/fit.py": "from practice.a import f\n", "practice/a.py": ""}, (".",)),
        (_IN_SRC, {"src/fit.py": "import helper\n", "src/helper.py": "import practice\n", "practice/a.py": ""}, (".",)),
        (Candidate(CandidateKind.MAIN, "fit.py"), {"fit.py": "import mine\n", "src/mine/__init__.py": ""}, ("src",)),
        (
            Candidate(CandidateKind.NOTEBOOK, "a.ipynb", cwd="notebooks"),
            {"notebooks/a.ipynb": notebook("import mine"), "mine.py": ""},
            (".",),
        ),
        (_IN_SRC, {"src/fit.py": "import helper\n", "src/helper.py": ""}, ()),
        (_IN_SRC, {"src/fit.py": "import sys\nsys.path.append('.')\nimport practice\n", "practice.py": ""}, ()),
        (_IN_SRC, {"src/fit.py": "import numpy\nimport logging\n", "numpy/a.py": "", "logging/a.py": ""}, ()),
        (Candidate(CandidateKind.DOCUMENT, "mine.fit", module=True), {"mine/fit.py": "import mine.b\n"}, ()),
    ],
    ids=["above", "through a module", "src", "notebook", "beside it", "sets its path", "known names", "module"],
)
def test_folders_that_python_would_not_look_into(
    candidate: Candidate, texts: dict[str, str], roots: tuple[str, ...]
) -> None:
    """Where the project's own modules are imported from, as editors and PYTHONPATH have it."""
    assert further_roots(candidate, files(texts)) == roots
