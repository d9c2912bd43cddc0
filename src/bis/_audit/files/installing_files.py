"""The files beside lists and images that install packages: scripts of a shell, Makefiles, workflows, dev containers.

They declare nothing, since one has to know of them; but what they install is there. They are read line by line, for
commands that install, whatever is around these: YAML, JSON, Groovy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.files.base_images import brought_by_image
from bis._audit.files.brought_distributions import ANY, brought_by
from bis._audit.files.entry_points import COMMAND_FILES, is_mlproject
from bis._audit.files.installs import TALKS, read_install
from bis._audit.files.manifests import is_dockerfile
from bis._audit.files.requirements import LONGEST_LINE, Sheet, is_aside
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_INSTALLS = re.compile(
    r"(?i)(?:.*/)?(?:(?:gnu)?makefile(?:\.[^/]{1,60})?|[^/]{1,60}\.mk|snakefile|tox\.ini|\.gitmodules|mlproject|"
    + COMMAND_FILES
    + r"|[^/]{0,60}(?:compose|databricks|bentofile|cog|app|deploy|cluster|cloudbuild|gitlab-ci|travis|appveyor|pipeline"
    r"|workflow|job)[^/]{0,60}\.ya?ml|(?:\.github/workflows|\.circleci|resources|pipelines|components|jobs)/(?:[^/]{1,60}/){0,2}[^/]{1,100}\.ya?ml)"
)
_COMMAND = re.compile(
    r"(?<![\w./-])(?:\S{0,60}/)?(?:(?:python[\d.]*|py)\s+-m\s+)?(?:pip[\d.]*|pipx|uvx?|zenml|poetry|pdm|pipenv|pixi|(?:micro)?mamba|conda"
    r"|apt(?:-get)?|apk|dnf|yum|microdnf|python[\d.]*\s+-m\s+spacy)\s.*"
)
_MARKS = ("install", " add ", "--with", "env create", "env update", "spacy download", "uv sync")
_TALKS = re.compile(rf"(?i)(?:^|[\s@('\"`{{])(?:{'|'.join(sorted(TALKS))})\b")
_SETS = re.compile(
    r"(?m)^\s*(?:export\s+|set\s+|ENV\s+)?(?P<name>\w+)\s*:?=\s*(?:\"(?P<quoted>[^\"$`\n]{0,400})\"|'(?P<single>[^'\n]{0,400})'"
    r"|(?P<plain>[\w.=<>~!, -]{1,200}?))\s*$"
)
_CONTINUED = re.compile(r"[ \t][\\`^]\r?\n")
_LISTED = re.compile(r"[\"']\s{0,3},\s{0,3}[\"']")  # ["pip", "install"]
_SEPARATED = re.compile(r"&&|\|\||;|\|")
# Keys of YAML and INI below which packages are listed, one a line.
_KEY = re.compile(
    r"\s*-?\s*[\"']?(?:dependencies|packages|pip|pip_packages|python_packages|requirements|libraries|deps|system_packages)[\"']?"
    r"\s*[:=]\s*"
)
_ITEM = re.compile(r"\s*(?:-\s*)?[\"']?(?P<name>[A-Za-z][\w.-]*)(?:\[[\w,-]*\])?\s*(?:[=<>~!;\"'].*)?")
_OF_CLUSTER = re.compile(r"\bpypi\s*:\s*\{?\s*[\"']?package[\"']?\s*:\s*[\"']?(?P<name>[A-Za-z][\w.-]*)")
_IMAGE = re.compile(
    r"(?m)^\s*-?\s*[\"']?(?:image|base_image|container|docker_env)[\"']?\s*:\s*[\"']?(?:\$\{\w+:-)?(?P<image>[\w./:@-]{3,200})"
)
# The environment that an MLproject file names.
_ENVIRONMENT = re.compile(r"(?m)^(?:conda|python)_env\s*:\s*[\"']?(?P<name>[\w./-]{1,200}\.ya?ml)[\"']?\s*(?:#.*)?$")
_OF_PROJECT = re.compile(r"docker_env\s*:\s*(?:\{\s*|\n\s+)image\s*:\s*[\"']?(?P<image>[\w./:@-]{3,200})")
# The images of Airflow, among others, install what a setting lists.
_IN_SETTING = re.compile(
    r"PIP_\w{0,30}(?:REQUIREMENTS|PACKAGES)\s*[:=]\s*[\"']?(?:\$\{\w+:-)?(?P<packages>[^\n\"'}]{1,1000})"
)
_CURATED = re.compile(r"AzureML-[\w.-]+|registries/azureml/environments/|azureml://registries/azureml")
_CLONES = re.compile(
    r"\bgit\s+(?:-\S+\s+)*(?:clone|submodule)\b|\bPYTHONPATH\b[^\n]{0,200}?(?:\.\./|~|/home/|/Users/)|--py-files|addPyFile"
)
_ASKED = re.compile(
    r"-[ef]\s+[\"']?(?:[\w./$-]{0,100}/)?(?P<name>[\w.-]{1,80})[\"']?\s*\]"
)  # [ -f requirements.txt ] && ...
_SUBMODULE = re.compile(r"(?m)^\s*path\s*=\s*(\S+)\s*$")
_PROGRAM = re.compile(r"\b([A-Za-z_]\w{0,80})\.py\b")


@dataclass(frozen=True, slots=True)
class Installed:
    """What these files install.

    `names` are distributions, with what images bring; `alone` are those of them that run beside the project as servers,
    so that what they bring themselves is not there. `is_open` says that one installs what is not seen: a list in a
    variable, an image that is not known. `modules` are names of modules that they bring: submodules. `clones` says that
    code is fetched from elsewhere, in which modules may be that no distribution has.
    """

    names: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    is_open: bool = False
    modules: frozenset[str] = frozenset()
    clones: bool = False


def may_install(path: str) -> bool:
    """Whether a file may install packages, by its name."""
    return _INSTALLS.fullmatch(path) is not None


def read_installing(texts: Mapping[str, str], files: Iterable[str] = ()) -> Installed:
    """What the project's scripts, workflows and containers install.

    Parameters
    ----------
    texts : mapping of str to str
        Texts of files by path; those that `may_install` does not name are passed over.
    files : iterable of str
        Names of the project's files: a list that is not among them is not known, and where there is a Dockerfile, the
        image that an MLproject file names may be its.
    """
    there = {path.rpartition("/")[2] for path in files}
    sheet, servers = Sheet(""), Sheet("")
    is_open = clones = False
    names: set[str] = set()
    modules: set[str] = set()
    for path, text in texts.items():
        if not may_install(path):
            continue
        name = path.rpartition("/")[2].lower()
        for setting in _IN_SETTING.finditer(text):
            for one in setting["packages"].split():
                sheet.require(one, Place(path))
        commands = list(commands_of(text))
        values = _values(text) if commands else {}
        for command in commands:
            read_install(servers if "compose" in name else sheet, command, Place(path), values)
        clones |= name == ".gitmodules" or (fetches_code(text) and not name.endswith((".yml", ".yaml")))
        if name == ".gitmodules":
            modules |= {part for folder in _SUBMODULE.findall(text) for part in folder.split("/")}
        elif name.endswith((".yml", ".yaml", ".ini")):
            names |= set(_listed(text)) | {match["name"].lower() for match in _OF_CLUSTER.finditer(text)}
            is_open |= bool(_CURATED.search(text))
        names |= _of_images(text)
        is_open |= is_mlproject(path) and _is_elsewhere(text, there)
    names |= {one.name for one in sheet.declared} | sheet.beside
    asked = {match["name"] for text in texts.values() for match in _ASKED.finditer(text)}
    lists = {name.rpartition("/")[2] for name in sheet.named} - asked
    is_open |= sheet.is_unread or "*" in names or any(name not in there and not is_aside(name) for name in lists)
    return Installed(
        frozenset(names), frozenset(one.name for one in servers.declared), is_open, frozenset(modules), clones
    )


def _of_images(text: str) -> frozenset[str]:
    """What well-known images have that a text of YAML or JSON names; MLflow's own is that of a server."""
    if "image" not in text and "container" not in text:
        return frozenset()
    images = (match["image"].lower().partition(":")[0] for match in _IMAGE.finditer(text))
    names = frozenset().union(*(brought_by_image(image) or () for image in images)) - {"mlflow"}
    return names.union(*(brought_by(one, ANY) for one in names))


def _is_elsewhere(text: str, there: Collection[str]) -> bool:
    """Whether an MLproject file names an environment that is not there, or an image that is not known and not made."""
    if environment_not_there(text, there) is not None:
        return True
    image = _OF_PROJECT.search(text)
    unknown = image is not None and brought_by_image(image["image"].lower().partition(":")[0]) is None
    return unknown and not any(is_dockerfile(name) for name in there)


def environment_not_there(text: str, there: Collection[str]) -> tuple[str, int] | None:
    """The environment that an MLproject file names and that is not there, with the line; None where there is none.

    Parameters
    ----------
    text : str
        The text of the file.
    there : collection of str
        Names of the project's files, without their folders.
    """
    match = _ENVIRONMENT.search(text)
    if match is None or match["name"].rpartition("/")[2] in there:
        return None
    return match["name"], text.count("\n", 0, match.start()) + 1


def commands_of(text: str) -> Iterator[str]:
    """The commands of a text that call a manager of packages, without what is around them; not those it talks of."""
    if not any(mark in text for mark in _MARKS):
        return
    for raw in _CONTINUED.sub(" ", text).split("\n"):
        line = _LISTED.sub(" ", raw[:LONGEST_LINE].strip())
        if line.startswith(("#", "//", "::")):
            continue
        for part in _SEPARATED.split(line):
            match = _COMMAND.search(part)
            if match and not _TALKS.search(part[: match.start()]):
                yield _alone(match[0])


def _alone(command: str) -> str:
    """A command without the quotes and brackets that were opened before it: of JSON, Groovy, a call."""
    for quote in "\"'`":
        if command.count(quote) % 2:
            command = command[: command.rfind(quote)]
    command = command.rstrip(", ")
    for opening, closing in ("()", "[]", "{}"):
        while command.endswith(closing) and command.count(closing) > command.count(opening):
            command = command[:-1].rstrip(", ")
    return command


def _values(text: str) -> dict[str, str]:
    """What a script sets variables to, where it is written out."""
    return {match["name"]: match["quoted"] or match["single"] or match["plain"] or "" for match in _SETS.finditer(text)}


def _listed(text: str) -> Iterator[str]:
    """Names of packages that are listed below a key."""
    within = False
    for line in text.splitlines():
        key = _KEY.match(line)
        if key is not None:
            within = True
            line = line[key.end() :]  # noqa: PLW2901  # deps = pytest
        elif within and not line.strip():
            continue
        item = _ITEM.fullmatch(line) if within else None
        if item is not None:
            yield item["name"].lower()
        elif key is None:
            within = False


def fetches_code(text: str) -> bool:
    """Whether a text fetches code from elsewhere, or says where else to look for some."""
    return bool(_CLONES.search(text))


def named_programs(text: str) -> frozenset[str]:
    """Names of modules that a text names as files: ``wget .../helper.py``."""
    return frozenset(_PROGRAM.findall(text)) if ".py" in text else frozenset()
