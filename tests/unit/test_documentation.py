"""The documentation says everything that there is: commands, options, settings, variables, errors, formats."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import yaml

from bis import api, config, errors
from bis._audit.rules.rule_catalogue import RULES
from bis.cli.main import cli
from bis.evidence import known_stores, spool
from bis.evidence.store import StoredRun
from bis.model import (
    attribution,
    bisection,
    comparison,
    corpus_summary,
    exported_run,
    facets,
    gate,
    kept_thing,
    mutation,
    plan,
    project_audit,
    record,
    role,
    rule_text,
    run_identity,
    session,
    session_run,
    statement,
    stored_runs,
    study_result,
    tried_project,
    verdict,
    written_content,
)
from bis.model.audit_facts import FACTS
from bis.record.storing import StoredSession
from bis.report.tables import audit_tables
from tests.documentation_programs import program

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def commands_of(group: click.Group, prefix: str = "") -> dict[str, click.Command]:
    """All commands by name, those of groups too: `corpus fetch`."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        inner = commands_of(command, f"{prefix}{name} ") if isinstance(command, click.Group) else {}
        found |= {f"{prefix}{name}": command, **inner}
    return found


COMMANDS = commands_of(cli)


def read(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


def all_text() -> str:
    """The whole documentation, with the README."""
    pages = [p.read_text(encoding="utf-8") for p in sorted(DOCS.rglob("*.md"))]
    return "\n".join([*pages, (ROOT / "README.md").read_text(encoding="utf-8")])


def test_the_page_of_commands_is_current() -> None:
    """docs/cli.md is what docs/generate_cli.py makes of the commands' help today."""
    assert read("cli.md") == program("generate_cli").page(), "make cli-docs"


def test_the_page_of_roles_is_current() -> None:
    """docs/roles.md is what docs/generate_roles.py makes of the registry of call sites today."""
    assert read("roles.md") == program("generate_roles").page(), "python docs/generate_roles.py"


def test_the_page_of_rules_is_current() -> None:
    """docs/rules.md is what docs/generate_rules.py makes of the rules' docstrings today."""
    assert read("rules.md") == program("generate_rules").page(), "make rule-docs"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_commands_and_options_are_described(name: str) -> None:
    """Each command has its section, each option stands in it and has a help text."""
    command = COMMANDS[name]
    section = read("cli.md").split(f"## `bis {name}`")[1].split("\n## ")[0]
    assert f"bis {name}" in (ROOT / "README.md").read_text(encoding="utf-8")
    if isinstance(command, click.Group):  # it has no options: its commands are looked at for themselves
        return
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [o.opts for o in options if not all(word in section for word in o.opts)] == []
    assert [o.opts for o in options if not o.help] == []
    assert "--json" in section


def test_functions_and_their_parameters_are_described() -> None:
    """Each public function of the Python interface stands with all its parameters."""
    page = read("python.md")
    signatures = []
    for name, function in vars(api).items():
        if inspect.isfunction(function) and function.__module__ == api.__name__ and not name.startswith("_"):
            parameters = inspect.signature(function).parameters.values()
            words = [f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters]
            signatures.append(f"`{name}({', '.join(words)})`")
    assert sorted(s for s in signatures if s not in page) == []


def test_settings_are_described_with_their_defaults() -> None:
    """Each key of [tool.bis] has its row, with the default that the code has."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\S+) \|", read("configuration.md"), re.MULTILINE))
    defaults = config.Settings()
    expected = {}
    for field in dataclasses.fields(config.Settings):
        value = getattr(defaults, field.name)
        text = "none" if value in (None, {}, ()) else str(value).lower() if isinstance(value, bool) else f"{value:g}"
        expected[field.name.replace("_", "-")] = text
    assert rows == expected


def test_settings_of_ci_are_described() -> None:
    """Each key of [tool.bis.ci] stands in its table; none of them has a default of its own."""
    rows = "".join(re.findall(r"^\| `ci\..*?` \| none \|", read("configuration.md"), re.MULTILINE))
    names = [field.name.replace("_", "-") for field in dataclasses.fields(config.CiSettings)]
    assert sorted(re.findall(r"`ci\.([a-z-]+)`", rows)) == sorted(names)
    assert {getattr(config.CiSettings(), field.name) for field in dataclasses.fields(config.CiSettings)} == {(), None}


def test_parts_of_a_tolerance_are_described() -> None:
    """atol, rtol, margin and quantum stand on the page of the configuration."""
    page = read("configuration.md")
    assert [f.name for f in dataclasses.fields(config.Tolerance) if f"`{f.name}`" not in page] == []


def test_environment_variables_are_described() -> None:
    """The table of variables has each one that bis reads or sets, and none more."""
    assert set(re.findall(r"^\| `(BIS_\w+)` \|", read("configuration.md"), re.MULTILINE)) == set(config.VARIABLES)


def test_variables_of_others_are_described() -> None:
    """Each variable that bis reads and that is not its own has its row, too."""
    read_here = set(
        re.findall(r'environ\.get\("([A-Z_]+)"\)', (ROOT / "src/bis/config.py").read_text(encoding="utf-8"))
    )
    rows = "".join(re.findall(r"^\| `.*?` \|", read("configuration.md"), re.MULTILINE))
    of_platforms = {"LOCALAPPDATA", "XDG_STATE_HOME", "CI"}  # where a user's folders are, and where we run
    assert {"GITHUB_TOKEN", "GH_TOKEN", "GITHUB_API_URL"} <= read_here
    assert sorted(name for name in read_here - of_platforms if f"`{name}`" not in rows) == []


def test_no_variable_is_mentioned_that_does_not_exist() -> None:
    """Nowhere in the documentation stands a BIS_ variable that the code does not know."""
    assert set(re.findall(r"\bBIS_[A-Z_]+\b", all_text())) <= set(config.VARIABLES)


def test_errors_are_described() -> None:
    """Each error class has its row with code and exit status."""
    found = re.findall(r"^\| `(\w+)` \| `([\w-]+)` \| (\d+) \|", read("exit_codes.md"), re.MULTILINE)
    rows = {(name, code, int(status)) for name, code, status in found}
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.BisError)]
    assert rows == {(c.__name__, c.code, c.exit_code) for c in classes}


def test_exit_codes_are_described() -> None:
    """Each exit status of a verdict or an error has its row; so have 70, a defect, and 4, nothing there."""
    described = {int(code) for code in re.findall(r"^\| (\d+) \|", read("exit_codes.md"), re.MULTILINE)}
    used = {level.exit_code for level in verdict.Level}
    used |= {c.exit_code for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.BisError)}
    assert used | {4, 70} == described


@pytest.mark.parametrize("page", ["docs/verdicts.md", "README.md"])
def test_levels_are_described_with_their_exit_codes(page: str) -> None:
    """Each level of a verdict has its row, ending with the exit code of the command."""
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = {name: int(code) for name, code in re.findall(r"^\| `([a-z ]+)` \| .* \| (\d+) \|$", text, re.MULTILINE)}
    assert rows == {level.value: level.exit_code for level in verdict.Level}


FORMATS = [
    *[
        ("study.md", c)
        for c in (
            study_result.StudyResult,
            study_result.StudyFigure,
            study_result.StudyAnswer,
            study_result.ExperimentResult,
            study_result.StudiedCorpus,
            study_result.RecordedRun,
            study_result.EarlierReplay,
            study_result.StepProblem,
            study_result.StudyVersions,
            study_result.TriedCorpus,
            study_result.AuditedCorpus,
        )
    ],
    ("record.md", record.Record),
    *[("record.md", c) for c in (facets.Code, facets.Environment, facets.Machine, facets.Data, facets.Randomness)],
    *[("record.md", c) for c in (facets.Package, facets.ThreadPool, facets.Dataset, facets.Seed, facets.Snapshot)],
    *[("record.md", c) for c in (facets.GeneratorState, facets.Uncontrolled, facets.Cell, facets.FileDigest)],
    *[
        ("outputs.md", c)
        for c in (facets.Outputs, facets.Curve, facets.ModelWeights, facets.CellOutput, facets.Failure)
    ],
    ("outputs.md", facets.PrintedRest),
    *[("contents.md", c) for c in (written_content.WrittenContent, written_content.NamedNumbers)],
    *[("spool.md", c) for c in (session.Session, session.Exit, session.Quarantine)],
    ("known_stores.md", known_stores.KnownSession),
    *[("verdict.md", c) for c in (verdict.Verdict, verdict.Group, verdict.Item, verdict.Evidence, verdict.Outcome)],
    *[
        ("bisection.md", c)
        for c in (bisection.Bisection, bisection.CauseSet, bisection.SettingChange, bisection.BisectionTrial)
    ],
    ("bisection.md", bisection.NotVaried),
    *[("verdict.md", c) for c in (verdict.JudgedRun, session_run.SessionRun)],
    ("record.md", run_identity.RunIdentity),
    *[("verdict.md", c) for c in (verdict.MetricInterval, verdict.Deviation, verdict.AppliedTolerance)],
    ("verdict.md", statement.Statement),
    *[
        ("attribution.md", c)
        for c in (
            attribution.Attribution,
            attribution.TargetShares,
            attribution.CauseShare,
            attribution.Estimate,
            attribution.Cause,
            attribution.CauseFinding,
            attribution.EnvironmentEffect,
            attribution.EffectOnTarget,
            attribution.RemainingVariance,
            attribution.SeedBlock,
            attribution.BlockReplay,
        )
    ],
    ("attribution.md", role.DrawPlace),
    ("attribution.md", stored_runs.StoredAttribution),
    ("bisection.md", stored_runs.StoredBisection),
    *[("results.md", c) for c in (stored_runs.StoredVerdict, stored_runs.RunSummary, StoredRun, StoredSession)],
    *[("comparison.md", c) for c in (comparison.RunComparison, comparison.ComparedRun, comparison.MetricComparison)],
    *[
        ("comparison.md", c)
        for c in (
            comparison.GroupComparison,
            comparison.MetricByGroup,
            comparison.GroupFigures,
            comparison.GroupDifference,
        )
    ],
    *[("gate.md", c) for c in (mutation.Mutation, mutation.MutationResult, mutation.MutationReport)],
    *[("gate.md", c) for c in (gate.GateResult, gate.ProgramGate, gate.GateFinding)],
    *[("export.md", c) for c in (exported_run.ExportedFile, exported_run.ExportCheck)],
    *[("results.md", c) for c in (kept_thing.KeptThing, kept_thing.CacheRemoval)],
    *[("results.md", c) for c in (plan.Rebuild, plan.PackageChange, plan.Fetch)],
    *[
        ("audit.md", c)
        for c in (
            project_audit.ProjectAudit,
            project_audit.Fact,
            project_audit.TrackingCall,
            project_audit.Finding,
            project_audit.Problem,
        )
    ],
    *[
        ("audit.md", c)
        for c in (
            project_audit.Place,
            project_audit.Edit,
            project_audit.Size,
            project_audit.Revision,
            project_audit.Substrings,
        )
    ],
    *[
        ("audit.md", c)
        for c in (
            corpus_summary.CorpusSummary,
            corpus_summary.Share,
            corpus_summary.ProjectGroup,
            corpus_summary.Pair,
            corpus_summary.RuleCount,
            corpus_summary.TrackerShare,
        )
    ],
    *[
        ("tried.md", c)
        for c in (
            tried_project.TriedProject,
            tried_project.TryEvidence,
            tried_project.Candidate,
            tried_project.TriedDependencies,
            tried_project.TriedEnvironment,
            tried_project.TriedReplays,
            tried_project.PublishedOutputs,
            tried_project.Funnel,
            tried_project.FunnelCount,
        )
    ],
    *[("audit.md", c) for c in (corpus_summary.Disagreement, corpus_summary.Duplicate, rule_text.RuleText)],
]


@pytest.mark.parametrize(
    ("page", "cls"), FORMATS, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_every_key_of_a_format_is_described(page: str, cls: type) -> None:
    """Each field of a document stands on the page of its format, as code."""
    text = read(f"formats/{page}")
    names = [f.name for f in dataclasses.fields(cls)]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_finding_of_a_gate_is_described() -> None:
    """Each code stands on its page, with the exit code that the command has for it."""
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (\d) \|", read("formats/gate.md"), re.MULTILINE)
    described = {code: int(status) for codes, status in rows for code in re.findall(r"`([a-z-]+)`", codes)}
    assert described == {code.value: code.exit_code for code in gate.GateCode}


def test_every_statement_is_described() -> None:
    """Each code of a verdict's statements has its row, with all its figures and no other; so have their values."""
    page = read("formats/verdict.md")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|$", page.split("## Statements")[1], re.MULTILINE))
    described = {code: tuple(re.findall(r"`([a-z_]+\??)`", figures)) for code, figures in rows.items()}
    assert described == {code.value: figures for code, figures in statement.STATEMENT_FIGURES.items()}
    values = [*verdict.ToleranceOrigin, *verdict.DivergencePattern, *verdict.Basis]
    assert [value.value for value in values if f"`{value.value}`" not in page] == []


@pytest.mark.parametrize("kind", [*tried_project.FunnelPlace, *tried_project.Need], ids=lambda kind: str(kind.value))
def test_every_place_of_the_funnel_is_described(kind: tried_project.FunnelPlace | tried_project.Need) -> None:
    """Each place where a tried project can end, and each thing that it can need, stands on the page about trying."""
    assert f"`{kind.value}`" in read("trying.md")


@pytest.mark.parametrize(
    "kind",
    [
        *tried_project.CandidateKind,
        *tried_project.CandidateReason,
        *tried_project.DependencySource,
        *tried_project.EvidenceKind,
        *tried_project.MissingGuard,
    ],
    ids=lambda kind: str(kind.value),
)
def test_every_word_of_a_tried_project_is_described(kind: tried_project.CandidateKind) -> None:
    """Each word of its scales stands on the page of its format."""
    assert f"`{kind.value}`" in read("formats/tried.md")


@pytest.mark.parametrize("module", [project_audit, corpus_summary], ids=["audit", "corpus"])
def test_every_dataclass_of_the_audit_is_looked_at(module: ModuleType) -> None:
    """What is written of audits and corpora is in the table above, so that no further dataclass is forgotten."""
    own = {c for c in vars(module).values() if dataclasses.is_dataclass(c) and c.__module__ == module.__name__}
    assert own <= {cls for _page, cls in FORMATS}


def test_every_table_and_its_columns_are_described() -> None:
    """Each table of a corpus has its row, with all its columns; those of facts and rules are named as such."""
    section = read("formats/audit.md").split("## Tables")[1].split("\n## ")[0]
    for name, (columns, _rows) in audit_tables.TABLES.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", section, re.MULTILINE)
        assert [column for column in columns(()) if column not in FACTS and f"`{column}`" not in row] == []


def test_every_kind_of_call_is_described() -> None:
    """Each word for what a call traces stands on the pages of the audit and of its format."""
    for page in ("auditing.md", "formats/audit.md"):
        assert [kind for kind in project_audit.KINDS if f"`{kind}`" not in read(page)] == []


def test_facts_are_described() -> None:
    """Each fact has its row, in the order in which they are told, with the meaning that the code gives it."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", read("facts.md"), re.MULTILINE)
    assert [name for name, _meaning in rows] == list(FACTS)
    exact = {name: meaning for name, meaning in rows if name not in {"via", "deps_pinned", "params_not_logged_at_all"}}
    plain = {name: meaning.replace("`", "") for name, meaning in exact.items()}
    assert plain == {name: FACTS[name] for name in exact}


def test_words_of_facts_are_described() -> None:
    """Each word of a fact that has a scale of its own stands on the page of facts."""
    page = read("facts.md")
    words = [*re.split(r", ", FACTS["via"].partition(": ")[2]), "all", "some", "none", "lock", "yes", "no", "unknown"]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_rule_is_documented() -> None:
    """Each rule has its section with what it does, why, and examples; a rule that repairs says what it changes."""
    page = read("rules.md")
    for rule in api.rules():
        section = page.split(f"### {rule.code} {rule.name}\n")[1].split("\n### ")[0]
        headings = re.findall(r"^\*\*(.+)\*\*$", section, re.MULTILINE)
        wanted = ["What it does", "Why is this bad?", *(["Example", "Use instead"] if rule.code != "BIS000" else [])]
        assert headings[: len(wanted)] == wanted, rule.code
        assert ("Fix" in headings) is rule.fixable, rule.code
        assert rule.summary[0].isupper(), rule.code
        assert rule.summary.endswith("."), rule.code
    assert len({rule.name for rule in api.rules()}) == len(api.rules()) == len(RULES) + 2


def test_every_family_of_rules_has_its_heading() -> None:
    """The hundreds of each code have a name, in the order of the page."""
    families = program("generate_rules").FAMILIES
    assert sorted({rule.code[3] for rule in api.rules()}) == list(families)


def test_no_rule_is_mentioned_that_does_not_exist() -> None:
    """Codes of rules that the documentation speaks of are rules; the guide's example of a new one is none yet."""
    codes = {rule.code for rule in api.rules()}
    assert set(re.findall(r"\bBIS\d{3}\b", all_text())) - {"BIS319"} <= codes
    assert "BIS319" not in codes


def test_every_tag_is_described() -> None:
    """Each MLflow tag that the source writes stands on the page of the record."""
    page = read("formats/record.md")
    tags = set()
    for path in (ROOT / "src" / "bis").rglob("*.py"):
        tags |= set(re.findall(r"[\"'](bis\.[a-z_]+(?:\.[a-z_]+)?)[\"']: ", path.read_text(encoding="utf-8")))
    assert tags
    assert sorted(t for t in tags if f"`{t}`" not in page) == []


def test_every_file_of_a_spool_is_described() -> None:
    """Each file name that bis.evidence.spool declares stands on its page."""
    names = [v for k, v in vars(spool).items() if k.isupper() and isinstance(v, str)]
    assert [name for name in names if f"`{name}`" not in read("formats/spool.md")] == []


def test_direct_dependencies_are_justified() -> None:
    """Each package and each extra of pyproject.toml has its line on the page of decisions."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = text.split("dependencies = [", 1)[1].split("]", 1)[0]
    extras = text.split("[project.optional-dependencies]", 1)[1].split("\n[", 1)[0]
    packages = set(re.findall(r'"([a-z0-9-]+)[\[<>=~;]', listed)) | set(
        re.findall(r"^([a-z]+) = \[", extras, re.MULTILINE)
    )
    packages |= set(re.findall(r'"([a-z0-9-]+)[<>=~]', extras)) - {"tensorflow-cpu"}
    table = read("decisions.md").split("## Direct dependencies")[1]
    assert len(packages) > 15
    assert sorted(p for p in packages if f"`{p}`" not in table) == []


def test_all_pages_are_in_the_navigation() -> None:
    """Each page is reached from the menu, and the menu leads nowhere else."""
    menu = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    assert _leaves(menu) == {p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")}


def _leaves(node: object) -> set[str]:
    if isinstance(node, str):
        return {node}
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return set().union(*(_leaves(child) for child in children))


def test_links_of_the_readme_lead_somewhere() -> None:
    """Each relative link of the README and CONTRIBUTING is a file."""
    for page in ("README.md", "CONTRIBUTING.md"):
        links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8"))
        assert links
        assert [link for link in links if not (ROOT / link).is_file()] == []


def test_make_targets_in_the_documentation_exist() -> None:
    """Each `make …` that is mentioned is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", all_text())) <= targets


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """Continuous integration calls what the README tells people to call."""
    assert "make --no-print-directory test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "$ make test" in (ROOT / "README.md").read_text(encoding="utf-8")
