"""The packages that are there without a list: what scripts, workflows and the code itself install."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bis._audit.files.brought_distributions import brought_by, is_named
from bis._audit.files.distributions import is_known
from bis._audit.files.installing_files import Installed, commands_of, fetches_code, read_installing
from bis._audit.files.installs import read_install
from bis._audit.files.manifests import is_dockerfile
from bis._audit.files.project_documents import is_document
from bis._audit.files.requirements import Sheet
from bis._audit.parsing.ir import CONSTANT
from bis._audit.questions.asked_once import asked_once
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

# Arguments by which services, workflows and MLflow are told what to install, and methods that are told.
_ARGUMENTS = frozenset(
    {
        "packages_to_install", "pip_packages", "conda_packages", "pip_requirements", "extra_pip_requirements",
        "requirements", "packages", "pip", "dependencies", "pypi_packages", "libraries", "pip_dependencies",
        "python_packages", "additional_pip_requirements", "deps",
    }
)  # fmt: skip
_KEYS = frozenset({"pip", "dependencies", "pip_packages", "conda_packages", "packages_to_install"})
_LONGEST = 200  # characters of a requirement
_METHODS = frozenset(
    {
        "pip_install", "uv_pip_install", "poetry_add", "add_pip_package", "add_conda_package", "installPyPI", "install",
        "python_packages", "micromamba_install",
    }
)  # fmt: skip
_RUNS = frozenset({"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput", "main"})
_ADDRESS = re.compile(r"://|git\+|\.whl$|\.tar\.gz$")
_CLONED = re.compile(
    r"(?:\bgit\s+clone\b|\bgit\+)[^\n]{1,200}?[/:](?P<name>[A-Za-z][\w.-]{0,80}?)(?:\.git)?/?(?=[\s\"'`@#)]|$)"
)
_CURATED = "AzureML-"  # an environment of the service, with what it has
_ELSEWHERE = re.compile(r"(?:[/~]|[A-Za-z]:[\\/]|dbfs:|https?:)\S")


@asked_once
def installed(analysis: Analysis) -> Installed:
    """What is installed beside the lists, with all that it brings."""
    project = analysis.project
    files = [*project.files, *(module.file for module in project.modules)]
    found = read_installing(project.texts, files)
    sheet = Sheet("")
    is_open = False
    clones = found.clones or any(is_dockerfile(path) and fetches_code(text) for path, text in project.texts.items())
    for module in project.programs:
        for text, _value, call, name in analysis.literals(module):
            if type(text) is not str:
                continue
            if "install" in text:
                # What is printed or raised talks of a command; what is kept in a name may be run.
                for command in commands_of(text) if call is None or call.method in _RUNS else ():
                    read_install(sheet, command, Place(""))
            elif _asks(name, call) and len(text) < _LONGEST:
                sheet.require(text, Place(""))
            is_open |= text.startswith(_CURATED)
        for call in module.calls:
            if call.method in _RUNS and call.args and call.args[0].items:
                read_install(sheet, " ".join(_words(call)).replace("'-r' $IT", ""), Place(""))  # a list of the project
    names = found.names.union({one.name for one in sheet.declared}, sheet.beside)
    brought = names.union(found.alone, *map(brought_by, names))
    return replace(found, names=brought, is_open=found.is_open or is_open or sheet.is_unread, clones=clones)


def _asks(name: str, call: Call | None) -> bool:
    """Whether a text is one of a list of packages that a call is given, or that stands under a key of a dictionary."""
    return name in _KEYS or (call is not None and (name in _ARGUMENTS or call.method in _METHODS))


def is_there(analysis: Analysis, name: str, place: Place) -> bool:
    """Whether an import that no distribution is known for may be of code that is fetched, or lies elsewhere."""
    there = installed(analysis)
    if name in there.modules:
        return True
    if is_known(name):
        return False
    return (
        there.clones
        or _may_be_private(analysis, place)
        or canonicalize_name(name) in _cloned_by_hand(analysis)
        or any(
            any(fetches_code(text) for _cell, _line, text in module.installs) or _looks_elsewhere(module, analysis)
            for module in analysis.project.modules
            if module.file == place.file
        )
    )


@asked_once
def _cloned_by_hand(analysis: Analysis) -> frozenset[str]:
    """Names of the repositories that documents say to clone, or to install from an address."""
    texts = (text for path, text in analysis.project.texts.items() if is_document(path) and "git" in text)
    return frozenset(canonicalize_name(match["name"]) for text in texts for match in _CLONED.finditer(text))


def _may_be_private(analysis: Analysis, place: Place) -> bool:
    """Whether a distribution of which nothing is known is installed from an address, or in the very file.

    Its modules may have any name. One that an import has the name of brings that one.
    """
    from_addresses, files = _private(analysis)
    return from_addresses or place.file in files


@asked_once
def _private(analysis: Analysis) -> tuple[bool, frozenset[str]]:
    """Whether an unknown distribution is installed from an address, and the files that install one."""
    imported = {canonicalize_name(root) for root in analysis.project.roots}
    unknown = [
        one
        for one in analysis.project.dependencies.declared
        if not is_named(one.name)
        and one.name not in imported
        and not any(f"-{root}-" in f"-{one.name}-" for root in imported)
    ]
    return any(_ADDRESS.search(one.spec) for one in unknown), frozenset(one.place.file for one in unknown)


def _words(call: Call) -> Iterator[str]:
    """The words of a command that is given as a list; what is not written out is a variable."""
    for item in call.args[0].items:
        yield _text(item)


def _text(value: Value) -> str:
    if value.kind == CONSTANT and type(value.data) is str:
        return f"'{value.data}'"
    return "$IT"


def _looks_elsewhere(module: Module, analysis: Analysis) -> bool:
    """Whether a file has modules looked for outside the project: ``sys.path.append("~/scripts")``."""
    calls = [call for call in module.calls if call.api.startswith("sys.path.")]
    names = set().union(*(value.names() for call in calls for value in call.args))
    return bool(calls) and any(
        type(text) is str and _ELSEWHERE.match(text) and (call in calls or (call is None and name in names))
        for text, _value, call, name in analysis.literals(module)
    )
