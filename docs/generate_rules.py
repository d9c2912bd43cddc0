"""Write docs/rules.md from the rules' own docstrings. `--check` only says whether the page is current."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bis import api

if TYPE_CHECKING:
    from bis.model.rule_text import RuleText

PAGE = Path(__file__).with_name("rules.md")
INTRODUCTION = """\
<!-- Written by docs/generate_rules.py from the rules' docstrings: change those, then run `make rule-docs`. -->
# Rules

What [`bis audit`](auditing.md) looks for. `bis rule BIS103` prints one of these sections. The hundreds of a code are
its family; a code is never used for another rule again. *Confidence* is how often a finding of the rule is right: high,
medium or low. *Severity* is how much it matters; every finding, of whatever severity, gives exit status 1.
"""
# The heading of each family, by the hundreds of its codes.
FAMILIES = {
    "0": "About the audit itself",
    "1": "What is not logged",
    "2": "Autologging and runs",
    "3": "What varies from run to run",
    "4": "What ties the code to one machine, run or person",
    "5": "Dependencies and entry points",
    "6": "Notebooks",
    "7": "Data",
    "8": "Documents",
}


def anchor(rule: RuleText) -> str:
    """The anchor that MkDocs gives to a rule's heading."""
    return f"{rule.code.lower()}-{rule.name}"


def table(rules: list[RuleText]) -> str:
    """One line for each rule, which leads to its section."""
    lines = ["| code | name | what it finds | severity | confidence | fix |", "|---|---|---|---|---|---|"]
    for rule in rules:
        summary = rule.summary.replace("|", "\\|")
        fix = "`--fix`" if rule.fixable else ""
        about = f"{rule.severity.value} | {rule.confidence.value} | {fix}"
        lines.append(f"| [{rule.code}](#{anchor(rule)}) | `{rule.name}` | {summary} | {about} |")
    return "\n".join(lines) + "\n"


def section(rule: RuleText) -> str:
    """A rule's whole documentation, its headings below its own."""
    about = f"*{rule.severity.value}, confidence {rule.confidence.value}, since bis {rule.since}"
    about += ", fixed by `--fix`*" if rule.fixable else "*"
    text = re.sub(r"^## (.+)$", r"**\1**\n", rule.help_markdown, flags=re.MULTILINE)
    return f"### {rule.code} {rule.name}\n\n{rule.summary}\n\n{about}\n\n{text}\n"


def page() -> str:
    """The whole page."""
    rules = sorted(api.rules(), key=lambda rule: rule.code)
    parts = [INTRODUCTION, table(rules)]
    for number, title in FAMILIES.items():
        family = [rule for rule in rules if rule.code[3] == number]
        parts += [f"## {title}\n", *map(section, family)] if family else []
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print("docs/rules.md is current" if current else "docs/rules.md is not current: make rule-docs")
        return 0 if current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
