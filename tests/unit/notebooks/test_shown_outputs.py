"""What the cells of a notebook file show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.model.facets import CellOutput
from bis.notebooks.parameters import INJECTED
from bis.notebooks.shown_outputs import ShownCell, ShownOutput, cells_from_texts, installing_cells, shown_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

pytest.importorskip("nbformat")


def notebook(*cells: Mapping[str, object]) -> bytes:
    """A notebook file."""
    empty: dict[str, object] = {
        "cell_type": "code",
        "source": "",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    made = [{**empty, "id": f"c{i}", **cell} for i, cell in enumerate(cells)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def stream(name: str, text: str) -> dict[str, object]:
    """A piece of a stream."""
    return {"output_type": "stream", "name": name, "text": text}


def test_streams_are_whole_however_they_were_cut_up() -> None:
    """Pieces belong together, whatever was shown between them."""
    figure = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "AAAA", "text/plain": ["<Fig", "ure>"]},
    }
    pieces = [stream("stdout", "a"), stream("stderr", "x"), figure, stream("stdout", "b\n")]
    (cell,) = shown_cells(notebook({"outputs": pieces, "source": "draw()"}), "n.ipynb")
    assert cell == ShownCell(
        0,
        "draw()",
        (
            ShownOutput("stdout", {"text/plain": "ab\n"}),
            ShownOutput("stderr", {"text/plain": "x"}),
            ShownOutput("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"}),
        ),
    )
    assert cell.outputs[2].plain == "<Figure>"


def test_errors_and_json() -> None:
    """Class and message of an error; JSON as text."""
    error = {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
    data = {"output_type": "display_data", "metadata": {}, "data": {"application/vnd.plotly.v1+json": {"a": 1}}}
    (cell,) = shown_cells(notebook({"outputs": [error, data]}), "n.ipynb")
    assert [list(o.forms.values()) for o in cell.outputs] == [["KeyboardInterrupt"], ["{'a': 1}"]]


def test_a_cell_that_bis_added_is_not_counted() -> None:
    """Positions are those of the file as it was; the parameters of papermill in it stay."""
    injected = {"source": "# Parameters", "metadata": {"tags": [INJECTED]}}
    first, last = {"source": "a"}, {"source": "b", "cell_type": "code"}
    original = notebook(first, last)
    positions = [(c.position, c.source) for c in shown_cells(notebook(first, injected, last), "n", original=original)]
    assert positions == [(0, "a"), (1, "b")]
    with_papermill = notebook(first, injected, last)
    assert len(shown_cells(with_papermill, "n", original=with_papermill)) == 3


def test_recorded_texts_are_cells_too() -> None:
    """Where the executed notebook was not kept."""
    texts = (CellOutput(1, "stdout", "a"), CellOutput(1, "error", "KeyError: 'x'"), CellOutput(0, "stdout", "b"))
    assert [(c.position, [o.kind for o in c.outputs]) for c in cells_from_texts(texts)] == [
        (0, ["stdout"]),
        (1, ["stdout", "error"]),
    ]


def test_cells_that_install_packages() -> None:
    """Those that do nothing else; not a cell that only asks, or trains besides."""
    sources = ["!pip install mlflow", "%pip install -q a b\n# more", "pip install x\nimport x\nx.train()", "!pip list"]
    assert installing_cells([ShownCell(i, s) for i, s in enumerate(sources)]) == {0, 1}


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "name": ["stdout"], "text": "x"},
        {"output_type": "stream", "name": {"a": 1}, "text": ["x"]},
    ],
)
def test_a_stream_with_an_odd_name_is_stdout(output: dict[str, object]) -> None:
    """Such a name gets through the checks of nbformat."""
    [cell] = shown_cells(notebook({"outputs": [output]}), "odd.ipynb")
    assert [(o.kind, o.forms) for o in cell.outputs] == [("stdout", {"text/plain": "x"})]
