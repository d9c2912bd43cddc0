"""What a project imports from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.files.base_images import platform_packages
from bis._audit.files.brought_distributions import brought_by
from bis._audit.files.distributions import needs_no_declaration
from bis._audit.files.installs import is_install_script, read_install
from bis._audit.files.requirements import Sheet
from bis._audit.questions.asked_once import asked_once
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from bis._audit.questions.analysis import Analysis


@asked_once
def third_party(analysis: Analysis) -> dict[str, Place]:
    """First parts of imports that are neither the standard library's nor the project's own, with their first places.

    Imports that may fail (in a ``try``) or are under a condition (``if``) are not needed.
    """
    own = analysis.project.links.own_names | _folders(analysis) | _root_package(analysis) | _written(analysis)
    found: dict[str, Place] = {}
    for module in analysis.project.modules:
        for one in module.imports:
            name = one.target.partition(".")[0]
            if one.guarded or not name or name in found or name in own or needs_no_declaration(one.target):
                continue
            found[name] = Place(module.file, one.cell, one.line)
    return found


def of_platform(analysis: Analysis) -> frozenset[str]:
    """Distributions that the platform has on which a project runs, and those that a Spark package brings."""
    project = analysis.project
    found = platform_packages() if _on_databricks(analysis) else frozenset()
    if "pyspark" in project.roots:
        texts = (text for m in project.programs for text, _value, _call, _name in analysis.literals(m) if ":" in text)
        found |= {name for text in texts for mark, name in _SPARK_PACKAGES.items() if mark in text}
    return found


_SETS = re.compile(r"(?m)^\s*(?:export\s+)?(?P<name>\w+)\s*:?=[\"']?(?P<value>[\w.]+)")


def installed_by_scripts(analysis: Analysis) -> frozenset[str]:
    """Distributions that scripts of a shell and Makefiles install, and what those bring."""
    sheet = Sheet("")
    for path, text in analysis.project.texts.items():
        if not is_install_script(path) or "install" not in text:
            continue
        values = {match["name"]: match["value"] for match in _SETS.finditer(text)}
        for number, line in enumerate(text.replace("\\\n", " ").split("\n"), 1):
            command = line.strip().lstrip("@-")
            if not command.startswith(("#", "echo ")):
                read_install(sheet, command, Place(path, -1, number), values)
    names = {one.name for one in sheet.declared}
    return frozenset(names).union(*map(brought_by, names))


# Coordinates of packages that Spark fetches -> the distribution whose modules are in them.
_SPARK_PACKAGES = {
    "io.delta:delta-": "delta-spark",
    "graphframes:graphframes": "graphframes",
    "com.microsoft.azure:synapseml": "synapseml",
    "com.microsoft.azure:mmlspark": "mmlspark",
    "ml.combust.mleap:": "mleap",
}


_DATABRICKS_ONLY = ("databricks.feature", "databricks.automl", "databricks.koalas", "pyspark.dbutils")


def _on_databricks(analysis: Analysis) -> bool:
    names = {name.rpartition("/")[2] for name in analysis.project.files}
    if names & {"databricks.yml", "databricks.yaml"}:
        return True
    return any(
        "dbutils" in module.reads or any(one.target.startswith(_DATABRICKS_ONLY) for one in module.imports)
        for module in analysis.project.modules
    )


def _folders(analysis: Analysis) -> set[str]:
    """Names of folders with code: a package without ``__init__`` is imported by its folder's name."""
    return {part for module in analysis.project.modules for part in module.file.split("/")[:-1]}


def _root_package(analysis: Analysis) -> set[str]:
    """What imports call the project's root, where that is a package: the name of the folder that it is in."""
    files = {module.file for module in analysis.project.modules}
    if "__init__.py" not in files:
        return set()
    targets = {tuple(one.target.split(".")[:3]) for module in analysis.project.modules for one in module.imports}
    return {name for name, *rest in targets if len(rest) == 2 and "/".join(rest) + ".py" in files}


def _written(analysis: Analysis) -> set[str]:
    """Names of modules that cells write: ``%%writefile -a agent.py``."""
    written = (
        name.split()[-1]
        for m in analysis.project.modules
        for name, _cell, _line in m.unread_calls
        if name.startswith("%%writefile ")
    )
    return {name.rpartition("/")[2].removesuffix(".py") for name in written if name.endswith(".py")}
