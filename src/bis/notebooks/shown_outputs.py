"""What the cells of a notebook file show: every output in all its forms, texts and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bis.notebooks.document import parse_notebook
from bis.notebooks.line_skipping import CellChanger
from bis.notebooks.parameters import INJECTED, cell_tags
from bis.notebooks.shell_commands import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.facets import CellOutput

_STREAMS = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class ShownOutput:
    """One output: `forms` are its texts by MIME type, pictures in base64.

    `kind` is ``stdout`` or ``stderr`` for all that a cell printed there, else nbformat's type of output:
    ``execute_result``, ``display_data`` or ``error``.
    """

    kind: str
    forms: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The plain text; empty where there is none."""
        return self.forms.get("text/plain", "")


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A code cell with what it shows; `position` counts all cells of the file from 0."""

    position: int
    source: str = ""
    outputs: tuple[ShownOutput, ...] = ()


def shown_cells(content: bytes, name: str, *, original: bytes | None = None) -> tuple[ShownCell, ...]:
    """The code cells of a notebook file, from its content; `name` is what messages call it.

    Where `original` is what the file was before bis ran it, a cell of parameters that bis added is not counted.

    Raises
    ------
    UsageError, MissingExtra
        As `parse_notebook` does.
    """
    given = list(parse_notebook(content, name).cells)
    if original is not None and len(given) > len(parse_notebook(original, name).cells):
        given = [c for c in given if INJECTED not in cell_tags(c)]
    return tuple(
        ShownCell(position, _joined(cell.source), _outputs(cell.get("outputs", [])))
        for position, cell in enumerate(given)
        if cell.cell_type == "code"
    )


def cells_from_texts(texts: Iterable[CellOutput]) -> tuple[ShownCell, ...]:
    """Cells of which only the recorded texts are known."""
    found: dict[int, list[ShownOutput]] = {}
    for one in texts:
        found.setdefault(one.position, []).append(ShownOutput(one.kind, {"text/plain": one.text}))
    return tuple(ShownCell(position, outputs=tuple(outputs)) for position, outputs in sorted(found.items()))


def installing_cells(cells: Sequence[ShownCell]) -> frozenset[int]:
    """Positions of the cells that do nothing but install packages."""
    changer = CellChanger(frozenset({Ground.INSTALL}))
    return frozenset(c.position for c in cells if changer.redact(c.source).source is None)


def _outputs(outputs: Iterable[Any]) -> tuple[ShownOutput, ...]:
    """Each stream whole, whatever its pieces and what was shown between them; then the others in their order."""
    streams = dict.fromkeys(_STREAMS, "")
    others = []
    for output in outputs:
        kind = output.get("output_type", "")
        if kind == "stream":
            given = output.get("name", "stdout")
            name = given if isinstance(given, str) else "stdout"
            streams[name] = streams.get(name, "") + _joined(output.get("text", ""))
        elif kind == "error":
            name, value = str(output.get("ename", "")), str(output.get("evalue", ""))
            others.append(ShownOutput(kind, {"text/plain": f"{name}: {value}".rstrip(": ")}))
        elif kind in {"execute_result", "display_data"}:
            others.append(ShownOutput(kind, _forms(output.get("data") or {})))
    printed = (ShownOutput(name, {"text/plain": text}) for name, text in streams.items() if text)
    return (*printed, *others)


def _forms(data: Mapping[str, Any]) -> dict[str, str]:
    return {mime: _joined(form) for mime, form in data.items()}


def _joined(text: Any) -> str:
    if isinstance(text, str):
        return text
    if isinstance(text, list) and all(isinstance(part, str) for part in text):
        return "".join(text)
    return repr(text)  # JSON: of Plotly, Vega, widgets
