"""Versions as poetry, pipenv and conda write them, in the words of PEP 440."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

_CARET = re.compile(r"\^\s*(?P<version>[\d.]+\S*)")
_TILDE = re.compile(r"~\s*(?P<version>\d[\d.]*)")
_CONDA = re.compile(r"(?P<sign>={0,3})\s*(?P<version>[\d][\w.+!]*(?:\.\*)?\*?)(?:[=\s]+(?P<build>[\w.*]+))?")


def as_specifier(text: str, *, conda: bool = False) -> str:
    """What is asked for, as a specifier of PEP 440; empty (any version) where it says nothing that can be translated.

    Parameters
    ----------
    text : str
        Such as ``^1.2``, ``~1.2``, ``*``, ``=1.2.3=py38_0``, ``>=1,<2``.
    conda : bool
        Whether ``=1.2`` means all of 1.2, as it does there.

    Examples
    --------
    >>> as_specifier("^1.2"), as_specifier("~1.2.3"), as_specifier("*"), as_specifier("^0.3.1")
    ('>=1.2,<2', '>=1.2.3,<1.3', '', '>=0.3.1,<0.4')
    >>> as_specifier("=1.2", conda=True), as_specifier("=1.2.3=py38_0", conda=True), as_specifier("=3.7.16", conda=True)
    ('==1.2.*', '==1.2.3', '==3.7.16')
    """
    parts = [_part(one.strip(), conda=conda) for one in text.strip(" ()").split(",") if one.strip()]
    joined = ",".join(part for part in parts if part)
    try:
        SpecifierSet(joined)
    except InvalidSpecifier:
        return ""
    return joined


def _part(text: str, *, conda: bool) -> str:
    if text in {"*", ""} or "|" in text:
        return ""
    if match := _CARET.fullmatch(text):
        return _caret(match["version"])
    if (match := _TILDE.fullmatch(text)) and not text.startswith("~="):
        numbers = [int(n) for n in match["version"].strip(".").split(".")]
        upper = [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]
        return f">={match['version']},<{'.'.join(map(str, upper))}"
    match = _CONDA.fullmatch(text)
    if match is None:
        return re.sub(r"\s+", "", text)
    version = match["version"]
    if version.endswith("*"):
        return f"=={version.rstrip('*').rstrip('.')}.*"
    # Conda's "=1.2" is all of 1.2, its "=1.2.3" all of 1.2.3, of which there is one in practice.
    whole = not conda or match["build"] or match["sign"] == "==" or version.count(".") >= 2
    return f"=={version}" if whole else f"=={version}.*"


def _caret(version: str) -> str:
    """All that does not change the first number that is not zero."""
    numbers = [int(n) for n in re.findall(r"\d+", version.partition("-")[0])[:3]]
    for i, number in enumerate(numbers):
        if number or i == len(numbers) - 1:
            return f">={version},<{'.'.join(map(str, [*numbers[:i], number + 1]))}"
    return f">={version}"
