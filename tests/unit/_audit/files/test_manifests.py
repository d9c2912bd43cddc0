"""Each kind of file that declares dependencies."""

from __future__ import annotations

import time

import pytest

from bis._audit.files.manifests import MOST_CHARACTERS, read_manifest, reader_of


def declared(path: str, text: str) -> dict[str, bool]:
    """Names in a file, and whether each is pinned; the file has no problems."""
    sheet = read_manifest(path, text)
    assert sheet.problems == []
    return {one.name: one.pinned for one in sheet.declared}


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements/base.txt",
        "requirements.in", "constraints.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile",
        "pixi.toml",
        "environment.yml", "env.yaml",        "conda.yaml", "environment-gpu.yml",
        "python_env.yaml", "anaconda-project.yml",
        "Dockerfile", "Dockerfile.train",
        "docker/train.dockerfile", "requirements.lock",
    ],
)  # fmt: skip
def test_manifests_are_known_by_their_names(path: str) -> None:
    """Also below other folders."""
    assert reader_of(path) is not None
    assert reader_of("deep/" + path) is not None


@pytest.mark.parametrize(
    "path", ["README.txt", "docs/notes.txt", "params.yaml", "docker-compose.yml", "main.py", "Makefile"]
)
def test_other_files_are_no_manifests(path: str) -> None:
    """Texts and settings declare nothing."""
    assert reader_of(path) is None


def test_pyproject_of_all_builders() -> None:
    """PEP 621, PEP 735, poetry, pdm, hatch, flit, uv and pixi, in one file."""
    text = """
[build-system]
requires = ["hatchling"]
[project]
name = "own-package"
dependencies = ["numpy==1.26.4", "pandas>=2"]
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
test = ["coverage==7.0", {include-group = "dev"}]
[tool.poetry.dependencies]
python = "^3.10"
mlflow = "2.9.0"
torch = {version = "^2", optional = true}
tool = {git = "https://example.org/tool.git", rev = "0123456789abcdef"}
local = {path = "../local"}
[tool.poetry.group.lint.dependencies]
ruff = "*"
[tool.pdm.dev-dependencies]
x = ["tox==4.0"]
[tool.hatch.envs.default]
dependencies = ["mypy"]
[tool.flit.metadata]
requires = ["requests"]
[tool.uv]
dev-dependencies = ["ipython"]
[tool.pixi.dependencies]
scipy = "1.11.*"
[tool.pixi.feature.gpu.pypi-dependencies]
cupy = "==13.0"
"""
    assert declared("pyproject.toml", text) == {
        "numpy": True, "pandas": False, "pytest": False, "coverage": True, "mlflow": True, "torch": False, "tool": True,
        "ruff": False, "tox": True, "mypy": False, "requests": False, "ipython": False, "scipy": False, "cupy": True,
    }  # fmt: skip
    places = {one.name: one.place.line for one in read_manifest("pyproject.toml", text).declared}
    assert (places["numpy"], places["mlflow"], places["tox"]) == (6, 13, 20)
    assert "own-package" in read_manifest("pyproject.toml", text).own


def test_dynamic_dependencies_refer_to_files() -> None:
    """What setuptools reads from a file is found there."""
    text = '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}\n'
    assert read_manifest("pyproject.toml", text).includes == ["requirements.txt"]


def test_pipfile_and_pixi() -> None:
    """Tables of versions by names; Python is no package."""
    pipfile = '[packages]\nmlflow = "==2.9.0"\nflask = "*"\n[dev-packages]\npytest = {version = "==8.0"}\n'
    pipfile += '[requires]\npython_version = "3.9"\n'
    assert declared("Pipfile", pipfile) == {"mlflow": True, "flask": False, "pytest": True}
    assert declared("pixi.toml", '[dependencies]\npython = "3.11"\nnumpy = "=1.26"\nscipy = "=1.11.4"\n') == {
        "numpy": False,
        "scipy": True,
    }


def test_setup_cfg() -> None:
    """Lists over lines, on one line, extras, and a file."""
    text = (
        "[metadata]\nname = own\n[options]\ninstall_requires =\n    numpy==1.0\n    # no\n    pandas\nzip_safe = no\n"
    )
    assert declared("setup.cfg", text + "[options.extras_require]\ndev = pytest\n") == {
        "numpy": True,
        "pandas": False,
        "pytest": False,
    }
    assert read_manifest("setup.cfg", "[options]\ninstall_requires = file: requirements.txt\n").includes == [
        "requirements.txt"
    ]


def test_setup_py_is_read_and_not_run() -> None:
    """Lists in place, by name, added up and split from a text; other arguments declare nothing."""
    text = """
raise SystemExit("run")
BASE = ["numpy==1.0", "pandas"]
MORE: list = BASE + ["scipy"]
setup(name="own", keywords=["mlflow"], install_requires=MORE, extras_require={"dev": "pytest==8.0\\nruff".split()})
"""
    expected = {"numpy": True, "pandas": False, "scipy": False, "pytest": True, "ruff": False}
    assert declared("setup.py", text) == expected


def test_setup_py_that_reads_requirements() -> None:
    """A function that reads a file of requirements, as many projects have, refers to it."""
    text = "def get(path):\n    return open(path).read()\nsetup(install_requires=get('requirements.txt'))\n"
    sheet = read_manifest("setup.py", text)
    assert set(sheet.includes) == {"requirements.txt"}
    assert sheet.declared == []


def test_names_that_stand_for_each_other_end() -> None:
    """Lists of lists of names are followed once each."""
    text = "setup(install_requires=x0)\n" + "".join(f"x{i}=[{','.join([f'x{i + 1}'] * 50)}]\n" for i in range(40))
    assert read_manifest("setup.py", text + "x40=['numpy']\n").problems == []


def test_conda_environments() -> None:
    """Conda's own packages, pip's below them, a file of requirements; lines are those of the items."""
    text = "name: x\nchannels: [d]\n"
    text += "dependencies:\n  - python=3.9\n  - numpy=1.26.4\n  - pip:\n    - mlflow\n    - -r more.txt\n"
    assert declared("environment.yml", text) == {"numpy": True, "mlflow": False}
    sheet = read_manifest("environment.yml", text)
    assert [one.place.line for one in sheet.declared] == [5, 7]
    assert sheet.includes == ["more.txt"]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("conda:\n    - mlflow\n    - numpy=1.26.4\n", {"mlflow": False, "numpy": True}),
        ("conda: [mlflow=2.9.2]\n", {"mlflow": True}),
        ("npm:\n    - mlflow\n", {}),
    ],
)
def test_packages_below_the_name_of_conda(inner: str, expected: dict[str, bool]) -> None:
    """Conda takes a list under its own name for its packages, as it takes pip's; nothing else is installed."""
    assert declared("conda.yaml", f"dependencies:\n  - python=3.9\n  - {inner}") == expected


def test_environments_of_mlflow_and_anaconda_projects() -> None:
    """``python_env.yaml`` is in pip's words, ``anaconda-project.yml`` may list packages for each environment."""
    assert declared(
        "python_env.yaml", "python: '3.9'\nbuild_dependencies: [pip]\ndependencies:\n- mlflow==2.9.0\n"
    ) == {"mlflow": True}
    text = "env_specs:\n  default:\n    packages:\n    - python=3.9\n    - mlflow=2.9.0\n"
    assert declared("anaconda-project.yml", text) == {"mlflow": True}


def test_an_exported_environment_is_exact() -> None:
    """Where conda wrote everything out, two parts of a version are all that it has."""
    lines = "".join(f"- package{i}=1.{i}\n" for i in range(30))
    assert all(declared("environment.yml", f"dependencies:\n{lines}").values())
    assert not any(declared("environment.yml", "dependencies:\n- numpy=1.26\n").values())
    told = "name: a\ndependencies:\n- numpy=1.26\n- scipy\nprefix: /opt/a\n"
    assert declared("environment.yml", told) == {"numpy": True, "scipy": False}
    builds = "dependencies:\n- numpy=1.26\n- x264=1!161.3030=h0d_1\n- scipy>=1\n"
    assert declared("environment.yml", builds) == {"numpy": True, "x264": True, "scipy": False}


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pyproject.toml", "[project\n", 1),
        ("setup.py", "print 'python 2'\n", 1),
        ("environment.yml", "dependencies:\n- a\n  - b: [\n", 3),
        ("environment.yml", "x: &a [b]\ndependencies: *a\n", 2),
    ],
)
def test_malformed_manifests_are_problems(path: str, text: str, line: int) -> None:
    """The kind, the file and the line are told, and nothing is raised."""
    (problem,) = read_manifest(path, text).problems
    assert (problem.kind, problem.file) == ("manifest", path)
    assert problem.place is not None
    assert problem.place.line == line


@pytest.mark.parametrize(
    "text", ["dependencies: 3", "dependencies:\n  a: b\n", "- a\n", "dependencies: [[a], {pip: 3}, null]"]
)
def test_environments_of_another_form_declare_nothing(text: str) -> None:
    """What has the name and not the form is no error."""
    assert declared("environment.yml", text) == {}


HOSTILE = {
    "pyproject.toml": [
        "x = " + "[" * 10**6,
        "a." * 10**5 + "a = 1",
        "x = " + "9" * 10**5,
        '[project]\nname = 3\ndependencies = "a"',
    ],
    "setup.py": ["(" * 10**5, "-" * 10**5, "a = " + "+".join("b" * 10**5), "\0"],
    "environment.yml": [
        "dependencies: " + "[" * 10**5,
        "dependencies: " + "{" * 10**5,
        "dependencies:\n" + "? " * 10**5,
    ],
    "requirements.txt": ["a \\\n" * 10**5, "1-" * 10**5, "a;" + "(" * 10**5, "-r x\n" * 10**4],
    "Dockerfile": ["RUN pip install $" + "a" * 10**5, "RUN pip install 'a\n" * 10**4],
    "setup.cfg": ["[" * 10**5, "[options]\ninstall_requires=" + "a" * 10**5],
}


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path, texts in HOSTILE.items() for text in texts], ids=str.__len__
)
def test_hostile_manifests_take_seconds_at_most(path: str, text: str) -> None:
    """Depth, length and repetition neither raise nor take long."""
    start = time.process_time()
    read_manifest(path, text)
    assert time.process_time() - start < 5


def test_huge_manifests_are_not_read() -> None:
    """A mebibyte of requirements is none."""
    (problem,) = read_manifest("requirements.txt", "a\n" * MOST_CHARACTERS).problems
    assert "characters" in problem.detail
