"""The audit of one project: read, link, state the facts, ask the rules."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bis._audit.audit_options import Options, own_sources, version_of
from bis._audit.cache import Cache
from bis._audit.files import configurations
from bis._audit.files.dependencies import is_lock, is_manifest, named_lists, read_dependencies
from bis._audit.files.entry_points import is_entry_file
from bis._audit.files.installing_files import may_install
from bis._audit.files.manifests import is_environment
from bis._audit.files.project_documents import is_document, read_documents
from bis._audit.files.revision import read_revision
from bis._audit.files.tree import walk
from bis._audit.parsing.shared_reading import read_modules
from bis._audit.parsing.source import load
from bis._audit.program.linking import link
from bis._audit.program.project import Project
from bis._audit.questions import facts, substrings
from bis._audit.questions.analysis import analyse
from bis._audit.rule_contract import CRASHED, Rule
from bis._audit.rules.rule_catalogue import RULES
from bis._audit.shared_work import shared
from bis._audit.suppression import divide
from bis.evidence.digests import digest_bytes
from bis.model.project_audit import Finding, Place, Problem, ProjectAudit, Size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis._audit.files.tree import Tree
    from bis._audit.parsing.ir import Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Fact, TrackingCall

__all__ = ["Options", "audit_project", "own_sources", "version_of"]

MANY_CALLS = 4_000  # of a project: from there on forks that ask rules gain more than they cost
_MANY_FILES = 200  # of fewer files, reading all again costs less than keeping them apart
_SMALL_FILE_BYTES = 300  # many smaller files are alike without being copies
_SKETCH = 24
_KEPT_BYTES = 64 * 2**20
_TEXT_MIB = 1.0
_MOST_DEPTH = 4  # folders in which an environment of conda is looked for in files of any name


def audit_project(root: Path, name: str, options: Options | None = None) -> ProjectAudit:
    """Audit the project in a folder; nothing in it is run or imported.

    Parameters
    ----------
    root : Path
        The project's folder.
    name : str
        What the project is called in the result.
    options : Options, optional

    Returns
    -------
    ProjectAudit
        Files that could not be read are `problems` of it; nothing in the project makes this raise.
    """
    options = options or Options()
    collecting = gc.isenabled()
    gc.disable()  # trees and calls have no cycles: looking for some costs a quarter of the time
    try:
        return _audit(root, name, options)
    finally:
        if collecting:
            gc.enable()


def _audit(root: Path, name: str, options: Options) -> ProjectAudit:
    tree = walk(root, exclude=options.exclude, max_file_mib=options.max_file_mib)
    problems = list(tree.problems)
    contents = _Contents(root, tree.sources, options.max_file_mib, problems)
    texts = _texts(root, tree, problems)
    digests = contents.digests
    revision = read_revision(root)
    cache = Cache(options.cache, version_of(options)) if options.cache is not None else None
    place, key = str(root.resolve()), ""
    if cache is not None:
        contents_of_texts = [(file, digest_bytes(_encoded(text))) for file, text in sorted(texts.items())]
        key = digest_bytes(_encoded(repr((sorted(digests.items()), contents_of_texts, tree, revision))))
        if (kept := cache.audit(place, key)) is not None:
            return replace(kept, project=name)
    modules = _modules(contents, place, cache if len(digests) >= _MANY_FILES else None, options.processes)
    problems += [p for module in modules for p in _problems(module)]
    installs = [(m.file, cell, line, text) for m in modules for cell, line, text in m.installs]
    named = named_lists(texts, tree.others)
    dependencies = read_dependencies(
        {f: t for f, t in texts.items() if is_manifest(f) or f in named}, installs, tree.others, named
    )
    documents = read_documents({f: t for f, t in texts.items() if is_document(f)})
    links = link(modules, configurations.targets(texts))
    project = Project(name, links, dependencies, documents, tree.others, texts, tree.beside)
    audit = _judged(analyse(project, (*problems, *dependencies.problems)), options, tree, digests)
    if any(finding.edits for finding in audit.findings):
        from bis._audit.fix_trials import settled

        audit = replace(audit, findings=settled(root, audit.findings))
    searched = substrings.search(project, root, tree.left_out, traces=audit.traces)
    audit = replace(audit, revision=revision, substrings=searched, sketch=_sketch(contents))
    if cache is not None:
        cache.keep(place, key, audit)
    return audit


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # names of files need not be text


class _Contents:
    """The contents of a project's files: kept while they are few, read again where they are many."""

    def __init__(self, root: Path, files: tuple[str, ...], most_mib: float, problems: list[Problem]) -> None:
        self._root = root
        self._most_mib = most_mib
        self._kept: dict[str, bytes] = {}
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        total = 0
        for file in files:
            content = load(root, file, max_file_mib=most_mib)
            if isinstance(content, Problem):
                problems.append(content)
                continue
            self.digests[file] = digest_bytes(content)
            self.sizes[file] = len(content)
            total += len(content)
            if total <= _KEPT_BYTES:
                self._kept[file] = content

    def take(self, file: str) -> bytes:
        """The content of a file, once; of one that has gone in the meantime, nothing."""
        kept = self._kept.pop(file, None)
        if kept is not None:
            return kept
        content = load(self._root, file, max_file_mib=self._most_mib)
        return content if isinstance(content, bytes) else b""


def _texts(root: Path, tree: Tree, problems: list[Problem]) -> dict[str, str]:
    """Manifests, documents, and the configurations that make objects."""
    found: dict[str, str] = {}
    for file in tree.others:
        found |= _by_content(root, file)
        if not (is_manifest(file) or is_document(file) or is_entry_file(file) or may_install(file)):
            continue
        content = load(root, file, max_file_mib=_TEXT_MIB)
        if isinstance(content, Problem):
            if is_lock(file):
                found[file] = ""  # its name alone shows that there is one
            else:
                problems.append(content)
        else:
            encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
            found[file] = content.decode(encoding, "replace")
    for file in sorted(named_lists(found, tree.others) - found.keys()):  # -r other.txt
        if isinstance(content := load(root, file, max_file_mib=_TEXT_MIB), bytes):
            found[file] = content.decode("utf-8", "replace")
    for file in tree.sources:  # setup.py is both
        if is_manifest(file) and isinstance(content := load(root, file, max_file_mib=_TEXT_MIB), bytes):
            found[file] = content.decode("utf-8", "replace")
    return found


def _by_content(root: Path, file: str) -> dict[str, str]:
    """The text of a file of YAML that makes objects or chooses what does, or that is an environment of conda."""
    configures = configurations.is_configuration(file)
    if not configures and not (file.endswith((".yml", ".yaml")) and file.count("/") <= _MOST_DEPTH):
        return {}
    content = load(root, file, max_file_mib=configurations.LARGEST_MIB)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return {file: text} if (configures and configurations.makes_objects(text)) or is_environment(text) else {}


def _modules(contents: _Contents, place: str, cache: Cache | None, processes: int) -> list[Module]:
    """The modules of a project, those of known contents from the cache."""
    known = cache.modules(place) if cache is not None else {}
    # Of two files with one content, the second is read for itself.
    found = {file: known.pop(digest, None) for file, digest in contents.digests.items()}
    fresh = [file for file, module in found.items() if module is None]
    found.update(zip(fresh, read_modules(fresh, contents.sizes, contents.take, processes=processes), strict=True))
    modules = [m if m.file == file else replace(m, file=file) for file, m in found.items() if m is not None]
    if cache is not None and fresh:
        cache.keep_modules(place, dict(zip(contents.digests.values(), modules, strict=True)))
    return modules


def _problems(module: Module) -> list[Problem]:
    return [
        Problem(module.file, kind, detail, Place(module.file, cell, line))
        for kind, detail, cell, line in module.problems
    ]


def _judged(analysis: Analysis, options: Options, tree: Tree, digests: dict[str, str]) -> ProjectAudit:
    project = analysis.project
    calls = list(analysis.tracking())
    stated, found = _asked(analysis, options, calls)
    findings, silenced = divide(found, project.modules, options.wants)
    trackers: dict[str, tuple[str, ...]] = {}
    for call in calls:
        trackers[call.tracker] = tuple(sorted({*trackers.get(call.tracker, ()), call.kind}))
    notebooks = sum(m.is_notebook for m in project.modules)
    lines = sum(m.code_lines for m in project.modules)
    return ProjectAudit(
        project=project.name,
        facts=stated,
        calls=tuple(sorted(calls, key=lambda c: (c.place, c.kind))),
        findings=tuple(sorted((f for f in findings if options.wants(f.code)), key=lambda f: (f.place, f.code))),
        suppressed=tuple(sorted(silenced, key=lambda f: (f.place, f.code))),
        problems=analysis.problems,
        left_out=tree.left_out,
        trackers=trackers,
        size=Size(len(project.modules) - notebooks, notebooks, lines, tree.left_out_files),
        digest=digest_bytes(repr(sorted(digests.values())).encode()),
    )


def _asked(analysis: Analysis, options: Options, calls: list[TrackingCall]) -> tuple[dict[str, Fact], list[Finding]]:
    """The facts and the findings of all rules; of a large project, forks take both in turn with this process.

    A rule that asks for a fact is asked again here, once all are stated.
    """
    roots = analysis.project.roots
    rules = [m for m in RULES if options.wants(m.RULE.code) and (not m.RULE.gate or m.RULE.gate & roots)]
    known = [replace(analysis, facts=_Unstated())]  # and with the facts, in the process that states them

    def made(number: int) -> Any:
        if number < 0:
            stated = facts.state(known[0], calls)
            known[0] = analysis.with_facts(stated)
            return stated
        try:
            return _findings(rules[number], known[0])
        except _UnstatedError:
            return None

    many = sum(len(module.calls) for module in analysis.project.modules) >= MANY_CALLS
    answers = shared(range(-1, len(rules)), made, processes=options.processes if many else 1)
    stated = analysis.with_facts(answers[-1])
    each = [_findings(m, stated) if answers[number] is None else answers[number] for number, m in enumerate(rules)]
    return dict(stated.facts), [finding for one in each for finding in one]


class _UnstatedError(Exception):
    """A fact is asked for before it is stated."""


class _Unstated(Mapping[str, "Fact"]):
    """The facts before they are stated."""

    def __getitem__(self, name: str) -> Fact:
        raise _UnstatedError(name)

    def __iter__(self) -> Iterator[str]:
        raise _UnstatedError

    def __len__(self) -> int:
        raise _UnstatedError


def _findings(module: Any, analysis: Analysis) -> list[Finding]:
    """What a rule finds."""
    rule: Rule = module.RULE
    found: list[Finding] = []
    try:
        found += module.check(analysis)
    except _UnstatedError:
        raise
    except Exception as error:  # noqa: BLE001 (the fence of the audit: one rule that fails ends no audit)
        message = f"rule {rule.code} failed: {type(error).__name__}: {error}"
        found.append(CRASHED.at(Place(""), message))
    return found


def _sketch(contents: _Contents) -> tuple[str, ...]:
    """The smallest digests of the files that are large enough to tell a copy."""
    large = {digest[:16] for file, digest in contents.digests.items() if contents.sizes[file] >= _SMALL_FILE_BYTES}
    return tuple(sorted(large)[:_SKETCH])
