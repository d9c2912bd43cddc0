"""Figures as pictures: drawn by vl-convert, where it is installed (``pip install 'bis[report]'``)."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bis.report.languages.visible_text import visible_values

if TYPE_CHECKING:
    from bis.report.figures.figure import Figure
    from bis.report.languages.language import Language

EXTRA = "report"
_GRAMMAR = "6.1"  # of Vega-Lite: a picture is the same whatever newer ones draw
_FORMATS = {"en": "en-US", "fr": "fr-FR"}  # how numbers are written along the axes
_TAG = re.compile(r"<[^<>]*>")  # in texts both signs are escaped
# The parts have no roles, since the page gives the whole picture one text; a part of a page declares no namespaces.
_LEFT_OUT = re.compile(r' (?:role|aria-[a-z]+|xmlns(?::xlink)?)="[^"]*"')
_NAMED = re.compile(r'\b(id="|url\(#|xlink:href="#|href="#)')


def can_draw() -> bool:
    """Whether pictures can be drawn here."""
    return find_spec("vl_convert") is not None


def drawn(figure: Figure, language: Language) -> str:
    """The picture of a figure as SVG, to be set into a page; empty where pictures cannot be drawn here.

    It is the same for the same figure. Texts are escaped in it, and nothing is loaded from elsewhere.
    """
    if not can_draw():
        return ""
    try:
        picture = str(
            _converter().vegalite_to_svg(
                visible_values(figure.specification),
                vl_version=_GRAMMAR,
                allowed_base_urls=[],
                format_locale=_FORMATS[language.code],
            )
        )
    except ValueError:  # a page without a picture has its table
        return ""
    own = rf"\g<1>{figure.name}-"
    return _TAG.sub(lambda tag: _NAMED.sub(own, _LEFT_OUT.sub("", tag[0])), picture)


def number_format(language: Language) -> dict[str, Any]:
    """How a language writes numbers, for the program that draws in the reader's browser."""
    return dict(_converter().get_format_locale(_FORMATS[language.code]))


def interactive_bundle() -> str:
    """The program that draws figures in the reader's browser, about 0.9 MB of JavaScript; empty where there is none."""
    return str(_converter().javascript_bundle()) if can_draw() else ""


def _converter() -> Any:
    return import_module("vl_convert")  # an extra; it takes 40 MB of memory, and pages are not always drawn
