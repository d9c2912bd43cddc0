"""Notebook files and their parameters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bis.errors import MissingExtra, NotFound, UsageError
from bis.model.facets import Cell, CellOutput
from bis.notebooks.document import (
    notebook_from_cells,
    parse_notebook,
    read_notebook,
    saved_outputs,
    write_notebook,
)
from bis.notebooks.extra import require
from bis.notebooks.parameters import inject_parameters, parameter_names

pytest.importorskip("nbclient")
NOTEBOOKS = Path(__file__).parents[2] / "assets" / "notebooks"


@pytest.mark.parametrize(
    ("name", "said"),
    [("broken", "not valid JSON"), ("format3", "has notebook format 3"), ("r_language", "a notebook for R")],
)
def test_what_is_no_python_notebook_is_refused(name: str, said: str) -> None:
    """Damaged files, old formats and other languages each have their own message."""
    with pytest.raises(UsageError, match=said):
        read_notebook(NOTEBOOKS / f"{name}.ipynb")


def test_other_json_is_refused(tmp_path: Path) -> None:
    """JSON that is no notebook, and a notebook whose cell has no source, are told from one."""
    (tmp_path / "a.ipynb").write_text("[]")
    (tmp_path / "b.ipynb").write_text('{"nbformat": 4, "cells": [{"cell_type": "code"}]}')
    with pytest.raises(UsageError, match="no nbformat"):
        read_notebook(tmp_path / "a.ipynb")
    with pytest.raises(UsageError, match="cell 0 has no source"):
        read_notebook(tmp_path / "b.ipynb")
    with pytest.raises(NotFound):
        read_notebook(tmp_path / "c.ipynb")


@pytest.mark.parametrize(
    "changed",
    [
        {"metadata": 1},
        {"metadata": {"kernelspec": "python3"}},
        {"metadata": {"language_info": [1]}},
        {"metadata": {"language_info": {"name": ["python"]}}},
        {"cells": [{"cell_type": "code", "source": "", "metadata": {}, "outputs": [[]]}]},
        {"cells": [{"cell_type": "code", "source": "", "metadata": {}, "outputs": ["x"]}]},
        {"cells": [{"cell_type": "code", "source": "", "metadata": {}, "outputs": None}]},
        {"cells": [{"cell_type": "code", "source": "", "metadata": 7, "outputs": []}]},
    ],
)
def test_malformed_parts_are_refused(changed: dict[str, object]) -> None:
    """What is not as the format has it is a notebook that cannot be read, whatever nbformat makes of it."""
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **changed}
    with pytest.raises(UsageError, match=r"odd\.ipynb is not a notebook"):
        parse_notebook(json.dumps(document).encode(), "odd.ipynb")


def test_saved_outputs_are_read_as_texts() -> None:
    """Pieces of a stream are joined; positions count every cell."""
    file = NOTEBOOKS / "training.ipynb"
    assert saved_outputs(file) == (
        CellOutput(2, "stdout", "step 0: 0.2000\nstep 1: 0.3600\nstep 2: 0.4880\n"),
        CellOutput(2, "stderr", "done plain\n"),
        CellOutput(4, "execute_result", "0.488"),
    )


def test_recorded_cells_become_a_notebook(tmp_path: Path) -> None:
    """Cells stand in their order of execution, and the same cells give the same file."""
    cells = [Cell(1, "b = a"), Cell(0, "a = 1"), Cell(2, "b = a")]
    for name in ("one.ipynb", "two.ipynb"):
        write_notebook(notebook_from_cells(cells), tmp_path / name)
    assert [cell.source for cell in read_notebook(tmp_path / "one.ipynb").cells] == ["a = 1", "b = a", "b = a"]
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()


def test_parameter_names_come_with_their_defaults() -> None:
    """Plain and annotated assignments of the tagged cell are the parameters."""
    notebook = read_notebook(NOTEBOOKS / "training.ipynb")
    assert parameter_names(notebook) == {"learning_rate": "0.1", "steps": "3", "name": "'plain'"}
    assert parameter_names(read_notebook(NOTEBOOKS / "failing.ipynb")) == {}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"steps": "5"}, "steps = 5"),
        ({"steps": "[1, 2]"}, "steps = [1, 2]"),
        ({"steps": "many words"}, "steps = 'many words'"),
        ({"name": "5"}, "name = '5'"),
        ({"steps": 1e-3}, "steps = 0.001"),
        ({"steps": float("nan")}, "steps = float('nan')"),
        ({"steps": None, "name": "x"}, "steps = None\nname = 'x'"),
    ],
)
def test_values_are_written_as_literals(given: dict[str, object], written: str) -> None:
    """Text is read as a literal unless the default is text; the cell stands after the parameters."""
    notebook = read_notebook(NOTEBOOKS / "training.ipynb")
    assert inject_parameters(notebook, given, name="n") == 2
    assert notebook.cells[2].source == f"# Parameters set by bis\n{written}"
    assert notebook.cells[2].metadata.tags == ["injected-parameters"]
    require("nbformat").validate(notebook)


def test_an_injected_cell_is_replaced() -> None:
    """A notebook that papermill has run already keeps its number of cells."""
    notebook = read_notebook(NOTEBOOKS / "old_minor.ipynb")
    assert inject_parameters(notebook, {"alpha": "7"}, name="n") is None
    assert [cell.source.splitlines()[-1] for cell in notebook.cells] == ["alpha = 1", "alpha = 7", "print(alpha)"]
    require("nbformat").validate(notebook)


def test_unknown_parameters_are_refused_with_those_there() -> None:
    """The message names what could have been meant, or the missing tag."""
    with pytest.raises(UsageError, match="no parameter step; its parameters are: learning_rate, steps, name"):
        inject_parameters(read_notebook(NOTEBOOKS / "training.ipynb"), {"step": "1"}, name="n")
    with pytest.raises(UsageError, match="no cell tagged `parameters`"):
        inject_parameters(read_notebook(NOTEBOOKS / "failing.ipynb"), {"step": "1"}, name="n")
    with pytest.raises(UsageError, match="cannot be written"):
        inject_parameters(read_notebook(NOTEBOOKS / "training.ipynb"), {"steps": object()}, name="n")


def test_a_missing_extra_says_how_to_install_it() -> None:
    """A module that is not there is named together with the pip line."""
    with pytest.raises(MissingExtra, match="notebooks need nbformat_of_nowhere") as caught:
        require("nbformat_of_nowhere.v4")
    assert caught.value.hint == "Install it with: pip install 'bis[notebook]'"
