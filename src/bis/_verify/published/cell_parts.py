"""The outputs of a cell, sorted by what they are: printed text, values, pictures, an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.published.html_tables import HtmlTable, tables_in, text_in
from bis._verify.published.printed_models import names_model
from bis._verify.published.printed_output import judge_text

if TYPE_CHECKING:
    from bis.notebooks.shown_outputs import ShownCell, ShownOutput

# Pictures that can be compared, and drawings as JSON; the first that an output has is taken.
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_DRAWINGS = ("application/vnd.plotly.", "application/vnd.vega", "application/vnd.bokeh", "application/vnd.holoviews")
_PANDAS = 'class="dataframe"'
_TEXTS = ("text/markdown", "text/latex")


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture in all its formats, by MIME type."""

    forms: dict[str, str]


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value that a cell shows as text; `tables` are its tables where it has such a form."""

    kind: str
    text: str
    tables: tuple[HtmlTable, ...] = ()


@dataclass(frozen=True, slots=True)
class CellParts:
    """What a cell shows. `stdout` and `stderr` are whole, `error` is class and message."""

    stdout: str = ""
    stderr: str = ""
    values: tuple[ShownValue, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    error: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether it shows more than logs."""
        return bool(self.values or self.pictures) or _says_something(self.stdout)

    @property
    def exception(self) -> str | None:
        """The class of the error."""
        return None if self.error is None else self.error.partition(":")[0].strip()


def parts_of(cell: ShownCell) -> CellParts:
    """Sort the outputs of a cell."""
    values, pictures = [], []
    for output in cell.outputs:
        if output.kind not in {"execute_result", "display_data"}:
            continue
        forms = _picture_forms(output)
        if forms:
            pictures.append(ShownPicture(forms))
        elif (value := _value(output)) is not None:
            values.append(value)
    return CellParts(
        stdout=_text(cell, "stdout"),
        stderr=_text(cell, "stderr"),
        values=tuple(values),
        pictures=tuple(pictures),
        error=_text(cell, "error") or None,
    )


def _text(cell: ShownCell, kind: str) -> str:
    return "".join(o.plain for o in cell.outputs if o.kind == kind)


def _picture_forms(output: ShownOutput) -> dict[str, str]:
    drawn = {mime: form for mime, form in output.forms.items() if mime in _PICTURES or mime.startswith(_DRAWINGS)}
    return {mime: form for mime, form in drawn.items() if form}


def _value(output: ShownOutput) -> ShownValue | None:
    """A value; None for objects without one, such as figures, widgets and progress bars."""
    html = output.forms.get("text/html", "")
    plain = output.plain
    if _says_something(plain):
        return ShownValue(output.kind, plain, tables_in(html) if _PANDAS in html else ())
    if plain and not plain.lstrip().startswith("<"):
        return ShownValue(output.kind, plain) if names_model(plain) else None  # its HTML is about itself
    other = next((output.forms[mime] for mime in _TEXTS if mime in output.forms), "")
    text = other or (text_in(html) if html else "")
    return ShownValue(output.kind, text, tables_in(html)) if _says_something(text) else None


def _says_something(text: str) -> bool:
    return bool(judge_text(text).lines)
