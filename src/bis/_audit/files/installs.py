"""The packages that a command installs: ``pip install`` and its like in a Dockerfile, a notebook or a script."""

from __future__ import annotations

import posixpath
import re
import shlex
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bis._audit.files.requirements import LONGEST_LINE, Sheet, is_exact
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIP = re.compile(r"pip(?:\d(?:\.\d+)?)?(?:\.exe)?")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_ADDERS = frozenset({"poetry", "uv", "pdm", "pipenv", "pixi"})
_SEPARATORS = frozenset({"&&", "||", ";", "|", "&", "\n", ">", ">>", "2>", "2>&1", "&>", "<"})
# Options of pip and conda that are followed by a value.
_WITH_VALUE = frozenset(
    {
        "-f", "--find-links",
        "-i", "--index-url", "--extra-index-url", "-t", "--target", "--platform", "--python-version",
        "--prefix", "--root", "--src", "--upgrade-strategy", "--timeout", "--retries", "--trusted-host", "--cache-dir",
        "--proxy", "--log", "--no-binary", "--only-binary", "--progress-bar", "--implementation", "--abi", "--python",
        "--index", "--default-timeout", "--channel", "-n", "--name", "-p", "--group", "-G", "--extra", "--extras", "-E",
        "--config-settings", "--global-option", "--root-user-action", "--report", "--index-strategy",
    }
)  # fmt: skip
_REFERRING = frozenset({"-r", "--requirement", "--file", "-c", "--constraint", "--constraints", "-e", "--editable"})
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?")
# Managers of the system's packages, and how these call those that Python imports: python3-opencv, py3-numpy.
_OF_SYSTEM = frozenset({"apt", "apt-get", "aptitude", "apk", "dnf", "yum", "microdnf", "zypper", "pacman"})
_FOR_PYTHON = re.compile(r"py(?:thon)?3?-(?P<name>[A-Za-z][\w.+-]*)")
# What only talks of a command, and the options after which a shell is given one.
TALKS = frozenset(
    {
        "echo", "printf", "print", "alias", "cat", "log", "info", "warn", "error", "die", "fatal", "title",
        "write-host", "write-output", "rem",
    }
)  # fmt: skip
_OF_FILES = re.compile(r"-[dDgo]|-[dD]?m\d*")  # options of the command that copies files
_GIVES = re.compile(r"-[a-z]*c")
_UNSET = re.compile(r"[${}`]")  # of a variable whose value is not known
_NO_PACKAGE = re.compile(r"(?i)opt|arg|flag|index|url|dir|path|root|home|wheel|whl|project|repo|cache|proxy|host|quiet")
_WITH = re.compile(r"(?:^|\s)--with[=\s]+[\"']?(?P<packages>[^\s\"']+)")
_MODEL = re.compile(r"\bspacy\s+download\s+(?P<name>[\w-]+)")
_VARIABLE = re.compile(r"\$\{?(?P<name>\w+)[^}\s]{0,80}?\}|\$\((?P<make>\w+)\)|\$(?P<plain>\w+)")

# What ZenML installs for an integration, where that is not the distribution of its name.
_OF_ZENML = {
    "sklearn": "scikit-learn",
    "pytorch": "torch",
    "pytorch_lightning": "pytorch-lightning",
    "huggingface": "transformers datasets huggingface-hub",
    "great_expectations": "great-expectations",
    "llama_index": "llama-index",
    "label_studio": "label-studio label-studio-sdk",
    "neural_prophet": "neuralprophet",
    "spark": "pyspark",
    "s3": "s3fs boto3",
    "aws": "sagemaker kubernetes aws-profile-manager boto3",
    "gcp": "kfp gcsfs google-cloud-storage google-cloud-aiplatform",
    "azure": "adlfs azure-identity azure-storage-blob azure-ai-ml azureml-core",
    "kubeflow": "kfp",
    "airflow": "apache-airflow",
    "slack": "slack-sdk",
    "facets": "facets-overview",
    "tensorflow": "tensorflow tensorflow-io keras",
    "deepchecks": "deepchecks torchvision",
    "seldon": "kubernetes",
}

# Images that say their version to what is built upon them: AIRFLOW_VERSION, PYTORCH_VERSION.
_VERSIONED = re.compile(
    r"(?i)FROM\s+(?:--\S+\s+)*(?:\S+/)?(?P<name>airflow|pytorch):(?:slim-)?(?P<version>\d+\.\d+\.\d+)"
)

# What an image is given of the project: `COPY requirements-gpu.txt requirements.txt`, `COPY . /app`.
_COPIES = re.compile(
    r"(?i)(?:COPY|ADD)\s+(?:--(?!from)\S+\s+)*(?P<sources>[\w./*\s-]{1,400}?)\s+(?P<target>[\w./-]{1,200})"
)
_BINDS = re.compile(r"--mount=(?=\S{0,200}type=bind)\S{0,200}?source=(?P<source>[^,\s]+),target=(?P<target>[^,\s]+)")
_LISTED_IN = re.compile(r"(?<![\w./-])(?:[\w.-]*/)*[\w.-]+\.(?:txt|in|ya?ml)(?![\w./-])")


def read_install(sheet: Sheet, text: str, place: Place, variables: dict[str, str] | None = None) -> None:
    """Take in the packages that a line of shell or IPython installs; other commands say nothing.

    Parameters
    ----------
    sheet : Sheet
        Where they go.
    text : str
        The line; it may hold several commands.
    place : Place
        Where it is.
    variables : dict of str to str, optional
        Values of ``$NAME``.
    """
    text = text[:LONGEST_LINE]
    if not any(mark in text for mark in ("install", " add ", "--with", "conda", "mamba", "spacy")):
        return
    if variables:
        text = _VARIABLE.sub(lambda m: variables.get(m["name"] or m["make"] or m["plain"], m[0]), text)
    for words in _commands(text):
        line = " ".join(words)
        if words[0] in {"uv", "uvx"}:
            packages = [one for match in _WITH.finditer(line) for one in match["packages"].split(",")]
            _take(sheet, packages, "pip", place)
        elif words[:3] == ["zenml", "integration", "install"]:
            sheet.beside |= {one for name in words[3:] for one in _OF_ZENML.get(name, name).split()}
        elif model := _MODEL.search(line):
            sheet.declare(model["name"], "", place, pinned=True)  # the one that is for the spaCy that is there
        start, kind = _packages_from(words)
        if start >= 0:
            _take(sheet, words[start:], kind, place)


def read_dockerfile(sheet: Sheet, text: str) -> None:
    """Take in what the commands of a Dockerfile install."""
    variables: dict[str, str] = {}
    image = _Image()
    pending, first = "", 0
    for number, raw in enumerate([*text.splitlines(), ""], 1):  # the last line may want to go on
        line = raw[:LONGEST_LINE].strip()
        if line.startswith("#"):
            continue
        first = first if pending else number
        if line.endswith("\\") and len(pending) < 10 * LONGEST_LINE:
            pending += line[:-1] + " "
            continue
        whole, pending = pending + line, ""
        if of_image := _VERSIONED.match(whole):
            variables[f"{of_image['name'].upper()}_VERSION"] = of_image["version"]
        setting = re.match(r"(?i)(?:ARG|ENV)\s+(\w+)[=\s]\s*[\"']?([^\s\"']*)", whole)
        if setting:
            variables[setting[1]] = setting[2]
        elif moved := re.match(r"(?i)WORKDIR\s+(\S+)", whole):
            image.folder = posixpath.join(image.folder, moved[1])
        elif copies := _COPIES.fullmatch(whole):
            image.take(copies["sources"].split(), copies["target"])
        else:  # RUN, or a line of a here-document
            for bound in _BINDS.finditer(whole):
                image.take([bound["source"]], bound["target"])
            command = re.sub(r"(?i)^RUN\s+(?:--\S+\s+)*", "", whole)
            command = _LISTED_IN.sub(lambda match: image.in_project(match[0]), command)
            for part in re.split(r"&&|\|\||;(?=\s)", command):
                read_install(sheet, part, Place(sheet.path, -1, first), variables)


class _Image:
    """What an image holds of the project: its lists by their paths in the image, and folders of it."""

    def __init__(self) -> None:
        self.folder = "/"  # in which commands run
        self._lists: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def take(self, sources: list[str], target: str) -> None:
        """Take in what is copied or bound to a place."""
        place = posixpath.normpath(posixpath.join(self.folder, target))
        for source in (posixpath.normpath(one) for one in sources):
            listed = _LISTED_IN.fullmatch(source) is not None
            if listed and len(sources) == 1 and _LISTED_IN.fullmatch(target):
                self._lists[place] = source
            elif listed:
                self._lists[posixpath.join(place, posixpath.basename(source))] = source
            elif "*" in source:
                self._folders[place] = posixpath.dirname(source)
            elif "." not in posixpath.basename(source) or source == ".":
                self._folders[place] = source

    def in_project(self, path: str) -> str:
        """Where a list that a command names lies in the project; the path itself where that is not seen."""
        place = posixpath.normpath(posixpath.join(self.folder, path))
        found = self._lists.get(place)
        if found is not None and posixpath.basename(found) != posixpath.basename(path):
            return found  # under another name
        if not path.startswith("/"):
            return path
        for folder in map(str, PurePosixPath(place).parents):
            if found is None and folder in self._folders and folder.strip("/"):
                found = posixpath.join(self._folders[folder], posixpath.relpath(place, folder))
        return path if found is None else posixpath.normpath(found)


def _commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a line."""
    text = text.strip().lstrip("!%").strip()
    if text.startswith("["):  # a Dockerfile's list of words
        text = re.sub(r"[\[\],]", " ", text)
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|\n")
        lexer.whitespace_split = True
        lexer.commenters = "#" if " #" in text else ""
        words = list(lexer)
    except ValueError:  # an open quote
        words = text.replace("'", " ").replace('"', " ").split()
    current: list[str] = []
    for word in [*words, ";"]:
        if word not in _SEPARATORS and not set(word) <= set(";&|"):
            current.append(word)
            continue
        if current and current[0].lower().lstrip("@-") not in TALKS:
            yield current
            for option, given in pairwise(current):
                if " " in given and _GIVES.fullmatch(option):  # bash -c "pip install a"
                    yield from _commands(given)
        current = []


def _packages_from(words: list[str]) -> tuple[int, str]:
    """Where the packages start in a command that installs some, and in whose words they are; -1 where it does not."""
    for i, word in enumerate(words[:-1]):
        base = re.split(r"[\\/]", word)[-1]
        after = words[i + 1]
        if _PIP.fullmatch(base) and after == "install":
            return i + 2, "pip"
        if base in _CONDA and (after in {"install", "create", "update"} or _makes_environment(words[i + 1 : i + 3])):
            return i + (3 if after == "env" else 2), "conda"
        if base in _OF_SYSTEM and {"install", "add", "-S", "-Sy"} & set(words[i + 1 :]):
            return i + 1, "system"
        if base in _ADDERS and after == ("install" if base == "pipenv" else "add"):
            return i + 2, "pip"
    # The mark and the name of the magic were taken off.
    if words[:1] == ["install"] and not any(map(_OF_FILES.fullmatch, words)):
        return 1, "pip"
    return -1, ""


def _makes_environment(words: list[str]) -> bool:
    return words in (["env", "create"], ["env", "update"])


def _take(sheet: Sheet, words: list[str], kind: str, place: Place) -> None:
    """The arguments of an installing command."""
    if kind == "system":
        sheet.beside |= {match["name"].lower() for word in words if (match := _FOR_PYTHON.match(word))}
        return
    rest = iter(words)
    for word in rest:
        if word in _REFERRING or word in _WITH_VALUE:
            _take_option(sheet, word, next(rest, ""), kind, place)
        elif word.startswith("-r") and len(word) > 2:
            sheet.refer(word[2:], place)
        elif word.startswith("-"):
            continue
        elif word.endswith((".whl", ".tar.gz", ".zip")):
            sheet.require(word, place)
        elif (match := _NAMED.match(word)) and not word.endswith((".txt", ".")):
            if _UNSET.search(word):
                sheet.declare(match["name"], word[match.end() :], place, pinned=False)
            else:
                _take_package(sheet, word, kind, place)
        elif _is_unset(word):
            sheet.is_unread = True


def _is_unset(word: str) -> bool:
    """Whether a word is a variable, or what a command says, and may be a package or the name of a list."""
    last = word.rpartition("/")[2]
    return bool(_UNSET.match(last.lstrip("\"'("))) and not _NO_PACKAGE.search(last)


def _take_option(sheet: Sheet, option: str, value: str, kind: str, place: Place) -> None:
    """An option that names a file or a place of packages; the others say nothing of them."""
    if option in {"-r", "--requirement"} or (option in {"-f", "--file"} and kind == "conda"):
        sheet.refer(value, place)
        sheet.is_unread |= _is_unset(value)
    elif option in {"-c", "--constraint", "--constraints"} and kind == "pip":  # of conda, a channel
        sheet.refer(value, place, constraint=True)
    elif option in {"-e", "--editable"} and "+" in value:
        sheet.require(value, place)


def _take_package(sheet: Sheet, word: str, kind: str, place: Place) -> None:
    if kind == "conda":
        sheet.require_conda(word, place)
        return
    match = re.match(r"([A-Za-z0-9][\w.-]*)@(\S+)", word)  # uv's and poetry's name@version
    if match and "://" not in word and "+" not in word:
        sheet.declare(match[1], match[2], place, pinned=is_exact(f"=={match[2]}"))
        return
    sheet.require(word, place)
