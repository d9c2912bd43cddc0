"""What a project's documents tell of its tracking, and by which door one starts it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bis.model.audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST_CHARACTERS = 1_000_000
_LOGGING = re.compile(r"log_params?\b|log_metrics?\b|autolog\b|log_model\b|log_artifacts?\b")
_VIEWING = re.compile(
    r"(?i)mlflow\s+(?:ui|server)\b|tracking[ _]ur[il]|localhost:5000|127\.0\.0\.1:5000|mlflow[ -](?:dashboard|interface)"
    r"|dagshub\.com/\S+\.mlflow|set_tracking_uri|MLFLOW_TRACKING_URI|mlflow\s+(?:experiments?\s+)?page"
)
# A verb of recording near a thing that is recorded, with MLflow in the same paragraph.
_VERB = r"(?:log(?:s|ged|ging)?|track(?:s|ed|ing)?|record(?:s|ed|ing)?|sav(?:e|es|ed|ing)|stor(?:e|es|ed|ing)|suivi|enregistr\w+|registr\w+|protokollier\w+)"  # noqa: E501
_THING = r"(?:param\w*|hyper-?param\w*|metri[ckq]\w*|métriques?|artifacts?|artefa[ck]ts?|models?|modèles?|modelos?|runs?|accuracy|loss|experiments?|expériences?|experimentos?)"  # noqa: E501
_EXPLAINS = re.compile(rf"(?i)\b{_VERB}\b[^.\n]{{0,80}}\b{_THING}\b|\b{_THING}\b[^.\n]{{0,60}}\b{_VERB}\b")
_LICENCE = re.compile(r"(?i)(?:licen[cs]e|copying|notice|authors|changelog|requirements|constraints|code_of_conduct|manifest).*")


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents, and places in them of what they tell."""

    files: tuple[str, ...] = ()
    mentions_mlflow: tuple[Place, ...] = ()
    mentions_logging: tuple[Place, ...] = ()
    explains_viewing: tuple[Place, ...] = ()
    explains_logging: tuple[Place, ...] = ()


def is_document(path: str) -> bool:
    """Whether a file is a document for people, by its name and place."""
    file = PurePosixPath(path)
    name = file.name.lower()
    if _LICENCE.fullmatch(file.stem) or _LICENCE.fullmatch(name):
        return False
    if name.startswith("readme"):
        return True
    in_documents = bool({"docs", "doc", "documentation", "wiki"} & {part.lower() for part in file.parts[:-1]})
    top = len(file.parts) == 1 and name.endswith((".md", ".rst"))
    return top or (in_documents and name.endswith((".md", ".rst", ".txt")))


def read_documents(files: Mapping[str, str]) -> Documents:
    """Search documents for what they tell.

    Parameters
    ----------
    files : mapping of str to str
        Text of each document by its relative path.
    """
    mlflow: list[Place] = []
    logging: list[Place] = []
    viewing: list[Place] = []
    explaining: list[Place] = []
    for path, text in sorted(files.items()):
        near = -10
        for number, line in enumerate(text[:_MOST_CHARACTERS].split("\n"), 1):
            lowered = line.lower()
            if "mlflow" in lowered:
                near = number
                mlflow.append(Place(path, -1, number))
            if _LOGGING.search(line):
                logging.append(Place(path, -1, number))
            if _VIEWING.search(line):
                viewing.append(Place(path, -1, number))
            # A heading names a subject; a sentence explains.
            if number - near <= 3 and not line.lstrip().startswith("#") and _EXPLAINS.search(line[:1000]):
                explaining.append(Place(path, -1, number))
    return Documents(tuple(sorted(files)), tuple(mlflow), tuple(logging), tuple(viewing), tuple(explaining))


def entry_points(names: Iterable[str], documents: Mapping[str, str]) -> tuple[str, ...]:
    """What tells how the project is started: files that say so, and documents that show the command."""
    found = []
    for name in names:
        file = PurePosixPath(name)
        if file.name.lower() in {"mlproject", "dvc.yaml", "makefile"} or file.name in {"main.py", "run.sh", "run.py", "train.py"}:
            found.append(name)
    command = re.compile(r"(?m)(?:python3?|mlflow run|bash|sh|make|dvc repro|jupyter)\s+[\w./-]+")
    found += [path for path, text in documents.items() if command.search(text[:_MOST_CHARACTERS])]
    return tuple(found)
