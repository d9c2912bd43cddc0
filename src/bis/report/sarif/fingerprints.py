"""What a service recognises a finding by, from one commit to the next."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.project_audit import Finding

_POSITION = re.compile(r"\b(cells?|lines?) \d+(?:(?:, | and |, and )\d+)*")


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """By code, file, message and how many such come before it: lines may move, and cells may be inserted.

    Silenced findings are counted with the others, so that silencing one does not make a new one of the next.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    prints = [""] * len(findings)
    for i, finding in sorted(enumerate(findings), key=lambda pair: (pair[1].place, pair[0])):
        message = " ".join(_POSITION.sub(r"\1", finding.message).split())
        key = (finding.code, finding.place.file, message)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        prints[i] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return prints
