"""A language of pages: its words, its plural forms, and how it writes numbers, dates and sizes.

English is the language of the source. Other languages have a gettext catalogue, ``catalogues/CODE.po``, which is
compiled when it is first used.
"""

from __future__ import annotations

import gettext
import math
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from bis.errors import UsageError

CODES = ("en", "fr")
_DATES = {"en": "en_GB", "fr": "fr_FR"}  # the day before the month, and 24 hours
_UNITS = {"en": ("B", "KiB", "MiB", "GiB"), "fr": ("o", "Kio", "Mio", "Gio")}
_MOST_DIGITS = 5  # after the point of a percentage
_NARROW = "\u202f"  # what French sets before a percent sign
_FIXED = "\u00a0"  # a space at which no line is broken


@dataclass(frozen=True, slots=True)
class Language:
    """One language; made by `language`."""

    code: str
    translations: gettext.NullTranslations

    def text(self, message: str, **values: object) -> str:
        """A message in this language, with values in place of the names in braces."""
        found = self.translations.gettext(message)
        return found.format(**values) if values else found

    def counted(self, singular: str, plural: str, count: int, **values: object) -> str:
        """A message in the form that belongs to a number, which it names as ``{count}``."""
        found = self.translations.ngettext(singular, plural, count)
        return found.format(count=self.integer(count), **values)

    def integer(self, value: int) -> str:
        """A whole number with its thousands set apart."""
        return str(format_decimal(value, locale=self.code))

    def number(self, value: float, digits: int = 4) -> str:
        """A number with so many significant digits; what is not finite has a word."""
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"
        return self.written(f"{value:.{digits}g}")

    def written(self, figure: str) -> str:
        """A number as Python writes it, with the signs of this language: ``1,234.5`` is ``1 234,5`` in French."""
        point, group = get_decimal_symbol(self.code), get_group_symbol(self.code)
        return "".join({".": point, ",": group}.get(sign, sign) for sign in figure)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of 1 as a percentage, with more digits where it would look like none or all of it, and is not."""
        space = _NARROW if self.code == "fr" else _FIXED
        for more in range(digits, _MOST_DIGITS):
            text = f"{100 * share:.{more}f}"
            if share in {0.0, 1.0} or float(text) not in {0.0, 100.0}:
                return f"{self.written(text)}{space}%"
        text = f"{100 * share:.{digits}f}" if share > 0.5 else f"{100 * share:.1g}"
        return f"{self.written(text)}{space}%"

    def probability(self, value: float) -> str:
        """A p-value with three digits, never rounded to 0 or 1 where it is neither."""
        if 0 < value < 0.001:
            return self.written(f"{value:.1e}")
        return self.written(f"{value:.3f}" if value < 0.9995 else f"{min(value, 0.999):.3f}" if value < 1 else "1")

    def moment(self, unix_s: float) -> str:
        """A moment in coordinated universal time."""
        when = datetime.fromtimestamp(unix_s, timezone.utc)
        return f"{format_datetime(when, 'medium', locale=_DATES[self.code])} UTC"

    def day(self, unix_s: float) -> str:
        """A day in coordinated universal time."""
        return str(format_date(datetime.fromtimestamp(unix_s, timezone.utc).date(), "long", locale=_DATES[self.code]))

    def duration(self, seconds: float) -> str:
        """How long something takes, in the unit that suits it."""
        if seconds < 120:
            return f"{self.written(f'{seconds:.1f}' if seconds < 10 else f'{seconds:.0f}')}{_FIXED}s"
        minutes, hours = seconds / 60, seconds / 3600
        return f"{minutes:.0f}{_FIXED}min" if hours < 2 else f"{self.written(f'{hours:.1f}')}{_FIXED}h"

    def size(self, size_bytes: int) -> str:
        """A number of bytes in the unit that suits it."""
        size, units = float(size_bytes), _UNITS[self.code]
        for unit in units[:-1]:
            if size < 1024:
                return f"{self.written(f'{size:.0f}' if unit == units[0] else f'{size:.1f}')}{_FIXED}{unit}"
            size /= 1024
        return f"{self.written(f'{size:.1f}')}{_FIXED}{units[-1]}"


@cache
def language(code: str) -> Language:
    """The language of a code such as ``en`` or ``fr``.

    Raises
    ------
    UsageError
        There is no catalogue for it.
    """
    if code not in CODES:
        known = " or ".join(CODES)
        raise UsageError(f"expected the language {known}, found {code!r}", hint="For instance: --language fr")
    return Language(code, gettext.NullTranslations() if code == "en" else _compiled(code))


def _compiled(code: str) -> gettext.GNUTranslations:
    source = files("bis.report.languages").joinpath("catalogues").joinpath(f"{code}.po").read_bytes()
    machine = BytesIO()
    write_mo(machine, read_po(BytesIO(source), locale=code))
    machine.seek(0)
    return gettext.GNUTranslations(machine)


ENGLISH = language("en")
