"""Statistics of a corpus, from audits that come one by one: of each no more is kept than its counts and its sketch."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from bis.corpus.audits.audit_outcomes import failure_of
from bis.model.corpus_summary import (
    CorpusSummary,
    Disagreement,
    Duplicate,
    Pair,
    ProjectGroup,
    RuleCount,
    Share,
    TrackerShare,
)
from bis.model.project_audit import KINDS, NO, TRACKER_NAMES, UNKNOWN, YES
from bis.stats.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis.model.project_audit import Fact, ProjectAudit

_SAME = 0.8  # share of files in common from which on a project is a copy of another
_FEWEST_FILES = 4  # of fewer large files, one template in common would make a copy
_MOST_LISTED = 1000
_SIZES = ((200, "under 200 lines"), (1000, "200 to 999 lines"), (5000, "1,000 to 4,999 lines"))
_LARGEST = "5,000 lines and more"
# Facts of a project as a whole, by which those that use one tracker are compared with those that use another.
_BESIDE = ("seeds_set", "deps_declared")
# Facts that are compared between years and sizes, and with each other.
_COMPARED = (
    "logs_params", "logs_metrics", "autolog", "logs_model", "logs_artifact", "logs_dataset", "registers_model",
    "params_not_logged_at_all", "unseeded_split", "unseeded_estimator", "seeds_set", "deps_declared",
    "hardcoded_run_id", "absolute_local_path", "mlproject", "readme_tracking",
)  # fmt: skip


def summarise(audits: Iterable[ProjectAudit], rule_names: dict[str, str]) -> CorpusSummary:
    """Statistics of a stream of audits.

    Parameters
    ----------
    audits : iterable of ProjectAudit
    rule_names : dict of str to str
        Name by code, of all rules that were asked: those that found nothing are counted as well.
    """
    summary = Summary(rule_names)
    for audit in audits:
        summary.add(audit)
    return summary.result()


class Summary:
    """Counts of the audits seen so far."""

    def __init__(self, rule_names: dict[str, str]) -> None:
        self._rules = dict(rule_names)
        self._projects = 0
        self._failed: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()
        self._groups: dict[tuple[str, str], _Counts] = defaultdict(_Counts)
        self._pairs: Counter[tuple[str, str, str, str]] = Counter()
        self._rule_projects: Counter[str] = Counter()
        self._rule_findings: Counter[str] = Counter()
        self._trackers: dict[str, Counter[str]] = defaultdict(Counter)
        self._beside: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._search = self._ours = 0
        self._disagreements: list[Disagreement] = []
        self._duplicates: list[Duplicate] = []
        self._copies = _Copies()
        self._size = [0, 0, 0]

    def add(self, audit: ProjectAudit) -> bool:
        """Take in one audit; returns whether it counts: a copy of one before it does not, nor one that failed."""
        why = failure_of(audit)
        if why or not audit.facts:
            self._failed[why or "nothing"] += 1
            return False
        original = self._copies.original_of(audit)
        if original is not None:
            self._duplicates.append(Duplicate(audit.project, *original))
            return False
        self._projects += 1
        self._problems.update({p.kind for p in audit.problems})
        for key in _groups_of(audit):
            self._groups[key].add(audit.facts)
        self._pair(audit.facts)
        found = Counter(finding.code for finding in audit.findings)
        self._rule_projects.update(found.keys())
        self._rule_findings.update(found)
        for finding in audit.findings:
            self._rules.setdefault(finding.code, finding.name)
        for tracker, kinds in audit.trackers.items():
            self._trackers[tracker].update(("any", *kinds))
            for name in _BESIDE:
                if name in audit.facts:
                    self._beside[tracker, name][str(audit.facts[name].value)] += 1
        self._compare(audit)
        size = audit.size
        for i, value in enumerate((size.python_files, size.notebooks, size.code_lines)):
            self._size[i] += value
        return True

    def _pair(self, facts: dict[str, Fact]) -> None:
        known = [
            (name, str(facts[name].value)) for name in _COMPARED if name in facts and facts[name].value in (YES, NO)
        ]
        for (first, one), (second, other) in combinations(known, 2):
            self._pairs[(first, second, one, other)] += 1

    def _compare(self, audit: ProjectAudit) -> None:
        self._search += audit.substrings.traces
        self._ours += audit.traces
        if audit.substrings.traces != audit.traces and len(self._disagreements) < _MOST_LISTED:
            searched = audit.substrings
            self._disagreements.append(
                Disagreement(audit.project, searched.traces, audit.traces, searched.reason, searched.places[:5])
            )

    def result(self) -> CorpusSummary:
        """The statistics of what was taken in so far."""
        n = self._projects
        everything = self._groups.pop(("all", "all"), _Counts())
        order = {label: i for i, (_limit, label) in enumerate(_SIZES)} | {_LARGEST: len(_SIZES)}
        groups = sorted(self._groups.items(), key=lambda item: (item[0][0], order.get(item[0][1], -1), item[0][1]))
        self._groups[("all", "all")] = everything
        return CorpusSummary(
            projects=n,
            failed=dict(self._failed),
            problems=dict(sorted(self._problems.items())),
            shares=everything.shares(),
            groups=tuple(ProjectGroup(by, label, counts.projects, counts.shares()) for (by, label), counts in groups),
            pairs=self._all_pairs(),
            rules=tuple(self._rule(code) for code in sorted(self._rules)) if n else (),
            trackers={name: dict(kinds) for name, kinds in sorted(self._trackers.items())},
            tracker_shares=tuple(self._tracker_shares()),
            search=_share("traces (search for substrings)", YES, self._search, n) if n else None,
            audit=_share("traces (audit)", YES, self._ours, n) if n else None,
            disagreements=tuple(self._disagreements),
            duplicates=tuple(self._duplicates),
            python_files=self._size[0],
            notebooks=self._size[1],
            code_lines=self._size[2],
        )

    def _rule(self, code: str) -> RuleCount:
        projects = self._rule_projects[code]
        interval = wilson(projects, self._projects)
        found = self._rule_findings[code]
        return RuleCount(code, self._rules[code], projects, found, self._projects, interval.low, interval.high)

    def _tracker_shares(self) -> Iterator[TrackerShare]:
        for tracker in TRACKER_NAMES:
            counts = self._trackers[tracker] if tracker in self._trackers else Counter[str]()
            users = counts["any"]
            yield _tracker_share(tracker, "any", users, self._projects)
            for kind in KINDS:
                yield _tracker_share(tracker, kind, counts[kind], users)
            for name in _BESIDE:
                values = self._beside[tracker, name] if (tracker, name) in self._beside else Counter[str]()
                known = values[YES] + values[NO]
                yield _tracker_share(tracker, name, values[YES], known, users - known)

    def _all_pairs(self) -> tuple[Pair, ...]:
        found = []
        for first, second in combinations(_COMPARED, 2):
            counts = [self._pairs[(first, second, one, other)] for one in (YES, NO) for other in (YES, NO)]
            if sum(counts):
                found.append(Pair(first, second, counts[0], sum(counts), phi(*counts)))
        return tuple(found)


class _Counts:
    """How often each value of each fact was seen in a group of projects."""

    def __init__(self) -> None:
        self.projects = 0
        self._values: dict[str, Counter[str]] = {}

    def add(self, facts: dict[str, Fact]) -> None:
        self.projects += 1
        for name, fact in facts.items():
            counts = self._values.setdefault(name, Counter())
            counts.update(fact.value if isinstance(fact.value, tuple) else (fact.value,))
            if isinstance(fact.value, tuple):
                counts["\0several"] += 1  # its values do not exclude each other

    def shares(self) -> tuple[Share, ...]:
        found = []
        for name, counts in self._values.items():
            unknown = counts[UNKNOWN]
            n = self.projects - unknown
            words = [v for v in counts if v not in {UNKNOWN, "\0several"}]
            if set(words) <= {YES, NO}:
                words = [YES]
            found += [_share(name, word, counts[word], n, unknown) for word in sorted(words)]
        return tuple(found)


class _Copies:
    """Finds projects whose content was seen before: wholly (digest) or nearly (bottom-k sketches of file digests).

    References
    ----------
    Broder (1997), On the resemblance and containment of documents.
    """

    def __init__(self) -> None:
        self._by_digest: dict[str, str] = {}
        self._by_file: dict[str, list[int]] = defaultdict(list)
        self._sketches: list[tuple[str, frozenset[str]]] = []

    def original_of(self, audit: ProjectAudit) -> tuple[str, float] | None:
        """The project of which this is a copy, with the similarity; None where it is the first of its kind."""
        if audit.size.python_files + audit.size.notebooks == 0:
            return None  # without code, nothing says that it is a copy
        if audit.digest in self._by_digest:
            return self._by_digest[audit.digest], 1.0
        if audit.digest:
            self._by_digest[audit.digest] = audit.project
        if len(audit.sketch) < _FEWEST_FILES:
            return None
        mine = frozenset(audit.sketch)
        candidates: Counter[int] = Counter(i for file in mine for i in self._by_file[file][:50])
        for index, _shared in candidates.most_common(5):
            name, other = self._sketches[index]
            similarity = resemblance(mine, other)
            if similarity >= _SAME:
                return name, similarity
        self._sketches.append((audit.project, mine))
        for file in mine:
            self._by_file[file].append(len(self._sketches) - 1)
        return None


def resemblance(one: frozenset[str], other: frozenset[str]) -> float:
    """Estimated share of files that two projects have in common (Jaccard index), from the sketches of both.

    Parameters
    ----------
    one, other : frozenset of str
        The k smallest digests of each; fewer where a project has fewer files.
    """
    k = max(len(one), len(other))
    union = sorted(one | other)[:k]
    return len(set(union) & one & other) / len(union) if union else 0.0


def phi(both: int, first: int, second: int, neither: int) -> float | None:
    """Correlation of two facts from their table of counts; None where one of them never varies.

    Parameters
    ----------
    both, first, second, neither : int
        Projects with both facts, only the first, only the second, none.
    """
    product = (both + first) * (second + neither) * (both + second) * (first + neither)
    return (both * neither - first * second) / math.sqrt(product) if product else None


def _share(fact: str, value: str, count: int, n: int, unknown: int = 0) -> Share:
    if n == 0:
        return Share(fact, value, 0, 0, 0.0, 1.0, unknown)
    interval = wilson(count, n)
    return Share(fact, value, count, n, interval.low, interval.high, unknown)


def _tracker_share(tracker: str, trace: str, count: int, n: int, unknown: int = 0) -> TrackerShare:
    one = _share(tracker, trace, count, n, unknown)
    return TrackerShare(tracker, trace, one.count, one.n, one.low, one.high, one.unknown)


def _groups_of(audit: ProjectAudit) -> list[tuple[str, str]]:
    found = [("all", "all")]
    if audit.facts["uses_mlflow"].value == YES:
        found.append(("use", "uses MLflow"))
    if audit.revision.last_year:
        found.append(("year", str(audit.revision.last_year)))
    lines = audit.size.code_lines
    found.append(("size", next((label for limit, label in _SIZES if lines < limit), _LARGEST)))
    return found
