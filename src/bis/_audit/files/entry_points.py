"""By which door one starts a project: what its files, and the commands in its documents, offer."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bis._audit.files.manifests import Unreadable, compose_yaml, is_dockerfile, load_toml, yaml_items
from bis._audit.files.project_documents import is_document
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_LONGEST_LINE = 2000
_MOST_LINES = 20_000
_MOST_FOUND = 100  # in one file
_MAIN = re.compile(
    r"(?i)(?:__main__|main|run|train|app|cli|pipeline|run_\w{1,40}|train_\w{1,40}|main_\w{1,40})\.(?:py|sh)"
    r"|(?:experiments?|start|launch|execute|submit|sweep|demo)(?:[_-]\w{1,40})?\.sh"
)
# Folders of programs: what is called like a program in one of these, or in two, is one.
_OF_PROGRAMS = frozenset(
    {
        "scripts", "script", "bin", "jobs", "job", "cmd", "cli", "src", "code", "training", "train", "pipelines",
        "pipeline", "tools", "entrypoints", "entry_points", "apps",
        "app", "experiments", "runs", "run", "examples", "notebooks",
    }
)  # fmt: skip
# Files of YAML in which services and schedulers are told what to run, by their names or those of their folders.
_PIPELINE = re.compile(
    r"(?i)(?:.*/)?(?:\.github/workflows|pipelines?|jobs?|workflows?|components?|aml|azureml|\.azureml|argo|kfp|k8s|kubernetes"
    r"|deploy\w{0,6}|infra|mlops|cloud|training|sky|slurm)/[^/]{1,100}\.ya?ml"
    r"|(?:.*/)?[^/]{0,60}(?:pipeline|job|workflow|compose|component|train|command|cloudbuild|gitlab-ci|azure|bitbucket|argo"
    r"|buildspec|jenkins|sky|task)[^/]{0,60}\.ya?ml"
)
# Names of other files in which commands are: scripts of a shell, and those of tools that run what they are told.
COMMAND_FILES = (
    r"\.?devcontainer\.json|jenkinsfile[^/]{0,60}|procfile|justfile|taskfile\.ya?ml"
    r"|[^/]{1,100}\.(?:sh|bash|bat|cmd|ps1|slurm|sbatch|pbs)"
)
_OF_COMMANDS = re.compile(
    r"(?i)(?:.*/)?(?:\.vscode/launch\.json|[^/]{0,60}(?:job|workflow|pipeline|cluster)[^/]{0,60}\.json|"
    + COMMAND_FILES
    + ")"
)
_STARTS_PROGRAM = re.compile(
    r"(?:python|py\s|mlflow\s+run|dvc\s|kedro\s|zenml\s|torchrun|accelerate|papermill|spark-submit|bash|sh\s|source|\./"
    r"|streamlit|uvicorn|fastapi|flwr|deepspeed|modal|ray\s|snakemake|jupyter|databricks|az\s|gcloud|sky|sbatch|qsub)"
)
_LISTED = re.compile(r"[\[\]\"',]+")
# What a job of Databricks or of Vertex runs, by its path.
_TASK = re.compile(
    r"\b(?:notebook_path|python_file|python_module|main_python_file_uri|pythonModule)\s*:\s*(?P<path>\S.{0,300})"
)
_LAUNCHED = re.compile(r"^\s{0,60}program\s{0,3}:\s{0,3}(?P<path>\S{1,200}\.py)\b")
_STEP = re.compile(r"\b(?:sh|bat)\s{0,3}\(?\s{0,3}[\"']{1,3}")  # of Jenkins
_HELPS = re.compile(r"(?i)util|helper|config|common|func|class|callback|test|data")
_TARGET = re.compile(r"(?P<name>[A-Za-z0-9][\w./-]{0,80}):(?![=:])")
_HOUSEKEEPING = frozenset(
    {
        "all", "clean", "help", "install", "format", "lint", "test", "tests", "docs", "build", "setup", "venv", "env",
        "html", "requirements", "check", "black", "isort", "ruff", "mypy", "coverage", "release", "publish", "dist",
        "init", "deps", "commit", "fix", "typecheck", "login", "logout", "down", "stop", "pylint", "pip", "push",
        "quality", "dependencies", "hooks", "sure", "use", "it", "this", "a", "the", "sense", "changes",
    }
)  # fmt: skip
# A line of a document is cut where a command may start; what comes before one is taken off.
_BEFORE = re.compile(r"[`$>|;&(!%]|:\s")
_SETTING = re.compile(r"[A-Z_][A-Z0-9_]{1,60}=\S{0,300}\s+")
_RUNNER = re.compile(
    r"(?:(?:uv|poetry|pipenv|pdm|hatch|rye|pixi|conda|mamba)\s+run|sudo|time|nohup|docker(?:-compose|\s+compose)?\s+exec)"
    r"\s+(?:-\S{1,60}\s+){0,4}"
)
_NO_PROGRAMS = r"(?!(?:pip|venv|virtualenv|ipykernel|build|pytest|unittest)\b)"
_COMMAND = re.compile(
    rf"(?:python[\d.]{{0,5}}|py)\s+(?:-[a-zA-Z]\s+){{0,3}}(?:-m\s+{_NO_PROGRAMS}[\w.]{{1,120}}|[\w./\\-]{{1,200}}\.py\b)"
    r"|mlflow\s+run\s+\S{1,200}|dvc\s+(?:repro|exp\s+run)\b|kedro\s+run\b|zenml\s+pipeline\s+run\b|snakemake\s+\S{1,200}"
    r"|make\s+[a-z][\w-]{1,60}|(?:bash|sh|source)\s+[\w./-]{1,200}\.sh\b|\./[\w./-]{1,200}\.sh\b"
    r"|streamlit\s+run\s+\S{1,200}|uvicorn\s+[\w.]{1,80}:\w{1,40}|papermill\s+\S{1,200}"
    r"|jupyter\s+(?:nbconvert\s+--(?:to|execute)|(?:notebook|lab)\s+\S{1,200}\.ipynb)"
    r"|docker(?:-|\s+)compose\s+up\b|docker\s+run\s+\S{1,200}|torchrun\s+\S{1,200}|accelerate\s+launch\s+\S{1,200}"
    r"|spark-submit\s+\S{1,200}|prefect\s+deploy\w{0,5}\s+\S{1,200}"
    r"|flwr\s+run\b|databricks\s+(?:bundle\s+(?:run|deploy)|jobs\s+(?:run-now|submit|create)|runs\s+submit|workspace\s+import\w{0,10})"
    r"|az\s+ml\s+job\s+create|gcloud\s+ai\s+custom-jobs\s+create|sky\s+launch|(?:sbatch|qsub)\s+\S{1,200}|ray\s+job\s+submit"
    r"|modal\s+(?:run|deploy)\s+\S{1,200}|deepspeed\s+\S{1,200}|dagster\s+(?:dev|job)\b|airflow\s+(?:dags|standalone|scheduler)\b"
    r"|astro\s+dev\s+start|guild\s+run|wandb\s+(?:sweep|agent)\s+\S{1,200}|fastapi\s+(?:run|dev)\b|bentoml\s+serve\b"
)
# A document that says which file to run, without the command: "run `train.py`", "open analysis.ipynb".
_SAYS = re.compile(
    r"(?i)\b(?:run|runs|running|execut(?:e|es|ing)|launch|start|open)\b(?:\W{1,5}(?:the|this|our|script|file|notebook|code)\b){0,3}"
    r"\W{1,6}(?P<program>[\w./-]{1,200}\.(?:py|ipynb|sh))\b"
    # a line of a listing: "train.py   # main script"
    r"|(?P<listed>[\w./-]{1,200}\.(?:py|ipynb|sh))\b\W{1,60}[^\n]{0,40}?\b(?:main\s(?:script|file|program|entry)|entry[\s-]?point"
    r"|script\sprincipal|programa\sprincipal|hauptskript|run\s(?:this|me)|runs\s(?:the\s)?(?:whole|full|entire|pipeline|all|training))"
)
_RUN = re.compile(r"[\w./\\-]{1,200}\.py\b")  # what `uv run` starts by itself
_MARKS = (
    "python", "py ", "mlflow run", "dvc ", "kedro ", "zenml ", "make ", "sh ", ".sh", "streamlit", "uvicorn",
    "papermill", "uv run", "jupyter", "docker", "torchrun", "accelerate", "spark-submit", "snakemake", "source ",
    "prefect", "flwr ", "databricks ", "az ml", "gcloud ", "sky ", "sbatch ", "qsub ", "ray job", "modal ",
    "deepspeed ",
    "dagster ", "airflow ", "astro ", "guild ", "wandb ", "fastapi ", "bentoml ", ".py", ".ipynb",
)  # fmt: skip
_MARKED = re.compile("|".join(re.escape(mark) for mark in _MARKS))


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One door.

    `kind` is ``mlproject``, ``dvc``, ``makefile``, ``script`` (installed as a command), ``dockerfile``, ``pipeline``,
    ``document``, ``said`` (a document names the file, and no command), ``file`` (a name that says it) or ``notebook``
    (the only one). `name` is what one calls, `environment` what an MLproject names for it.
    """

    kind: str
    name: str
    place: Place
    environment: str = ""


def is_entry_file(path: str) -> bool:
    """Whether the text of a file, not being a document, says how a project is started."""
    return (
        _name(path).lower() in _READERS
        or is_dockerfile(path)
        or _is_pipeline(path)
        or bool(_OF_COMMANDS.fullmatch(path))
    )


def is_named_as_program(path: str) -> bool:
    """Whether a program's name says that it is the one to run: ``main.py``, ``train_model.py``; not ``run_eda.py``."""
    name = _name(path)
    return _MAIN.fullmatch(name) is not None and not name.lower().startswith("run_") and not _HELPS.search(name)


def is_mlproject(path: str) -> bool:
    """Whether MLflow takes a file for an MLproject file: by its name, in letters of any size."""
    return _name(path).lower() == "mlproject"


def entry_points(names: Iterable[str], texts: Mapping[str, str]) -> tuple[EntryPoint, ...]:
    """What offers to start the project.

    Parameters
    ----------
    names : iterable of str
        All files of the project, code and notebooks among them.
    texts : mapping of str to str
        Text of its documents and of what `is_entry_file` names, as far as they could be read.

    Returns
    -------
    tuple of EntryPoint
        In the order of files; a file of which the text is not there counts by its name, once.
    """
    found: list[EntryPoint] = []
    paths = sorted({*names, *texts})
    notebooks = [path for path in paths if path.endswith(".ipynb")]
    programs = {_name(path) for path in paths if path.endswith((".py", ".sh", ".ipynb"))}
    for path in paths:
        name = _name(path)
        text = texts.get(path)
        if (_is_pipeline(path) or _OF_COMMANDS.fullmatch(path)) and name.lower() not in _READERS:
            commands = _of_pipeline(path, text or "", programs)
            found += commands
            if not commands and _MAIN.fullmatch(name) and _in_programs(path):
                found.append(EntryPoint("file", path, Place(path)))
        elif is_entry_file(path):
            found += _read_entry(path, text)[:_MOST_FOUND]
        elif is_document(path):
            found += _commands(path, text or "", programs)
        elif name == "__main__.py" or (_MAIN.fullmatch(name) and _in_programs(path)):
            found.append(EntryPoint("file", path, Place(path)))
    if len(notebooks) == 1:
        found.append(EntryPoint("notebook", notebooks[0], Place(notebooks[0])))
    return tuple(found)


def _read_entry(path: str, text: str | None) -> list[EntryPoint]:
    name = _name(path).lower()
    reader = _READERS.get(name, _read_dockerfile)
    if text is not None:
        try:
            return reader(path, text)
        except (Unreadable, RecursionError):
            pass  # reported as a manifest's problem where it is one; that the file exists still says something
    kind = {"mlproject": "mlproject", "dvc.yaml": "dvc"}.get(name, "")
    return [EntryPoint(kind, "", Place(path))] if kind else []


def _read_mlproject(path: str, text: str) -> list[EntryPoint]:
    entries: list[tuple[str, int]] = []
    environment = ""
    for key, value in yaml_items(compose_yaml(text)):
        if key in {"conda_env", "python_env"}:
            environment = f"{key}: {_scalar(value)}"
        elif key == "docker_env":
            image = next((_scalar(inner) for name, inner in yaml_items(value) if name == "image"), "")
            environment = f"docker_env: {image}"
        elif key == "entry_points":
            entries += [(name, _line(inner)) for name, inner in yaml_items(value)]
    entries = entries or [("", 0)]  # any script of it can be run by its name
    return [EntryPoint("mlproject", name, Place(path, -1, line), environment) for name, line in entries]


def parameters_of_programs(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """What ``mlflow run`` logs of the programs that it starts: parameters of entry points, by the path of the program.

    Parameters
    ----------
    texts : mapping of str to str
        Texts of files by path; MLproject files are read.
    """
    found: dict[str, frozenset[str]] = {}
    for path, text in texts.items():
        if not is_mlproject(path):
            continue
        try:
            entries = [
                entry
                for key, value in yaml_items(compose_yaml(text))
                if key == "entry_points"
                for entry in yaml_items(value)
            ]
        except (Unreadable, RecursionError):
            continue  # reported as a manifest's problem
        for _name_of_entry, entry in entries:
            parts = dict(yaml_items(entry))
            given = frozenset(key for key, _value in yaml_items(parts.get("parameters")))
            for program in _PROGRAM.findall(_scalar(parts.get("command"))) if given else ():
                started = posixpath.normpath(posixpath.join(path.rpartition("/")[0], program))
                found[started] = found.get(started, frozenset()) | given
    return found


def stages(texts: Mapping[str, str]) -> list[frozenset[str]]:
    """The programs that the stages of each DVC pipeline start, by their paths.

    Parameters
    ----------
    texts : mapping of str to str
        Texts of files by path; those of the name ``dvc.yaml`` are read.
    """
    return [frozenset().union(*(programs for _keys, programs in listed)) for listed in _stages(texts)]


def tracked_by_dvc(texts: Mapping[str, str]) -> frozenset[str]:
    """The programs of those stages of which DVC itself records the parameters and the metrics; see `stages`."""
    listed = [stage for one in _stages(texts) for stage in one]
    return frozenset().union(*(programs for keys, programs in listed if {"params", "metrics"} <= keys))


def _stages(texts: Mapping[str, str]) -> Iterator[list[tuple[set[str], frozenset[str]]]]:
    """Of each pipeline, the keys of its stages and the programs that they start."""
    for path, text in texts.items():
        if _name(path).lower() != "dvc.yaml":
            continue
        try:
            listed = [
                stage for key, value in yaml_items(compose_yaml(text)) if key == "stages" for stage in yaml_items(value)
            ]
        except (Unreadable, RecursionError):
            continue  # reported as a manifest's problem
        folder = path.rpartition("/")[0]
        found = []
        for _name_of_stage, stage in listed:
            said = dict(yaml_items(stage))
            programs = _PROGRAM.findall(_scalar(said.get("cmd")))
            paths = frozenset(posixpath.normpath(posixpath.join(folder, one)) for one in programs)
            found.append((set(said), paths))
        yield found


_PROGRAM = re.compile(r"(?:^|[\s\"'])([\w./-]{1,200}\.py)\b")


def _read_dvc(path: str, text: str) -> list[EntryPoint]:
    stages = [inner for key, value in yaml_items(compose_yaml(text)) if key == "stages" for inner in yaml_items(value)]
    return [EntryPoint("dvc", name, Place(path, -1, _line(value))) for name, value in stages]


def _scalar(node: Any) -> str:
    return str(node.value) if isinstance(getattr(node, "value", None), str) else ""


def _line(node: Any) -> int:
    """The line of a key: its value starts there, or on the next line where that is a mapping."""
    line = int(node.start_mark.line)
    return line if node.start_mark.column and isinstance(node.value, list) and line else line + 1


def _read_makefile(path: str, text: str) -> list[EntryPoint]:
    if {"docs", "doc"} & set(path.split("/")[:-1]):
        return []
    found = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        match = _TARGET.match(line[:_LONGEST_LINE])
        if match and not _keeps_house(match["name"]):
            found.append(EntryPoint("makefile", match["name"], Place(path, -1, number)))
    return found


def _keeps_house(target: str) -> bool:
    """Whether a target of make is for those who work on the project, by the words of its name."""
    return bool(_HOUSEKEEPING & set(re.split(r"[-_./]", target.lower())))


def _read_pyproject(path: str, text: str) -> list[EntryPoint]:
    content = load_toml(text)
    tool = content.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    found = []
    for part in (content.get("project"), poetry):
        scripts = part.get("scripts") if isinstance(part, dict) else None
        found += [
            EntryPoint("script", name, _place_of(path, text, name))
            for name in scripts or ()
            if isinstance(scripts, dict)
        ]
    for path_to_tasks in _TASKS:
        tasks: Any = tool
        for part in path_to_tasks:
            tasks = tasks.get(part) if isinstance(tasks, dict) else None
        names = [name for name in tasks if not _keeps_house(name)] if isinstance(tasks, dict) else []
        found += [EntryPoint("pipeline", name, _place_of(path, text, name)) for name in names]
    return found


# Where other tools keep the commands of a project in its pyproject.toml.
_TASKS = (
    ("poe", "tasks"), ("pdm", "scripts"), ("rye", "scripts"), ("pixi", "tasks"), ("taskipy", "tasks"),
    ("hatch", "envs", "default", "scripts"), ("flwr", "app", "components"),
)  # fmt: skip


def _read_setup(path: str, text: str) -> list[EntryPoint]:
    """The commands that setuptools installs, written in Python or as a configuration."""
    found = []
    for match in _CONSOLE.finditer(text):
        listed = re.finditer(
            r"(?m)^\s*[\"']?(?P<name>[\w.-]{1,100})\s*=\s*[\w.]{1,200}:\w", text[match.end() :][:_LONGEST_LINE]
        )
        line = text.count("\n", 0, match.start()) + 1
        found += [EntryPoint("script", one["name"], Place(path, -1, line)) for one in listed]
    return found


_CONSOLE = re.compile(r"\bconsole_scripts[\"']?\s*[:=]\s*\[?")


def _place_of(path: str, text: str, name: str) -> Place:
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip(" \"'").startswith(name) and "=" in line:
            return Place(path, -1, number)
    return Place(path)


def _read_dockerfile(path: str, text: str) -> list[EntryPoint]:
    found = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        match = re.match(r"(?i)\s*(?:CMD|ENTRYPOINT)\s+(\S.{0,200})", line[:_LONGEST_LINE])
        if match:
            found.append(EntryPoint("dockerfile", match[1].strip(), Place(path, -1, number)))
    return found[-1:]  # the last one counts


def _commands(path: str, text: str, programs: set[str]) -> list[EntryPoint]:
    """The commands of a document, those that name a program which is not there left out."""
    found: list[EntryPoint] = []
    for number, raw in enumerate(text.splitlines()[:_MOST_LINES], 1):
        line = raw[:_LONGEST_LINE]
        if not _MARKED.search(line):
            continue
        command = next((c for c in _commands_in(line) if _starts_own(c, programs)), "")
        said = _SAYS.search(line) if not command else None
        if said and _starts_own(said["program"] or said["listed"], programs):
            command = said["program"] or said["listed"]
        if command and len(found) < _MOST_FOUND:
            found.append(EntryPoint("said" if said else "document", command, Place(path, -1, number)))
    return found


def _of_pipeline(path: str, text: str, programs: set[str]) -> list[EntryPoint]:
    """The commands that a service or a scheduler is told to run, and that start a program of the project."""
    lines = [_LISTED.sub(" ", _STEP.sub("; ", line[:_LONGEST_LINE])) for line in text.splitlines()[:_MOST_LINES]]
    named = [
        EntryPoint("pipeline", match["path"].strip(), Place(path, -1, number))
        for number, line in enumerate(lines, 1)
        if (match := _TASK.search(line) or _LAUNCHED.search(line))
    ]
    return named[:_MOST_FOUND] + [
        EntryPoint("pipeline", " ".join(one.name.split()), one.place)
        for one in _commands(path, "\n".join(lines), programs)
        if _STARTS_PROGRAM.match(one.name)
    ]


def _in_programs(path: str) -> bool:
    """Whether a file is at the top, or in a folder of programs."""
    folders = path.lower().split("/")[:-1]
    return len(folders) <= 2 and _OF_PROGRAMS.issuperset(folders)


def _is_pipeline(path: str) -> bool:
    return path.endswith((".yml", ".yaml")) and _PIPELINE.fullmatch(path) is not None


def _commands_in(line: str) -> Iterator[str]:
    """The command in a line, without the settings and runners before it."""
    for part in _BEFORE.split(line):
        segment = part.lstrip(" \t*+-#")
        while setting := _SETTING.match(segment):
            segment = segment[setting.end() :]
        runner = _RUNNER.match(segment)
        rest = segment[runner.end() :] if runner else segment
        match = _COMMAND.match(rest) or (_RUN.match(rest) if runner else None)
        if match:
            yield match[0].strip("`'\" ")


def _starts_own(command: str, programs: set[str]) -> bool:
    words = command.split()
    if words[0] == "make":
        return not _keeps_house(words[1])
    named = re.split(r"[\\/]", words[-1].strip("`'\""))[-1]
    if named.endswith((".py", ".sh", ".ipynb")):
        return named in programs and named != "setup.py" and not named.startswith("test_")
    return True


def _name(path: str) -> str:
    """The last part of a relative path. Some projects have thousands of files, and a path object is dear."""
    return path.rpartition("/")[2]


_READERS: dict[str, Callable[[str, str], list[EntryPoint]]] = {
    "mlproject": _read_mlproject,
    "dvc.yaml": _read_dvc,
    "makefile": _read_makefile,
    "pyproject.toml": _read_pyproject,
    "setup.py": _read_setup,
    "setup.cfg": _read_setup,
}
