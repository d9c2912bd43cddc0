"""The documentation says everything that there is: commands, options, settings, variables, errors, formats."""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from bis import api, config, errors
from bis.cli import main as command_line
from bis.model import facets, record, session, verdict

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
COMMANDS = {
    name: command
    for group in vars(command_line).values()
    if isinstance(group, click.Group)
    for name, command in group.commands.items()
}


def read(name: str) -> str:
    """A page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


def all_text() -> str:
    """The whole documentation, with the README."""
    pages = [p.read_text(encoding="utf-8") for p in sorted(DOCS.rglob("*.md"))]
    return "\n".join([*pages, (ROOT / "README.md").read_text(encoding="utf-8")])


def test_the_page_of_commands_is_current() -> None:
    """docs/cli.md is what docs/generate_cli.py makes of the commands' help today."""
    found = importlib.util.spec_from_file_location("generate_cli", DOCS / "generate_cli.py")
    assert found is not None
    assert found.loader is not None
    generator = importlib.util.module_from_spec(found)
    found.loader.exec_module(generator)
    assert read("cli.md") == generator.page(), "make cli-docs"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_commands_and_options_are_described(name: str) -> None:
    """Each command has its section, each option stands in it and has a help text."""
    command = COMMANDS[name]
    section = read("cli.md").split(f"## `bis {name}`")[1].split("\n## ")[0]
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [o.opts for o in options if not all(word in section for word in o.opts)] == []
    assert [o.opts for o in options if not o.help] == []
    assert "--json" in section
    assert f"bis {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_functions_and_their_parameters_are_described() -> None:
    """Each public function of the Python interface stands with its parameters, each replay option with its name."""
    page = read("python.md")
    signatures = []
    for name, function in vars(api).items():
        if inspect.isfunction(function) and function.__module__ == api.__name__ and not name.startswith("_"):
            parameters = inspect.signature(function).parameters.values()
            words = [f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters]
            signatures.append(f"`{name}({', '.join(words)})`")
    signatures.remove("`options_from(given)`")  # for the command line
    assert sorted(s for s in signatures if s not in page) == []
    assert [f.name for f in dataclasses.fields(api.ReplayOptions) if f"`{f.name}`" not in page] == []


def test_settings_are_described_with_their_defaults() -> None:
    """Each key of [tool.bis] has its row, with the default that the code has."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\S+) \|", read("configuration.md"), re.MULTILINE))
    defaults = config.Settings()
    expected = {}
    for field in dataclasses.fields(config.Settings):
        value = getattr(defaults, field.name)
        text = "none" if value in (None, {}) else str(value).lower() if isinstance(value, bool) else f"{value:g}"
        expected[field.name.replace("_", "-")] = text
    assert rows == expected


def test_parts_of_a_tolerance_are_described() -> None:
    """atol, rtol, margin and quantum stand on the page of the configuration."""
    page = read("configuration.md")
    assert [f.name for f in dataclasses.fields(config.Tolerance) if f"`{f.name}`" not in page] == []


def test_environment_variables_are_described() -> None:
    """The table of variables has each one that bis reads or sets, and none more."""
    assert set(re.findall(r"^\| `(BIS_\w+)` \|", read("configuration.md"), re.MULTILINE)) == set(config.VARIABLES)


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
    ("record.md", record.Record),
    *[("record.md", c) for c in (facets.Code, facets.Environment, facets.Machine, facets.Data, facets.Randomness)],
    *[("record.md", c) for c in (facets.Package, facets.ThreadPool, facets.Dataset, facets.Seed, facets.Snapshot)],
    *[("record.md", c) for c in (facets.GeneratorState, facets.Uncontrolled, facets.Cell, facets.FileDigest)],
    *[
        ("outputs.md", c)
        for c in (facets.Outputs, facets.Curve, facets.ModelWeights, facets.CellOutput, facets.Failure)
    ],
    *[("spool.md", c) for c in (session.Session, session.Exit, session.Quarantine)],
    *[("verdict.md", c) for c in (verdict.Verdict, verdict.Group, verdict.Item, verdict.Evidence, verdict.Outcome)],
    *[("verdict.md", c) for c in (verdict.Interval, verdict.Deviation)],
]


@pytest.mark.parametrize(
    ("page", "cls"), FORMATS, ids=lambda value: value if isinstance(value, str) else value.__name__
)
def test_every_key_of_a_format_is_described(page: str, cls: type) -> None:
    """Each field of a document stands on the page of its format, as code."""
    text = read(f"formats/{page}")
    names = [f.name for f in dataclasses.fields(cls)]
    assert [name for name in names if f"`{name}`" not in text] == []


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
    from bis.evidence import spool

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
    """Continuous integration calls what the README tells people to call, and that has valid syntax."""
    script = ROOT / ".ci" / "run"
    assert "make --no-print-directory test" in script.read_text(encoding="utf-8")
    assert "$ make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="make and bash")
def test_make_lists_its_targets() -> None:
    """`make` alone says what there is to make."""
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "make study" in done.stdout
    assert "make test" in done.stdout
