"""A figure of a page: a picture as a Vega-Lite specification, and the data that it shows as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Specification = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table as it is shown: texts in the language of the page.

    Parameters
    ----------
    heads : tuple of str
        The heads of the columns.
    rows : tuple of tuple of str
        A text for each column; the first says what the row is about.
    numeric : tuple of int
        Which columns hold numbers, from 0.
    caption : str
        What the table is about, where nothing beside it says so.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its data.

    Parameters
    ----------
    name : str
        Its anchor on the page: letters, digits and hyphens.
    title : str
        What it is about.
    description : str
        What it shows, in words: its text for those who do not see it.
    specification : dict
        Vega-Lite, with its data in it. Texts of others are values of data, never names of fields or expressions.
    table : DataTable
        What it shows, and what it cannot show (values that are not finite).
    """

    name: str
    title: str
    description: str
    specification: Specification
    table: DataTable
