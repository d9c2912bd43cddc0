"""What a project imports from elsewhere."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bis._audit.files.base_images import hosted_packages, platform_packages
from bis._audit.files.brought_distributions import ANY, brought_by
from bis._audit.files.distributions import distributions_of, is_known, needs_no_declaration
from bis._audit.files.installing_files import named_programs
from bis._audit.files.project_documents import is_document
from bis._audit.questions.asked_once import asked_once
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Module
    from bis._audit.questions.analysis import Analysis


@asked_once
def third_party(analysis: Analysis) -> dict[str, Place]:
    """First parts of imports that are neither the standard library's nor the project's own, with their first places.

    Imports that may fail (in a ``try``) or are under a condition (``if``) are not needed. What tests and the builder of
    documents import, no run is made with; nor is what a notebook of Colab or of Kaggle finds there looked at.
    """
    own = own_names(analysis)
    declared = analysis.project.dependencies.names
    found: dict[str, Place] = {}
    for module in analysis.project.modules:
        if _is_for_developers(module):
            continue
        there = _hosted(analysis, module)
        for one in module.imports:
            name = one.target.partition(".")[0]
            if one.guarded or not name or name in found or name in own or needs_no_declaration(one.target):
                continue
            if there and not there.isdisjoint(distributions_of(one.target)):
                continue
            if not declared.isdisjoint(_as_distributions(one.target)):
                continue
            found[name] = Place(module.file, one.cell, one.line)
    spelled = {name.lower() for name in own}
    named: frozenset[str] | None = None
    for name in [name for name in found if not is_known(name)]:
        # On disks that do not tell small letters from capitals, src/CNNmodel is imported as cnnModel.
        named = _named_programs(analysis) if named is None else named
        if (
            name.lower() in spelled
            or name in named
            or name in _renamed(analysis)
            or _may_be_own(analysis, name, found[name])
        ):
            del found[name]
    return found


def own_names(analysis: Analysis) -> frozenset[str]:
    """Names under which files and folders of the project are imported, those that are not read among them."""
    names = _folders(analysis) | _root_package(analysis) | _written(analysis)
    return analysis.project.links.own_names | analysis.project.beside | names


def of_platform(analysis: Analysis) -> frozenset[str]:
    """Distributions that the platform has on which a project runs, and those that Spark or its packages bring."""
    project = analysis.project
    found: frozenset[str] = frozenset()
    if on_databricks(analysis):
        found = platform_packages() | {"databricks"}
        found = found.union(*(brought_by(one, ANY) for one in found))
    if any(d.startswith("dlt.") for m in project.modules for scope in m.scopes for d in scope.decorators):
        found |= {
            "dlt"
        }  # of Delta Live Tables, which no index has; the distribution of that name has no such decorators
    if project.roots & _CLOUDERA or any(
        "spark-" in text and _SPARK_ITSELF.search(text) for text in project.texts.values()
    ):
        found |= {"pyspark", "py4j"}
    if "pyspark" in project.roots:
        texts = (text for m in project.programs for text, _value, _call, _name in analysis.literals(m) if ":" in text)
        found |= {name for text in texts for mark, name in _SPARK_PACKAGES.items() if mark in text}
    return found


# Coordinates of packages that Spark fetches -> the distribution whose modules are in them.
_SPARK_PACKAGES = {
    "io.delta:delta-": "delta-spark",
    "graphframes:graphframes": "graphframes",
    "com.microsoft.azure:synapseml": "synapseml",
    "com.microsoft.azure:mmlspark": "mmlspark",
    "ml.combust.mleap:": "mleap",
}
_SPARK_ITSELF = re.compile(r"\bspark-[\w.${}-]{1,60}-bin-|\bspark-submit\b")  # it has its own modules for Python
_CLOUDERA = frozenset({"cdsw", "cml", "cmlapi", "cmlbootstrap"})


_RUN_ON_DATABRICKS = re.compile(
    r"(?i)\bdatabricks\s+(?:runtime|cluster|workspace\s+import|repos?\b|community\s+edition|jobs?\b|bundle|asset\s+bundle)"
    r"|\b(?:import|upload|run|attach|deploy|open)\w*\b[^.\n]{0,60}\b(?:in|on|to|into)\s+(?:a\s+|your\s+|the\s+)?(?:azure\s+)?databricks\b"
)
_DATABRICKS_ONLY = ("databricks.feature", "databricks.automl", "databricks.koalas", "pyspark.dbutils")


@asked_once
def on_databricks(analysis: Analysis) -> bool:
    """Whether the project runs on Databricks, by its files, its code or what a document says of running it."""
    project = analysis.project
    names = {name.rpartition("/")[2] for name in project.files}
    if names & {"databricks.yml", "databricks.yaml"}:
        return True
    return any(
        module.of_databricks
        or "dbutils" in module.reads
        or any(one.target.startswith(_DATABRICKS_ONLY) for one in module.imports)
        for module in project.modules
    ) or any(
        is_document(path) and "databricks" in text.lower() and _RUN_ON_DATABRICKS.search(text)
        for path, text in project.texts.items()
    )


# What is imported on these services only, and how paths begin that are there on no other machine.
_HOSTS = (("colab", ("google.colab",), "/content/"), ("kaggle", ("kaggle_secrets", "kaggle_datasets"), "/kaggle/"))


def _hosted(analysis: Analysis, module: Module) -> frozenset[str]:
    """What is there where a notebook is run, since it is one of Colab or of Kaggle.

    What its code says of that counts always, and so does a badge; that it was edited there, only where the project has
    no list for it.
    """
    if not module.is_notebook:
        return frozenset()
    dependencies = analysis.project.dependencies
    around = {"", *(str(folder) for folder in PurePosixPath(module.file).parents)} - {"."}
    has_list = any(one.rpartition("/")[0] in around for one in (*dependencies.manifests, *dependencies.locks))
    found = set(module.runs_on if has_list else module.hosts)
    for host, imports, folder in _HOSTS:
        texts = (text for text, _value, _call, _name in analysis.literals(module))
        if any(one.target.startswith(imports) for one in module.imports) or any(
            type(text) is str and text.startswith(folder) for text in texts
        ):
            found.add(host)
    return frozenset().union(*map(hosted_packages, found))


def _as_distributions(target: str) -> Iterator[str]:
    """Names of distributions that a dotted name spells out: ``azure-ai-ml`` of ``azure.ai.ml.entities``."""
    parts = target.split(".")
    return (canonicalize_name("-".join(parts[:end])) for end in range(2, len(parts) + 1))


# Of what programs that are no packages are called after what they do.
_OF_PROGRAMS = frozenset(
    {
        "pre", "post", "my", "new", "old", "test", "tests", "predict", "prediction", "predictor", "deploy",
        "deployment", "train", "training", "trainer", "util", "utils", "utilities", "tools", "helper",
        "helpers", "config", "configs", "configuration", "settings", "params", "constants", "model", "models",
        "data", "dataset", "datasets", "dataloader", "loader", "load", "preprocess", "preprocessing",
        "processing", "process", "processamento", "traitement", "prep", "clean", "cleaning", "input", "output",
        "inputs", "outputs", "inference", "infer", "evaluate", "evaluation", "eval", "main", "app", "pipeline",
        "features", "feature", "functions", "funcs", "common", "opt", "optim",
    }
)  # fmt: skip


def _may_be_own(analysis: Analysis, name: str, place: Place) -> bool:
    """Whether a module of which nothing is known is rather a file of the author's that is not there.

    Its name is made of words after which programs are called, and of those of the files and folders around it. A file
    is called after one package that it uses, too: one word that is around says nothing.
    """
    words = _words(name)
    folder, _slash, _file = place.file.rpartition("/")
    beside = (m.file.rpartition("/")[2] for m in analysis.project.modules if m.file.rpartition("/")[0] == folder)
    around = {word for part in (*folder.split("/"), *beside) for word in _words(part.partition(".")[0])}
    return all(word in _OF_PROGRAMS or (len(words) > 1 and word in around) for word in words)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[\W\d_]+", name.lower()) if word]


def _is_for_developers(module: Module) -> bool:
    """Whether a file tests others, builds documents, sets Airflow up, or is for those who develop the project.

    A script that tries a model out is called a test by some: one that defines no test is none.
    """
    *folders, name = module.file.split("/")
    if module.is_test and not module.is_notebook:
        return module.has_tests or not {"test", "tests"}.isdisjoint(folders)
    return name.lower().replace("_", "") in {"noxfile.py", "webserverconfig.py"} or (
        name == "conf.py" and not {"doc", "docs"}.isdisjoint(folders)
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


@asked_once
def _renamed(analysis: Analysis) -> frozenset[str]:
    """Modules of which something is imported that another module defines: that one had this name before."""
    modules = analysis.project.modules
    defined = {scope.name for m in modules for scope in m.scopes if scope.parent == 0}
    parts = (one.target.split(".") for m in modules for one in m.imports)
    return frozenset(first for first, *rest in parts if rest and rest[-1] in defined)


def _named_programs(analysis: Analysis) -> frozenset[str]:
    """Modules that code names as files, since it fetches or writes them: ``urlretrieve(url, "helper.py")``."""
    modules = analysis.project.modules
    texts = [text for m in modules for text, _value, _call, _name in analysis.literals(m) if type(text) is str]
    texts += [text for m in modules for _cell, _line, text in m.installs]
    return frozenset().union(*(named_programs(text) for text in texts))
