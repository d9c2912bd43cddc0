"""Notebook files: reading, writing, and what is saved in them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.errors import NotFound, StorageError, UsageError
from bis.model.facets import Cell, CellOutput
from bis.model.jsonable import json_value
from bis.notebooks.extra import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NotebookNode = Any
_OTHER_KERNELS = ("ir", "julia", "scala", "almond", "xeus-cling", "bash", "sas", "octave", "javascript", "deno", "rust")
_OLDEST_FORMAT = 4


def read_notebook(path: str | os.PathLike[str]) -> NotebookNode:
    """Read a notebook file of format 4 for Python.

    Raises
    ------
    NotFound
        There is no such file.
    UsageError
        The file is not a notebook, has an older format, or is for another language.
    MissingExtra
        nbformat is not installed.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except FileNotFoundError as exc:
        raise NotFound(f"there is no notebook {file}") from exc
    except OSError as exc:
        raise StorageError(f"{file} cannot be read: {exc.strerror}") from exc
    return parse_notebook(content, str(file))


def parse_notebook(content: bytes, name: str) -> NotebookNode:
    """Parse the content of a notebook file; `name` is what messages call it.

    Raises
    ------
    UsageError
        The content is not a notebook, has an older format, or is for another language.
    MissingExtra
        nbformat is not installed.
    """
    v4 = require("nbformat.v4")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise UsageError(f"{name} is not a notebook: it is not UTF-8 text") from exc
    try:
        structure = json_value(text)
    except ValueError as exc:
        raise UsageError(f"{name} is not a notebook: it is not valid JSON ({exc})") from exc
    _check_structure(structure, name)
    try:
        notebook = v4.reads(text)
        check_language(notebook, name)
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
    ) as exc:  # nbformat expects what it would write
        raise UsageError(f"{name} is not a notebook: its cells or metadata are malformed ({exc})") from exc
    return notebook


def check_language(notebook: NotebookNode, name: str) -> None:
    """Refuse a notebook whose metadata names another language than Python.

    Raises
    ------
    UsageError
        The notebook is for another language.
    """
    metadata = notebook.get("metadata", {})
    kernelspec = metadata.get("kernelspec") or {}
    language = (metadata.get("language_info") or {}).get("name") or kernelspec.get("language") or ""
    kernel = str(kernelspec.get("name", "")).lower()
    if not language:
        language = next((other for other in _OTHER_KERNELS if kernel.partition("-")[0] == other), "python")
        language = "R" if language == "ir" else language
    if not language.lower().startswith(("python", "ipython")):
        raise UsageError(
            f"{name} is a notebook for {language}, and bis runs notebooks for Python",
            language=language,
            kernel=kernel,
        )


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, whole or not at all.

    Raises
    ------
    StorageError
        The file system refuses.
    """
    text = require("nbformat.v4").writes(notebook)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise StorageError(f"the executed notebook cannot be written to {path}: {exc.strerror}") from exc


def notebook_from_cells(cells: Sequence[Cell]) -> NotebookNode:
    """Build a notebook from executed cells, in their order of execution.

    A cell that was executed twice appears twice.
    """
    v4 = require("nbformat.v4")
    ordered = sorted(cells, key=lambda cell: cell.index)
    # Fixed ids: two notebooks from the same cells are the same file.
    nodes = [v4.new_code_cell(cell.source, id=f"bis-{cell.index}") for cell in ordered]
    return v4.new_notebook(
        cells=nodes, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )


def saved_outputs(path: str | os.PathLike[str]) -> tuple[CellOutput, ...]:
    """Text outputs as they are saved in a notebook file, cell after cell.

    Raises
    ------
    NotFound, UsageError, MissingExtra
        As `read_notebook` does.
    """
    return _outputs(read_notebook(path))


def cell_outputs(position: int, outputs: Iterable[NotebookNode]) -> tuple[CellOutput, ...]:
    """Texts of one cell's outputs.

    Returns
    -------
    tuple of CellOutput
        One ``stdout`` and one ``stderr`` with all that was printed, then each ``execute_result``, ``display_data``
        and ``error`` in its order. Standard output comes first: how the streams interleave is not reproducible.
    """
    streams = {"stdout": "", "stderr": ""}
    others: list[CellOutput] = []
    for output in outputs:
        kind = output.get("output_type", "")
        if kind == "stream":
            name = output.get("name", "stdout")
            streams[name] = streams.get(name, "") + _joined(output.get("text", ""))
        elif kind in {"execute_result", "display_data"}:
            text = (output.get("data") or {}).get("text/plain")
            if text is not None:
                others.append(CellOutput(position, kind, _joined(text)))
        elif kind == "error":
            others.append(CellOutput(position, kind, f"{output.get('ename', '')}: {output.get('evalue', '')}"))
    printed = (CellOutput(position, name, text) for name, text in streams.items() if text)
    return (*printed, *others)


def _outputs(notebook: NotebookNode) -> tuple[CellOutput, ...]:
    return tuple(
        output
        for position, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for output in cell_outputs(position, cell.get("outputs", []))
    )


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _check_structure(content: object, name: str) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise UsageError(f"{name} is not a notebook: its JSON has no nbformat")
    if content["nbformat"] != _OLDEST_FORMAT:
        raise UsageError(
            f"{name} has notebook format {content['nbformat']}, and bis reads format {_OLDEST_FORMAT}",
            hint=f"Convert it with: jupyter nbconvert --to notebook --nbformat {_OLDEST_FORMAT} {name}",
        )
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UsageError(f"{name} is not a notebook: it has no list of cells")
    for position, cell in enumerate(cells):
        source = cell.get("source") if isinstance(cell, dict) else None
        is_text = isinstance(source, str) or (isinstance(source, list) and all(isinstance(s, str) for s in source))
        if not is_text or not isinstance(cell.get("cell_type"), str):
            raise UsageError(f"{name} is not a notebook: cell {position} has no source or no type")
