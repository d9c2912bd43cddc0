"""The outputs of a cell, sorted."""

from __future__ import annotations

from bis._verify.published.cell_parts import CellParts, parts_of
from bis.notebooks.shown_outputs import ShownCell, ShownOutput

TABLE = '<table class="dataframe"><tr><th></th><th>x</th></tr><tr><th>0</th><td>1</td></tr></table>'


def parts(*outputs: ShownOutput) -> CellParts:
    """Of a cell with these outputs."""
    return parts_of(ShownCell(1, outputs=outputs))


def shown(**forms: str) -> ShownOutput:
    """What a cell displays, by the last part of the MIME type."""
    types = {
        "plain": "text/plain",
        "html": "text/html",
        "markdown": "text/markdown",
        "png": "image/png",
        "widget": "application/vnd.jupyter.widget-view+json",
        "plotly": "application/vnd.plotly.v1+json",
    }
    return ShownOutput("display_data", {types[name]: form for name, form in forms.items()})


def test_streams_and_errors() -> None:
    """Each whole; the class of an error is what is compared."""
    found = parts(ShownOutput("stdout", {"text/plain": "a"}), ShownOutput("error", {"text/plain": "KeyError: 'x'"}))
    assert (found.stdout, found.stderr, found.exception) == ("a", "", "KeyError")
    assert not parts().says_something
    assert not parts(ShownOutput("stderr", {"text/plain": "x: 1"})).says_something


def test_a_picture_has_an_alternative_text() -> None:
    """Which is no output of its own."""
    found = parts(shown(plain="<Figure size 640x480 with 1 Axes>", png="AAAA"), shown(plotly="{}", html="<div></div>"))
    assert ([sorted(p.forms) for p in found.pictures], found.values) == (
        [["image/png"], ["application/vnd.plotly.v1+json"]],
        (),
    )


def test_objects_are_no_values() -> None:
    """Figures without a picture, widgets, progress bars; and all that the HTML of a model says about it."""
    bar = "  0%|          | 0/3 [00:00<?, ?it/s]"
    assert parts(shown(plain="<Figure size 1x1>"), shown(plain=bar, widget="{}")).values == ()
    (model,) = parts(shown(plain="Ridge()", html="<table><tr><td>tol</td><td>1e-06</td></tr></table>")).values
    assert (model.text, model.tables) == ("Ridge()", ())


def test_tables_and_texts() -> None:
    """A data frame in both forms, HTML alone, Markdown."""
    frame, html, style, text = parts(
        shown(plain="   x\n0  1", html=TABLE),
        shown(html=TABLE),
        shown(plain="<pandas.io.formats.style.Styler at 0x7fe93a97bf50>", html=TABLE),
        shown(plain="<IPython.core.display.Markdown object>", markdown="**AUC** 0.7"),
    ).values
    assert frame.tables == html.tables == style.tables
    assert frame.text == "   x\n0  1"
    assert (text.text, text.tables) == ("**AUC** 0.7", ())
