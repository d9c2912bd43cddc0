"""Rules that are gone. Their codes are reserved: a comment or baseline that names one must never mean another rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.rules.rule_catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RetiredRule:
    """A rule that was removed: its name, the first version of bis without it, and why, as a phrase."""

    name: str
    gone_since: str
    why: str


# By code. None so far: a rule that is removed from the catalogue gets a line here, in the same commit.
RETIRED: Mapping[str, RetiredRule] = {}


def removal_of(code: str, retired: Mapping[str, RetiredRule] = RETIRED) -> str:
    """Since when a rule is gone, and why, as a sentence without its end; empty for a code that is not retired."""
    found = retired.get(code.upper())
    return f"{code.upper()} ({found.name}) was removed in bis {found.gone_since}: {found.why}" if found else ""


def reused(retired: Mapping[str, RetiredRule] = RETIRED) -> list[str]:
    """Codes and names of retired rules that a rule of the catalogue has."""
    names = {rule.name for rule in retired.values()}
    return [module.RULE.code for module in RULES if module.RULE.code in retired or module.RULE.name in names]
