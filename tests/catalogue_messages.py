"""The messages of pages as the source has them, for the tests of catalogues; as a program it brings these up to date.

``python -m tests.catalogue_messages`` adds messages that are new to each catalogue, without a translation, and takes
out those that are gone.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from bis.model.audit_facts import FACTS
from bis.report.languages.language import CODES
from bis.report.languages.terms import TERMS
from tests.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

REPORT = ROOT / "src" / "bis" / "report"
KEYWORDS = {"_": None, "text": None, "counted": (1, 2)}
FOLDERS = ("html", "figures", "languages", "markdown", "study")  # those that make sentences of pages


def catalogue_path(code: str) -> Path:
    """The catalogue of a language."""
    return REPORT / "languages" / "catalogues" / f"{code}.po"


def read_catalogue(code: str) -> Catalog:
    """What is translated into a language."""
    return read_po(BytesIO(catalogue_path(code).read_bytes()), locale=code)


def source_messages() -> dict[str | tuple[str, str], list[str]]:
    """Each message (of those with a number both forms), and the files that have it."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for folder in FOLDERS:
        for path in sorted((REPORT / folder).rglob("*")):
            method = {".py": "python", ".html": "jinja2.ext:babel_extract", ".md": "jinja2.ext:babel_extract"}.get(
                path.suffix
            )
            if method is None or "__pycache__" in path.parts or path.name.startswith("french_"):
                continue
            options = {"trimmed": "true"} if method != "python" else {}
            with path.open("rb") as file:
                for _line, message, _comments, _context in extract(method, file, KEYWORDS, options=options):
                    key = (message[0], message[1]) if isinstance(message, tuple) else message
                    if key:
                        found.setdefault(key, []).append(path.relative_to(REPORT).as_posix())
    for text in (*TERMS, *FACTS.values()):
        found.setdefault(text, []).append("bis.model")
    return found


def update(code: str) -> None:
    """Bring a catalogue up to date with the source."""
    old, new = read_catalogue(code), Catalog(code, fuzzy=False, header_comment="# What pages say, in another language.")
    new.mime_headers = [("Plural-Forms", f"nplurals={old.num_plurals}; plural={old.plural_expr};")]
    for message, places in sorted(source_messages().items(), key=lambda item: str(item[0])):
        known = old.get(message)
        new.add(message, known.string if known else None, locations=[(place, None) for place in sorted(set(places))])
    text = BytesIO()
    write_po(text, new, width=120, omit_header=True, sort_output=False)
    header = catalogue_path(code).read_text(encoding="utf-8").split("\n\n", 1)[0].rstrip("\n")
    catalogue_path(code).write_text(f"{header}\n\n{text.getvalue().decode().strip()}\n", encoding="utf-8")


if __name__ == "__main__":
    for language_code in CODES[1:]:
        update(language_code)
