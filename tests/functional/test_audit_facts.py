"""What an audit says of small projects that show what real ones do; and of real ones, where they are there.

The labels of ``checked_facts.csv`` and ``checked_findings.csv`` were given by reading the code at the places named
there. With the variable CORPUS_CLONES, a folder of clones at the commits named there (``<owner>__<name>``), the audit
is held against them. Findings labelled wrong were made once, and are not to be made again.

``labelled_repositories*.csv`` has all facts of whole repositories, labelled before the audit first saw them, and
``labelled_findings*.csv`` all that it then found there, from the fourth sample on what was drawn of it,
``labelled_expected*.csv`` what readers, before it ran, said that a reviewer would report there:
``benchmarks/audit_accuracy.py`` makes figures of them.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from bis._audit.auditor import audit_project
from bis._audit.rules.rule_catalogue import RULES
from bis.model.audit_facts import FACTS

ASSETS = Path(__file__).parents[1] / "assets" / "audit"
CLONES = os.environ.get("CORPUS_CLONES", "")

NOTHING = {"logs_params": "no", "logs_metrics": "no", "autolog": "no", "logs_model": "no", "registers_model": "no"}
# Pattern -> facts, and what the search for three words says.
PATTERNS: dict[str, tuple[dict[str, str], bool]] = {
    "environment_committed": ({"uses_mlflow": "no", **NOTHING}, True),
    "environment_half_committed": ({"uses_mlflow": "no", **NOTHING}, True),
    "vendored": ({"uses_mlflow": "no", **NOTHING}, True),
    "commented_out": ({"uses_mlflow": "yes", **NOTHING, "params_not_logged_at_all": "no"}, True),
    "wrapper": ({"logs_params": "yes", "logs_metrics": "no", "params_not_logged_at_all": "no"}, True),
    "lookalike_trainer": ({"uses_mlflow": "yes", **NOTHING, "trains_model": "yes"}, True),
    "lookalike_own": ({"uses_mlflow": "yes", **NOTHING}, True),
    "lookalike_azure": ({"uses_mlflow": "yes", **NOTHING}, True),
    "autolog_disabled": ({**NOTHING, "params_not_logged_at_all": "yes", "trains_model": "yes"}, True),
    "logger_of_lightning": (
        {"uses_mlflow": "yes", "logs_params": "no", "logs_metrics": "yes", "trains_model": "yes"},
        False,
    ),
    "reported_by_hugging_face": ({"uses_mlflow": "yes", "logs_params": "yes", "seeds_set": "yes"}, False),
    "seeded_elsewhere": ({"unseeded_split": "no", "seeds_set": "yes"}, False),
    "seed_in_a_comment": ({"unseeded_split": "yes", "seeds_set": "no"}, False),
    "arguments_from_elsewhere": ({"unseeded_split": "unknown", "unseeded_estimator": "unknown"}, False),
    "merge_conflict": ({"uses_mlflow": "unknown", "logs_params": "unknown"}, True),
    "declared_only": ({"uses_mlflow": "no", "deps_declared": "yes", "deps_pinned": "all"}, False),
    "run_id_in_a_comment": ({"uses_mlflow": "yes", "hardcoded_run_id": "no"}, False),
    "experiment_like_a_path": ({"absolute_local_path": "no", "logs_params": "yes"}, True),
    "study_basic": ({"autolog": "yes", "autolog_too_late": "yes", "params_not_logged_at_all": "yes"}, True),
    "study_complex": ({"autolog": "yes", "autolog_too_late": "no", "hardcoded_run_id": "yes"}, True),
}


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_facts_of_a_pattern(name: str) -> None:
    """Each fact has the expected value; the search for words, which says that most of them trace, is reproduced."""
    expected, search = PATTERNS[name]
    found = audit_project(ASSETS / "patterns" / name, name)
    assert {fact: found.facts[fact].value for fact in expected} == expected
    assert found.substrings.traces == search
    assert list(found.facts) == list(FACTS)


def test_every_pattern_is_expected() -> None:
    """No folder of patterns is without its line."""
    assert sorted(p.name for p in (ASSETS / "patterns").iterdir()) == sorted(PATTERNS)


def test_wrapped_calls_have_both_places() -> None:
    """The call of the library within the wrapper, and the call of the wrapper in the other file."""
    found = audit_project(ASSETS / "patterns" / "wrapper", "wrapper")
    params = [(call.place.file, call.place.line, call.through) for call in found.calls if call.kind == "param"]
    assert params == [("src/tracking.py", 11, ""), ("src/train.py", 9, "tracker.settings")]


def test_defects_of_the_studys_notebooks_are_found() -> None:
    """Autologging after the fit, a literal run id, test images that are not scaled, cells that never return."""
    found = {}
    for name in ("study_basic", "study_complex"):
        audited = audit_project(ASSETS / "patterns" / name, name)
        found[name] = {(f.code, f.place.cell, f.place.line) for f in audited.findings}
    assert {("BIS201", 3, 1), ("BIS603", 4, 1)} <= found["study_basic"]
    assert {("BIS401", 4, 1), ("BIS603", 5, 1), ("BIS701", 3, 1)} <= found["study_complex"]


def checked(name: str = "checked_facts.csv") -> list[dict[str, str]]:
    """The facts, or the findings, that were checked by hand."""
    with (ASSETS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_checks_are_well_formed() -> None:
    """Enough of them, over many facts, each with a place and a reason."""
    rows = checked()
    assert len(rows) >= 60
    assert len({row["fact"] for row in rows}) >= 15
    for row in rows:
        assert row["fact"] in FACTS
        assert row["label"] in {"yes", "no", "unknown"}
        assert row["file"]
        assert row["why"]
        assert len(row["commit"]) == 40
    labels = Counter(row["label"] for row in rows)
    assert min(labels["yes"], labels["no"]) >= 20


@pytest.mark.skipif(not CLONES, reason="CORPUS_CLONES names no folder of clones")
def test_real_repositories_are_as_they_were_checked() -> None:
    """The audit says of each checked fact what a reader said."""
    wrong = []
    for row in checked():
        folder = Path(CLONES) / row["repository"].replace("/", "__")
        if folder.is_dir():
            value = audit_project(folder, row["repository"]).facts[row["fact"]].value
            wrong += [(row["repository"], row["fact"], value)] if value != row["label"] else []
    assert wrong == []


def test_checked_findings_are_well_formed() -> None:
    """Enough of them, of rules that exist, each with a place; and a reason where they are wrong."""
    rows = checked("checked_findings.csv")
    assert len(rows) >= 300
    assert {row["code"] for row in rows} <= {module.RULE.code for module in RULES}
    for row in rows:
        assert row["label"] in {"right", "wrong"}
        assert row["why"] or row["label"] == "right"
        assert len(row["commit"]) == 40


@pytest.mark.skipif(not CLONES, reason="CORPUS_CLONES names no folder of clones")
def test_findings_in_real_repositories_are_as_they_were_checked() -> None:
    """What a reader found right is found, and what was wrong is not."""
    assert differing(checked("checked_findings.csv")) == []


def differing(rows: list[dict[str, str]]) -> list[tuple[str | int, ...]]:
    """Judged findings, of the clones that are there, of which the audit does not say what a reader said."""
    found_otherwise: list[tuple[str | int, ...]] = []
    for repository in sorted({row["repository"] for row in rows}):
        folder = Path(CLONES) / repository.replace("/", "__")
        if not folder.is_dir():
            continue
        findings = audit_project(folder, repository).findings
        found = {(f.code, place.file, place.cell, place.line) for f in findings for place in (f.place, *f.related)}
        for row in rows:
            place = (row["code"], row["file"], int(row["cell"] or -1), int(row["line"] or 0))
            open_to_both = row["label"] == "right" and row.get("why", "").startswith("arguable")
            if row["repository"] == repository and not open_to_both and (place in found) != (row["label"] == "right"):
                found_otherwise.append((repository, *place, row["label"]))
    return found_otherwise


SAMPLES = ("", "_2", "_4", "_13", "_15", "_16", "_17", "_18", "_19")
JUDGED = ("", "_2", "_3", "_4", "_5", "_6", "_7", "_8", "_9", "_10", "_11", "_12", "_14")
EXPECTED = ("_13", "_15", "_16", "_17", "_18", "_19")
VALUES = {
    "via": {"api", "client", "lightning", "hf", "kedro", "optuna", "zenml", "rest", "cli", "other"},
    "deps_pinned": {"all", "some", "none", "lock", "unknown"},
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_labelled_repositories_are_well_formed(sample: str) -> None:
    """All facts of at least a dozen repositories, of which none is in another list."""
    rows = checked(f"labelled_repositories{sample}.csv")
    assert len({row["repository"] for row in rows}) == len(rows) >= 12
    others = {row["repository"] for name in ("checked_facts.csv", "checked_findings.csv") for row in checked(name)}
    others |= {r["repository"] for s in SAMPLES if s != sample for r in checked(f"labelled_repositories{s}.csv")}
    assert not others & {row["repository"] for row in rows}
    for row in rows:
        assert list(row) == ["repository", "commit", *FACTS]
        assert len(row["commit"]) == 40
        for fact in FACTS:
            words = {word.rstrip("?") for word in row[fact].split()}
            assert words or fact == "via", (row["repository"], fact)
            assert words <= VALUES.get(fact, {"yes", "no"}), (row["repository"], fact)


@pytest.mark.parametrize("sample", EXPECTED)
def test_expected_findings_are_well_formed(sample: str) -> None:
    """Of rules that exist, at places that can be, of the repositories whose facts were labelled with them."""
    rows = checked(f"labelled_expected{sample}.csv")
    commits = {row["repository"]: row["commit"] for row in checked(f"labelled_repositories{sample}.csv")}
    assert len(rows) >= 60
    assert {row["code"] for row in rows} <= {module.RULE.code for module in RULES}
    beyond = checked(f"labelled_findings{sample}.csv")
    assert all(row["label"] == "right" or (row["label"] == "wrong" and row["why"]) for row in beyond)
    for row in (*rows, *beyond):
        assert commits[row["repository"]] == row["commit"]
        assert row["file"] or not (row["cell"] or row["line"])
        assert all(not row[name] or int(row[name]) >= 0 for name in ("cell", "line"))


@pytest.mark.parametrize("sample", JUDGED)
def test_labelled_findings_are_well_formed(sample: str) -> None:
    """At least sixty, of rules that exist, of no repository of another list; with a reason where they are wrong."""
    rows = checked(f"labelled_findings{sample}.csv")
    facts = checked(f"labelled_repositories{sample}.csv") if sample in SAMPLES else []
    commits = {row["repository"]: row["commit"] for row in (*rows, *facts)}
    others = {row["repository"] for name in JUDGED if name != sample for row in checked(f"labelled_findings{name}.csv")}
    assert len(rows) >= 60
    assert not others & commits.keys()
    assert {row["code"] for row in rows} <= {module.RULE.code for module in RULES}
    for row in rows:
        assert commits[row["repository"]] == row["commit"]
        assert len(row["commit"]) == 40
        assert row["label"] in {"right", "wrong"}
        assert row["why"] or row["label"] == "right"


@pytest.mark.skipif(not CLONES, reason="CORPUS_CLONES names no folder of clones")
@pytest.mark.parametrize("sample", SAMPLES)
def test_labelled_repositories_are_as_they_were_labelled(sample: str) -> None:
    """Of what can be asked of the clones that are there, at most one fact in a hundred is said otherwise."""
    asked, wrong = 0, []
    for row in checked(f"labelled_repositories{sample}.csv"):
        folder = Path(CLONES) / row["repository"].replace("/", "__")
        if not folder.is_dir():
            continue
        facts = audit_project(folder, row["repository"]).facts
        for fact in set(FACTS) - {"via"}:
            asked += 1
            if row[fact] not in {facts[fact].value, f"{row[fact].rstrip('?')}?"}:  # with "?" readers were not sure
                wrong.append((row["repository"], fact, facts[fact].value))
    assert len(wrong) <= asked / 100, wrong


@pytest.mark.skipif(not CLONES, reason="CORPUS_CLONES names no folder of clones")
@pytest.mark.parametrize("sample", JUDGED)
def test_labelled_findings_are_as_they_were_judged(sample: str) -> None:
    """What a reader found right is found, and what was wrong is not, but for one in twenty-five at most."""
    rows = checked(f"labelled_findings{sample}.csv")
    found_otherwise = differing(rows)
    assert len(found_otherwise) <= len(rows) / 25, found_otherwise
