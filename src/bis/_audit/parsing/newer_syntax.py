"""Code for a newer Python than the one at hand, written as older ones read it: each line stays, and each column."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"(?P<prefix>(?<!\w)[A-Za-z]{0,2})(?P<quotes>'''|\"\"\"|'|\")")
_SKIPPED = re.compile(r"#[^\n]*")
_DEEPEST = 20  # formatted strings within each other
_OPENED, _CLOSED = frozenset("([{"), frozenset(")]}")
_OTHER = {"'": '"', '"': "'"}

# Parameters of types, and their aliases (Python 3.12); groups of exceptions (3.11).
_IN_BRACKETS = r"\[[^\[\]\n]*(?:\[[^\[\]\n]*\][^\[\]\n]*)*\]"
_PARAMETERS = re.compile(rf"(?m)^([ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)({_IN_BRACKETS})(?=[ \t]*[(:])")
_ALIAS = re.compile(rf"(?m)^([ \t]*)(type[ \t]+)(\w+)({_IN_BRACKETS})?([ \t]*=(?!=))")
_GROUP = re.compile(r"(?m)^([ \t]*except)\*(?=[ \t(])")


def as_older(text: str) -> str:
    """The same program without what is only read since Python 3.11 and 3.12.

    Within formatted strings, quotes in quotes become the other ones, and what is escaped in a text becomes blanks
    (``f"{'\\n'.join(rows)}"``); parameters of types become blanks, an alias an assignment, ``except*`` an ``except``.

    Parameters
    ----------
    text : str
        Python that could not be parsed.

    Returns
    -------
    str
        As long as it was; the same, where there is nothing of this.
    """
    if "{" in text and re.search(r"(?i)(?<!\w)(?:f|fr|rf)['\"]", text):
        text = _Rewriter(text).written()
    text = _PARAMETERS.sub(lambda match: match[1] + _blank(match[2]), text)
    text = _ALIAS.sub(lambda m: m[1] + m[3] + _blank(m[2]) + _blank(m[4] or "") + m[5], text)
    return _GROUP.sub(r"\1 ", text)


def _blank(text: str) -> str:
    return " " * len(text)


class _Rewriter:
    """Goes through a text once, into the fields of formatted strings and the strings in them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._made = list(text)

    def written(self) -> str:
        """The text with other quotes where there were the same ones within each other."""
        self._code(0, "", 0)
        return "".join(self._made)

    def _code(self, at: int, around: str, depth: int) -> int:
        """Go through code, of a field up to its end; returns where that is."""
        text, brackets = self._text, 0
        while at < len(text):
            char = text[at]
            if char == "#" and not around:
                skipped = _SKIPPED.match(text, at)
                at = skipped.end() if skipped else at + 1
            elif quoted := _QUOTED.match(text, at) if char in "'\"" or char.isalpha() else None:
                at = self._string(quoted, around, depth)
            elif around and not brackets and (char == "}" or (char == ":" and text[at : at + 2] != ":=")):
                return at
            elif char.isalnum() or char == "_":  # a word that begins no string
                while at < len(text) and (text[at].isalnum() or text[at] == "_"):
                    at += 1
            else:
                brackets += (char in _OPENED) - (char in _CLOSED)
                at += 1
        return at

    def _string(self, quoted: re.Match[str], around: str, depth: int) -> int:
        """Go through a string; returns where it has ended. `around` has the quotes of the strings around it."""
        prefix, quotes = quoted["prefix"].lower(), quoted["quotes"]
        start, end = quoted.end(), quoted.end()
        text = self._text
        formatted = "f" in prefix and depth < _DEEPEST
        inner = around + quotes[0]
        while end < len(text) and not text.startswith(quotes, end):
            if text[end] == "\\":
                if around and end + 1 < len(text):
                    self._made[end : end + 2] = "  "
                end += 2
            elif formatted and text[end] == "{":
                end = end + 2 if text[end + 1 : end + 2] == "{" else self._field(end + 1, inner, depth)
            elif text[end] == "\n" and len(quotes) == 1:
                return end  # it is not closed in its line
            else:
                end += 1
        other = _OTHER[quotes[0]]
        if len(quotes) == 1 and quotes in around and end < len(text) and other not in around + text[start:end]:
            self._made[start - 1] = self._made[end] = other
        return end + len(quotes)

    def _field(self, at: int, around: str, depth: int) -> int:
        """Go through a field, and what says how it is written; returns where it has ended."""
        text = self._text
        at = self._code(at, around, depth + 1)
        while at < len(text) and text[at] != "}":  # :>{width}
            at = self._field(at + 1, around, depth + 1) if text[at] == "{" and depth < _DEEPEST else at + 1
        return at + 1
