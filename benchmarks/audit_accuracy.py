"""How often the audit's facts are right: against labels that were given by reading, before it saw the repositories.

    python benchmarks/audit_accuracy.py CLONES [--sample 1|...|19] [--by-rule] [--json FILE]

``CLONES`` is a folder of clones, ``<owner>__<name>``, at the commits of the labels. Of each fact, precision and recall
are those of the rarer claim "yes" (or, of ``via`` and ``deps_pinned``, of each of their words); ``unknown`` is a claim
of nothing, so that it costs recall and not precision. The macro average is over the facts that have at least one label
to find; facts of which there is none to find are right where they are ``no``, and say nothing of recall.

The findings of the first audit of these repositories were judged by reading, too: each is held against that judgement
again, and how many are new since then is said. Of the third sample, of the fifth to twelfth, and of the fourteenth,
there are findings only; of the fourth, 13 of 35 repositories have labels of facts. From the fourth on, not all findings
were judged, so that what is new there was mostly there before. Of the thirteenth and of the fifteenth to nineteenth,
readers listed what a careful reviewer would report before the audit ran: precision and recall are by rule
(`expected_findings`).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from expected_findings import RuleScore, by_rule
from rich.console import Console
from rich.table import Table

from bis._audit.auditor import audit_project
from bis.model.audit_facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bis.model.project_audit import Finding

ASSETS = Path(__file__).parents[1] / "tests" / "assets" / "audit"
SAMPLES = tuple(str(number) for number in range(1, 20))
UNKNOWN = "unknown"


@dataclass
class Score:
    """One fact over all repositories: what was claimed rightly, wrongly, and not at all."""

    agreed: int = 0
    asked: int = 0
    hits: int = 0
    false: int = 0
    missed: int = 0
    disagreements: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """The share of the claims that are right; None where nothing was claimed."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else None

    @property
    def recall(self) -> float | None:
        """The share of what there is that was claimed; None where there is nothing."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None where there is nothing to find."""
        if not self.hits + self.missed:
            return None
        return 2 * self.hits / (2 * self.hits + self.false + self.missed)


def score(labels: Iterable[dict[str, str]], found: dict[str, dict[str, Any]]) -> dict[str, Score]:
    """Hold facts against labels.

    Args:
        labels: One row a repository: ``repository``, ``commit`` and a column a fact. In ``via`` a word with a question
            mark may be claimed and need not be.
        found: Repository -> fact -> value, as in the JSON document of the audit.
    """
    scores = {fact: Score() for fact in FACTS}
    for row in labels:
        facts = found.get(row["repository"])
        if facts is None:
            continue
        for fact in FACTS:
            _count(scores[fact], row["repository"], row[fact], facts[fact], words=fact == "via")
    return scores


def _count(one: Score, repository: str, label: str, value: Any, *, words: bool) -> None:
    """Add one label and what was said; where a reader could not decide (``yes?``), nothing counts as wrong."""
    if label.endswith("?") and not words:
        one.asked += 1
        one.agreed += 1
        return
    if words:
        wanted = {word for word in label.split() if not word.endswith("?")}
        allowed = wanted | {word.rstrip("?") for word in label.split()}
        said = set(str(value).split() if isinstance(value, str) else value)
    else:  # a "no" and a "none" are claims of nothing
        wanted = allowed = {label} - {"no", "none", UNKNOWN}
        said = {value} - {"no", "none", UNKNOWN}
    right = wanted <= said <= allowed and (words or (value == UNKNOWN) == (label == UNKNOWN))
    one.asked += 1
    one.agreed += right
    one.hits += len(wanted & said)
    one.false += len(said - allowed)
    one.missed += len(wanted - said)
    if not right:
        one.disagreements.append((repository, label, str(value) if isinstance(value, str) else " ".join(value)))


def macro(scores: dict[str, Score]) -> float:
    """The mean F1 of the facts of which there is something to find."""
    values = [one.f1 for one in scores.values() if one.f1 is not None]
    return sum(values) / len(values) if values else 0.0


Found = tuple[str, str, str, str, str]  # repository, code, file, cell, line


@dataclass
class Family:
    """The findings of one family of rules: of those that were judged, and are made now; and of the others."""

    right: int = 0
    wrong: int = 0
    new: int = 0
    lost: int = 0
    first_right: int = 0
    first_all: int = 0


def judged(
    judgements: Iterable[dict[str, str]], found: set[Found], repositories: set[str], *, width: int = 4
) -> dict[str, Family]:
    """Hold findings against judgements, by family (``BIS3``).

    Args:
        judgements: One row a finding of the first audit: ``repository``, ``code``, ``file``, ``cell``, ``line`` and a
            ``label``, ``right`` or ``wrong``.
        found: The findings of this audit.
        repositories: Those that were audited now.
        width: How many characters of the codes are told apart: 4 for families, 6 for rules.
    """
    families: dict[str, Family] = defaultdict(Family)
    known = set()
    for row in judgements:
        if row["repository"] not in repositories:
            continue
        finding = (row["repository"], row["code"], row["file"], row["cell"], row["line"])
        known.add(finding)
        family, right = families[row["code"][:width]], row["label"] == "right"
        family.first_all += 1
        family.first_right += right
        family.right += right and finding in found
        family.wrong += not right and finding in found
        family.lost += right and finding not in found
    for finding in found - known:
        families[finding[1][:width]].new += 1
    return dict(sorted(families.items()))


def document(
    scores: dict[str, Score], families: dict[str, Family], rules: Mapping[str, RuleScore] = MappingProxyType({})
) -> dict[str, Any]:
    """All figures, for a file."""
    return {
        "macro_f1": macro(scores),
        "agreed": sum(one.agreed for one in scores.values()),
        "asked": sum(one.asked for one in scores.values()),
        "facts": {
            fact: {
                "agreed": one.agreed,
                "asked": one.asked,
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
                "disagreements": one.disagreements,
            }
            for fact, one in scores.items()
        },
        "findings": {name: asdict(family) for name, family in families.items()},
        "rules": {
            code: {**asdict(one), "precision": one.precision, "recall": one.recall} for code, one in rules.items()
        },
    }


def main(arguments: list[str] | None = None) -> int:
    """Audit the clones, print the tables and the disagreements."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("clones", type=Path, help="a folder of clones, <owner>__<name>")
    parser.add_argument("--sample", choices=SAMPLES, help="only one of the samples")
    parser.add_argument("--by-rule", action="store_true", help="the judged findings by rule, not by family")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args(arguments)
    documents = {}
    for name in (options.sample,) if options.sample else SAMPLES:
        labels, judgements, expected = (_rows(kind, name) for kind in ("repositories", "findings", "expected"))
        commits = {row["repository"]: row["commit"] for row in (*judgements, *labels, *expected)}
        facts, findings = _audit(options.clones, commits)
        if not facts:
            continue
        scores = score(labels, facts) if labels else {}
        spots = {spot for repository, made in findings.items() for one in made for spot in _spots(repository, one)}
        families = judged(judgements, spots, set(facts), width=6 if options.by_rule else 4)
        rules = by_rule(expected, findings, judgements) if expected else {}
        _print(f"Sample {name}", scores, families, len(facts), Console())
        _print_rules(rules, Console())
        documents[name] = document(scores, families, rules)
    if options.json:
        options.json.write_text(json.dumps(documents, indent=1) + "\n", "utf-8")
    return 0 if documents else 4


def _rows(kind: str, sample: str) -> list[dict[str, str]]:
    """The rows of a sample; none where nothing of this kind was said of it."""
    path = ASSETS / (f"labelled_{kind}_{sample}.csv" if sample != "1" else f"labelled_{kind}.csv")
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _audit(clones: Path, commits: dict[str, str]) -> tuple[dict[str, dict[str, Any]], dict[str, Sequence[Finding]]]:
    """Facts and findings by repository, of the clones that are there."""
    facts: dict[str, dict[str, Any]] = {}
    findings: dict[str, Sequence[Finding]] = {}
    for name, commit in sorted(commits.items()):
        folder = clones / name.replace("/", "__")
        if not folder.is_dir():
            print(f"{folder} is not there: clone {name} at {commit}", file=sys.stderr)
            continue
        audit = audit_project(folder, name)
        facts[name] = {fact: audit.facts[fact].value for fact in FACTS}
        findings[name] = audit.findings
    return facts, findings


def _spots(repository: str, one: Finding) -> Iterator[Found]:
    """The places of a finding as the lists name them: several are one finding where they have one cause."""
    for place in (one.place, *one.related):
        cell = "" if place.cell < 0 else str(place.cell)
        yield repository, one.code, place.file, cell, str(place.line or "")


def _print(
    title: str, scores: dict[str, Score], families: dict[str, Family], repositories: int, console: Console
) -> None:
    table = _table("fact", "agreed", "precision", "recall", "F1")
    for fact, one in scores.items():
        figures = ("" if value is None else f"{value:.3f}" for value in (one.precision, one.recall, one.f1))
        table.add_row(fact, f"{one.agreed} of {one.asked}", *figures)
    agreed, asked = sum(one.agreed for one in scores.values()), sum(one.asked for one in scores.values())
    console.print(f"{title}, {repositories} repositories")
    if scores:
        console.print(
            f"{agreed} of {asked} facts ({agreed / asked:.1%}), macro F1 {macro(scores):.3f}", table, sep="\n"
        )
    for fact, one in scores.items():
        for repository, label, value in one.disagreements:
            console.print(f"{fact}: {repository}: label {label}, audit {value}", markup=False, soft_wrap=True)
    table = _table("rules", "first right", "right now", "wrong now", "new, not judged", "lost")
    for name, family in families.items():
        first = f"{family.first_right} of {family.first_all}"
        table.add_row(name.ljust(6, "x"), first, *map(str, (family.right, family.wrong, family.new, family.lost)))
    console.print(table)


def _print_rules(rules: Mapping[str, RuleScore], console: Console) -> None:
    """Precision and recall of the findings that readers had expected, and the places on which they disagree."""
    if not rules:
        return
    table = _table("rule", "found", "missed", "also right", "wrong", "precision", "recall")
    for code, one in rules.items():
        figures = ("" if value is None else f"{value:.2f}" for value in (one.precision, one.recall))
        counts = (one.found, len(one.missed), one.right, one.wrong)
        table.add_row(code, *map(str, counts), *figures)
    console.print(table)
    for kind, spots in (
        ("missed", [spot for one in rules.values() for spot in one.missed]),
        ("not judged", [spot for one in rules.values() for spot in one.unjudged]),
    ):
        for spot in spots:
            where = f"{spot.file or '.'}{f' cell {spot.cell}' if spot.cell >= 0 else ''}:{spot.line or ''}"
            console.print(f"{kind}: {spot.repository} {spot.code} {where}", markup=False, soft_wrap=True)


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(names):
        table.add_column(name, justify="right" if position else "left", no_wrap=True)
    return table


if __name__ == "__main__":
    sys.exit(main())
