"""How a project is started."""

from __future__ import annotations

import time

import pytest

from bis._audit.files.entry_points import EntryPoint, entry_points, is_entry_file, parameters_of_programs


def found(files: dict[str, str], *names: str) -> list[tuple[str, str, int]]:
    """Kind, name and line of each entry point."""
    return [(one.kind, one.name, one.place.line) for one in entry_points(names, files)]


def test_an_mlproject_has_entry_points_and_an_environment() -> None:
    """Each entry with its line; the environment stands in all of them."""
    text = "name: x\nconda_env: conda.yaml\n"
    text += "entry_points:\n  main:\n    command: python train.py\n  test:\n    command: a\n"
    entries = entry_points([], {"MLproject": text})
    assert [(e.name, e.place.line, e.environment) for e in entries] == [
        ("main", 4, "conda_env: conda.yaml"),
        ("test", 6, "conda_env: conda.yaml"),
    ]
    (docker,) = entry_points([], {"MLproject": "docker_env:\n  image: img\n"})
    assert (docker.name, docker.environment) == ("", "docker_env: img")


@pytest.mark.parametrize("text", ["entry_points: [", "x: &a 1\ny: *a\n", "", "entry_points: " + "[" * 10**5])
def test_an_mlproject_that_cannot_be_read_is_still_one(text: str) -> None:
    """It is there; what it offers is not known."""
    assert found({"MLproject": text}) == [("mlproject", "", 0)]
    assert found({}, "MLproject") == [("mlproject", "", 0)]


def test_stages_targets_scripts_and_images() -> None:
    """DVC's stages, make's targets but those for developers, installed commands, the last command of an image."""
    assert found({"dvc.yaml": "stages:\n  prepare:\n    cmd: a\n  train:\n    cmd: b\n"}) == [
        ("dvc", "prepare", 2),
        ("dvc", "train", 4),
    ]
    makefile = ".PHONY: x\nX := 1\ntrain: data\n\tpython a.py\nlint:\n\truff\ninstall-dev:\n\tpip\n"
    assert found({"Makefile": makefile}) == [("makefile", "train", 3)]
    assert found({"docs/Makefile": "html2:\n"}) == []
    assert found({"pyproject.toml": "[project.scripts]\nchurn = 'a:b'\n"}) == [("script", "churn", 2)]
    assert found({"pyproject.toml": "[project.scripts\n"}) == []
    assert found({"Dockerfile": "FROM a\nENTRYPOINT ['x']\nCMD python train.py\n"}) == [
        ("dockerfile", "python train.py", 3)
    ]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("    python train.py --lr 1", "python train.py"),
        ("Run `python3 src/train.py`.", "python3 src/train.py"),
        ("$ uv run python -m churn.train", "python -m churn.train"),
        ("MLFLOW_TRACKING_URI=http://x python train.py", "python train.py"),
        ("- mlflow run . -P a=1", "mlflow run ."),
        ("dvc repro", "dvc repro"),
        ("1. Start: make train", "make train"),
        ("bash run.sh", "bash run.sh"),
        ("docker-compose up -d", "docker-compose up"),
        ("flwr run .", "flwr run"),
        ("databricks jobs run-now 17", "databricks jobs run-now"),
        ("databricks bundle deploy -t dev", "databricks bundle deploy"),
        ("az ml job create -f job.yml", "az ml job create"),
        ("sbatch jobs/gpu.slurm", "sbatch jobs/gpu.slurm"),
        ("fastapi run app.py", "fastapi run"),
    ],
)
def test_commands_of_documents(line: str, command: str) -> None:
    """A command in code or prose, without what stands before it."""
    files = {"README.md": f"# x\n\n{line}\n"}
    entries = entry_points(["src/train.py", "jobs/run.sh"], files)
    assert EntryPoint("document", command, entries[0].place) in entries
    assert entries[0].place.line == 3


@pytest.mark.parametrize(
    "line",
    ["pip install -r requirements.txt", "python setup.py install", "python -m venv .venv", "python script.py",
     "make sure it runs",
     "make install", "We use Python and Docker.", "python -m pytest", "python test_model.py"],
)  # fmt: skip
def test_what_starts_nothing(line: str) -> None:
    """Installing, testing, programs that are not there, and prose."""
    assert found({"README.md": line}, "test_model.py") == []


def test_names_that_say_it_and_the_only_notebook() -> None:
    """``main.py`` at the root or in ``src``, a package's ``__main__``; of several notebooks none is the one."""
    assert found({}, "main.py", "src/train.py", "deep/main.py", "pkg/__main__.py", "model.py") == [
        ("file", "main.py", 0),
        ("file", "pkg/__main__.py", 0),
        ("file", "src/train.py", 0),
    ]
    assert found({}, "a.ipynb") == [("notebook", "a.ipynb", 0)]
    assert found({}, "a.ipynb", "b.ipynb") == []


def test_entry_files_are_known_by_name() -> None:
    """Those of which the text is wanted."""
    assert is_entry_file("sub/MLproject")
    assert is_entry_file("Dockerfile.train")
    assert not is_entry_file("main.py")


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("Then run `step_a.py`.", "step_a.py"),
        ("To train, execute the script **src/step_a.py** first", "src/step_a.py"),
        ("Open the notebook [a.ipynb](a.ipynb)", "a.ipynb"),
        ("│   ├── step_a.py      # main script of the training", "step_a.py"),
        ("│   ├── step_a.py      # Script principal de treino", "step_a.py"),
    ],
)
def test_documents_that_name_the_file_to_run(line: str, program: str) -> None:
    """Without a command; such a name is no command that could be run as it is."""
    named = ("src/step_a.py", "a.ipynb", "b.ipynb")
    assert [(kind, name) for kind, name, _line in found({"README.md": line}, *named)] == [("said", program)]


@pytest.mark.parametrize(
    "line",
    ["step_a.py holds the first step", "run elsewhere.py", "│   ├── step_a.py      # the net", "Run test_model.py"],
)
def test_documents_that_only_describe_files(line: str) -> None:
    """What a file is for says not that it is the one."""
    assert found({"README.md": line}, "step_a.py", "test_model.py") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".devcontainer/devcontainer.json", '{"postAttachCommand": {"server": "streamlit run fit.py --port 1"}}'),
        (".devcontainer.json", '{"postStartCommand": ["python", "fit.py"]}'),
        (".vscode/launch.json", '{"configurations": [\n{"type": "python",\n"program": "${workspaceFolder}/fit.py"}]}'),
        ("job-create.json", '{"tasks": [\n{"notebook_task": {\n"notebook_path": "/Users/a/fit"}}]}'),
        ("Jenkinsfile", "steps { sh 'python fit.py' }\n"),
        ("Procfile", "web: python fit.py\n"),
        ("justfile", "fit:\n    python fit.py\n"),
        ("Taskfile.yml", "tasks:\n  fit:\n    cmds:\n      - python fit.py\n"),
        ("all.sh", "#!/bin/sh\nfor i in 1 2; do\n  python src/fit.py $i\ndone\n"),
        ("gpu.slurm", "#SBATCH -n 1\nsrun python fit.py\npython fit.py\n"),
        ("fit.bat", "python fit.py\r\n"),
        ("setup.py", "setup(entry_points={'console_scripts': ['fit = pkg.fit:main']})\n"),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    fit = pkg.fit:main\n"),
        ("pyproject.toml", "[tool.poe.tasks]\nfit = 'python fit.py'\n"),
        ("pyproject.toml", "[tool.pdm.scripts]\nfit = 'python fit.py'\n"),
        ("pyproject.toml", "[tool.flwr.app.components]\nserverapp = 'a:app'\n"),
    ],
)
def test_other_files_that_say_what_is_run(path: str, text: str) -> None:
    """Dev containers, scripts of a shell, schedulers, runners of tasks, commands that setuptools installs."""
    assert len(found({path: text}, "src/fit.py")) == 1
    assert is_entry_file(path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".devcontainer/devcontainer.json", '{"postCreateCommand": "pip install -r requirements.txt"}'),
        ("setup.sh", "pip install -r requirements.txt\necho python fit.py\n"),
        ("pyproject.toml", "[tool.poe.tasks]\nlint = 'ruff check'\n"),
        ("setup.py", "setup(name='a')\n"),
        (".vscode/launch.json", '{"configurations": [\n{"program": "${file}"}]}'),
        ("jobs.json", '[{"title": "a job"}]'),
    ],
)
def test_other_files_that_start_nothing(path: str, text: str) -> None:
    """What installs, checks and talks."""
    assert found({path: text}, "src/fit.py") == []


@pytest.mark.parametrize(
    "unit", ["run a", "x.py #", "A_=A_=", "docker exec -a -a ", "python ", "A=1 ", "make a` ", "(" * 8]
)
def test_hostile_documents_take_seconds_at_most(unit: str) -> None:
    """A mebibyte of beginnings of commands."""
    text = (unit * (1900 // len(unit)) + " make python \n") * 500
    start = time.process_time()
    entry_points([], {"README.md": text, "Makefile": text})
    assert time.process_time() - start < 8


@pytest.mark.parametrize(
    "path", ["scripts/train.py", "bin/run_training.sh", "src/pipelines/main.py", "jobs/train_model.py"]
)
def test_programs_in_folders_of_programs(path: str) -> None:
    """What is called like a program, where programs are kept."""
    assert found({}, path) == [("file", path, 0)]


@pytest.mark.parametrize(
    "path", ["mypkg/train.py", "lib/models/main.py", "scripts/old/2020/train.py", "scripts/fit.py"]
)
def test_modules_elsewhere_are_no_programs_by_their_name(path: str) -> None:
    """A package may have a module of that name."""
    assert found({}, path) == []


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("azureml/job.yml", "command: python fit.py --lr 0.1\ncode: src\n", "python fit.py"),
        ("pipeline.yaml", "steps:\n  - run: >\n      python -m pkg.fit\n", "python -m pkg.fit"),
        (".github/workflows/train.yml", "      - run: |\n    pip install -e .\n    python fit.py\n", "python fit.py"),
        ("docker-compose.yml", 'services:\n  a:\n    command: ["python", "fit.py"]\n', "python fit.py"),
        ("k8s/fit.yaml", "args: mlflow run . -e main\n", "mlflow run ."),
    ],
)  # fmt: skip
def test_pipelines_say_what_they_run(path: str, text: str, name: str) -> None:
    """In a key, in the lines below it, or in a list."""
    assert [(kind, one) for kind, one, _line in found({path: text}, "src/fit.py")] == [("pipeline", name)]
    assert is_entry_file(path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docker-compose.yml", "command: postgres -c a=b\n"),
        (".github/workflows/ci.yml", "run: python -m pytest\n"),
        (".github/workflows/ci.yml", "run: pip install -r requirements.txt\n"),
        ("job.yml", "command: python elsewhere.py\n"),
        ("settings/model.yml", "command: python fit.py\n"),
    ],
)
def test_what_pipelines_run_besides(path: str, text: str) -> None:
    """Services, tests, installations, and programs that are not there."""
    assert found({path: text}, "src/fit.py") == []


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("experiment.sh", True),
        ("scripts/launch_all.sh", True),
        ("start.sh", True),
        ("setup.sh", False),
        ("restart.sh", False),
        ("experiment.py", False),
    ],
)
def test_scripts_of_a_shell_that_start_experiments(name: str, starts: bool) -> None:
    """By their names."""
    assert bool(found({}, name)) is starts


PROJECT = "entry_points:\n  main:\n    parameters:\n      lr: float\n      data: path\n    command: {}\n"


@pytest.mark.parametrize(
    ("path", "command", "programs"),
    [
        ("MLproject", "python train.py --lr {lr}", {"train.py"}),
        ("MLproject", "python a.py {lr} && python src/b.py", {"a.py", "src/b.py"}),
        ("examples/one/MLproject", "'python ../train.py'", {"examples/train.py"}),
        ("MLproject", "Rscript train.R", set()),
        ("conf/project.yaml", "python train.py", set()),
    ],
)
def test_parameters_of_programs_that_an_mlproject_starts(path: str, command: str, programs: set[str]) -> None:
    """Those of the entry point, by the program's path."""
    assert parameters_of_programs({path: PROJECT.format(command)}) == {program: {"lr", "data"} for program in programs}


@pytest.mark.parametrize("text", ["entry_points: [", "entry_points:\n  main:\n    command: python a.py\n", ""])
def test_an_entry_point_without_parameters_gives_none(text: str) -> None:
    """Nor does a file that cannot be read."""
    assert parameters_of_programs({"MLproject": text}) == {}


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        ("- `uv run examples/train.py`: trains", True),
        ("uv run train.py --lr 1", True),
        ("$ poetry run python train.py", True),
        ("uv run other.py", False),
        ("see train.py", False),
    ],
)
def test_a_runner_starts_a_program_by_itself(line: str, starts: bool) -> None:
    """`uv run` needs no ``python``; of a program that is there."""
    kinds = [kind for kind, _name, _line in found({"docs/a.md": line}, "examples/train.py")]
    assert ("document" in kinds) is starts
