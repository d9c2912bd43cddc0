"""Pages by templates: escaping is always on, and a page needs nothing from elsewhere.

A page extends ``base.html`` and fills the blocks ``title`` and ``content``; ``parts.html`` has what pages share:
tables, figures, lists.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bis._version import __version__
from bis.errors import UsageError
from bis.report.figures.drawing import EXTRA, can_draw, drawn, interactive_bundle, number_format
from bis.report.languages.language import ENGLISH
from bis.report.languages.visible_text import visible, visible_values

if TYPE_CHECKING:
    from bis.report.figures.figure import Figure
    from bis.report.languages.language import Language


def rendered(template: str, language: Language = ENGLISH, *, interactive: bool = False, **values: Any) -> str:
    """A page, or a part of one, from its template.

    Parameters
    ----------
    template : str
        The name of a file in ``templates/``.
    language : Language
        Its messages, numbers and dates; the template calls its methods as ``lang``, and its messages by ``_``.
    interactive : bool
        Whether figures are drawn in the reader's browser, by a program of 0.9 MB within the page, where that program
        is installed.
    **values
        What the template names. Texts are escaped, and invisible characters in them replaced.

    Returns
    -------
    str
        HTML that ends in a newline.
    """
    page = _environment(language).get_template(template).render(interactive=interactive and can_draw(), **values)
    return page.strip("\n") + "\n"


def check_interactive(interactive: bool) -> None:  # noqa: FBT001 - the name of the option
    """Refuse figures that are drawn in the browser where what draws them is not installed.

    Raises
    ------
    UsageError
        The extra is missing.
    """
    if interactive and not can_draw():
        raise UsageError("--interactive needs the extra `report`", hint=f"pip install 'bis[{EXTRA}]'")


@cache
def _environment(language: Language) -> Environment:
    made = Environment(
        loader=PackageLoader("bis.report.html"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.globals.update(
        {
            "_": _Messages(language),
            "counted": _CountedMessages(language),
            "lang": language,
            "bis_version": __version__,
            "drawn": lambda figure: Markup(drawn(figure, language)),  # noqa: S704 - vl-convert escapes texts; tested
            "can_draw": can_draw(),
            "extra": EXTRA,
            "number_format": lambda: _json(number_format(language)),
            "bundle": lambda: Markup(_in_script(interactive_bundle())),  # noqa: S704 - a program, no text of others
            "specification": _specification,
        }
    )
    return made


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class _Messages:
    """Messages of templates: markup in them is ours, values in them are escaped."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, message: str, **values: Any) -> Markup:
        return _filled(self._language.text(message), values)


class _CountedMessages:
    """Messages of templates with a number."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, singular: str, plural: str, count: int, **values: Any) -> Markup:
        found = self._language.translations.ngettext(singular, plural, count)
        return _filled(found, {"count": self._language.integer(count), **values})


def _filled(message: str, values: dict[str, Any]) -> Markup:
    text = Markup(message)  # noqa: S704 - a message of ours, or of our catalogue
    return text.format(**{name: escape(_shown(value)) for name, value in values.items()}) if values else text


def _specification(figure: Figure) -> Markup:
    return _json(visible_values(figure.specification))


def _json(value: Any) -> Markup:
    return Markup(json.dumps(value).replace("<", "\\u003c"))  # noqa: S704 - nothing in it can begin or end an element


def _in_script(program: str) -> str:
    """A program within a script element, which nothing in it can end."""
    return re.sub(r"<(?=/script|script)", r"\\x3c", program, flags=re.IGNORECASE).replace("<!--", "\\x3c!--")
