"""Which requirements a program has."""

from __future__ import annotations

import pytest

from bis._try.needed_packages import needed_packages
from bis.model.tried_project import Candidate, CandidateKind, DependencySource
from tests.unit._try.test_candidates import files, notebook

_SCRIPT = Candidate(CandidateKind.MAIN, "sub/fit.py")


def test_the_nearest_declaration_is_taken() -> None:
    """Of the program's folder before that of the project, requirements before other files."""
    found = needed_packages(
        _SCRIPT,
        files(
            {"sub/fit.py": "", "sub/requirements.txt": "numpy==1.24\n", "requirements.txt": "scipy\n", "setup.py": ""}
        ),
    )
    assert (found.source, found.files, found.requirements) == (
        DependencySource.DECLARED,
        ("sub/requirements.txt",),
        ("numpy==1.24",),
    )


def test_lines_of_pip_keep_their_markers_and_files_are_followed() -> None:
    """Markers, extras, other files; the project itself and what conda built somewhere are left out, by name."""
    text = "-r base.txt\nuvloop; sys_platform != 'win32'\nray[tune]>=2\n-e .\ncertifi @ file:///croot/certifi\n"
    found = needed_packages(_SCRIPT, files({"sub/fit.py": "", "requirements.txt": text, "base.txt": "numpy\n"}))
    assert found.requirements == ("numpy", "uvloop; sys_platform != 'win32'", "ray[tune]>=2", "certifi")
    assert found.left_out == ("-e .", "certifi @ file:///croot/certifi")


def test_an_mlproject_names_its_environment() -> None:
    """Names and versions of conda become those of the index; what only conda has is left out."""
    one = Candidate(CandidateKind.MLPROJECT, "fit.py", file="MLproject")
    conda = "dependencies:\n  - python=3.9\n  - pytorch=1.12\n  - cudatoolkit=11\n  - pip:\n    - mlflow>=1.0\n"
    found = needed_packages(
        one,
        files({"fit.py": "", "MLproject": "conda_env: env/c.yaml\n", "env/c.yaml": conda, "requirements.txt": "x\n"}),
    )
    assert found.files == ("env/c.yaml",)
    assert found.requirements == ("torch==1.12.*", "mlflow>=1.0")
    assert found.left_out == ("cudatoolkit=11",)


def test_dependencies_of_a_project_without_its_extras() -> None:
    """[project] dependencies; poetry's carets are translated."""
    text = '[project]\nname = "p"\ndependencies = ["numpy>=1"]\n[project.optional-dependencies]\ndev = ["pytest"]\n'
    assert needed_packages(_SCRIPT, files({"sub/fit.py": "", "pyproject.toml": text})).requirements == ("numpy>=1",)
    poetry = '[tool.poetry]\nname = "p"\n[tool.poetry.dependencies]\npython = "^3.9"\nnumpy = "^1.21"\n'
    found = needed_packages(_SCRIPT, files({"sub/fit.py": "", "pyproject.toml": poetry}))
    assert found.requirements == ("numpy>=1.21,<2",)


def test_what_another_program_declares_is_not_taken() -> None:
    """Unless it has all that this one imports."""
    texts = {"sub/fit.py": "import yaml\n", "api/requirements.txt": "fastapi\n", "env/requirements.txt": "pyyaml==6\n"}
    assert needed_packages(_SCRIPT, files(texts)).files == ("env/requirements.txt",)
    del texts["env/requirements.txt"]
    assert needed_packages(_SCRIPT, files(texts)).requirements == ("pyyaml",)


def test_where_nothing_is_declared_imports_count() -> None:
    """Those of the program and of the project's modules that it imports, without those that may fail."""
    program = (
        "import os\nimport sklearn.svm\nfrom helper import f\ntry:\n    import cupy\nexcept ImportError:\n    pass\n"
    )
    found = needed_packages(_SCRIPT, files({"sub/fit.py": program, "sub/helper.py": "import yaml\n"}))
    assert (found.source, found.requirements) == (DependencySource.IMPORTED, ("pyyaml", "scikit-learn"))


def test_a_notebook_needs_a_kernel_and_what_it_installs() -> None:
    """`!pip install` declares; the kernel is what bis adds."""
    one = Candidate(CandidateKind.NOTEBOOK, "a.ipynb")
    found = needed_packages(one, files({"a.ipynb": notebook("!pip install toolz==0.12\nimport toolz")}))
    assert found.requirements == ("toolz", "toolz==0.12")
    assert found.added == ("ipykernel",)


def test_a_program_of_the_standard_library_needs_nothing() -> None:
    """And one that cannot be read needs what is not known."""
    assert needed_packages(_SCRIPT, files({"sub/fit.py": "import json\n"})).source is DependencySource.NONE
    assert needed_packages(_SCRIPT, files({"sub/fit.py": "print 1\n"})).source is DependencySource.UNKNOWN


_IMPORTS = "import numpy\nimport optuna\n"
_RICHER = '[project]\nname = "p"\ndependencies = ["numpy", "optuna>=4"]\n'
_WITH_EXTRA = '[project]\nname = "p"\ndependencies = ["numpy"]\n[project.optional-dependencies]\nx = ["optuna>=3"]\n'
_WITH_GROUP = '[project]\nname = "p"\ndependencies = ["numpy"]\n[dependency-groups]\nx = ["optuna>=2"]\n'


@pytest.mark.parametrize(
    ("texts", "chosen", "requirements"),
    [
        ({"requirements.txt": "numpy\n", "pyproject.toml": _RICHER}, ("pyproject.toml",), ("numpy", "optuna>=4")),
        ({"requirements.txt": "numpy\noptuna", "pyproject.toml": _RICHER}, ("requirements.txt",), ("numpy", "optuna")),
        ({"sub/requirements.txt": "numpy\n", "setup.py": "setup(install_requires=['numpy', 'optuna'])"},
         ("setup.py",), ("numpy", "optuna")),
        ({"pyproject.toml": _WITH_EXTRA}, ("pyproject.toml",), ("numpy", "optuna>=3")),
        ({"pyproject.toml": _WITH_GROUP}, ("pyproject.toml",), ("numpy", "optuna>=2")),
        ({"requirements.txt": "numpy\n", "environment.yml": "dependencies:\n  - optuna=3.1\n  - scipy\n"},
         ("requirements.txt", "environment.yml"), ("numpy", "optuna==3.1.*")),
        ({"requirements.txt": "numpy\n", "pip_list.txt": "Package Version\n------- -----\noptuna  4.1.0\n"},
         ("requirements.txt", "pip_list.txt"), ("numpy", "optuna==4.1.0")),
        ({"requirements.txt": "numpy\n", "pip-freeze.txt": "optuna==4.2.0\n"},
         ("requirements.txt", "pip-freeze.txt"), ("numpy", "optuna==4.2.0")),
        ({"requirements.txt": "numpy\n"}, ("requirements.txt",), ("numpy",)),
    ],
    ids=["richer beside it", "equal", "richer above it", "extra", "group", "conda beside it", "pip list", "pip freeze",
         "nowhere"],
)  # fmt: skip
def test_what_covers_the_imports_is_taken(
    texts: dict[str, str], chosen: tuple[str, ...], requirements: tuple[str, ...]
) -> None:
    """The list that lacks least of what the program imports; what it lacks comes from another one, by name."""
    found = needed_packages(_SCRIPT, files({"sub/fit.py": _IMPORTS, **texts}))
    assert (found.files, found.requirements) == (chosen, requirements)


def test_what_a_library_brings_along_lacks_nowhere() -> None:
    """Mlflow needs pandas: a list with mlflow is no poorer than one with both."""
    texts = {"sub/fit.py": "import mlflow\nimport pandas\n", "requirements.txt": "mlflow\n"}
    texts["pyproject.toml"] = '[project]\nname = "p"\ndependencies = ["mlflow", "pandas", "torch"]\n'
    assert needed_packages(_SCRIPT, files(texts)).files == ("requirements.txt",)


def test_an_installed_command_has_what_is_installed_with_it() -> None:
    """Its pyproject.toml comes first, and all modules of its package count: frameworks load some by their names."""
    one = Candidate(CandidateKind.SCRIPT, "p.main", module=True, function="f", command="p", file="pyproject.toml")
    texts = {"src/p/main.py": "import numpy\n", "src/p/settings.py": "import kedro_mlflow\n"}
    texts |= {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "p"\ndependencies = ["numpy>=1"]\n'}
    assert needed_packages(one, files(texts)).requirements == ("numpy>=1",)
    texts["pip_list.txt"] = "kedro-mlflow 0.14.4\n"
    assert needed_packages(one, files(texts)).requirements == ("numpy>=1", "kedro-mlflow==0.14.4")


def test_of_an_exported_environment_the_imports_are_asked() -> None:
    """And what pip had installed, and what libraries load by name; the rest is for one machine, and left out."""
    lines = [f"  - package-{number}=1.0=h0" for number in range(80)]
    conda = ["dependencies:", *lines, "  - numpy=1.24.3=py310", "  - pyarrow=11.0.0=py310", "  - pip:", "    - x==2"]
    found = needed_packages(_SCRIPT, files({"sub/fit.py": "import numpy\n", "env.yaml": "\n".join(conda)}))
    assert found.requirements == ("numpy==1.24.3", "pyarrow==11.0.0", "x==2")
    assert found.conda == ("numpy", "pyarrow")
    assert len(found.left_out) == 80


def test_a_short_environment_is_asked_whole() -> None:
    """What was written by hand is what the program needs; of pip's part nothing is conda's."""
    conda = "dependencies:\n  - numpy\n  - scipy=1.9\n  - pip:\n      - toolz\n"
    found = needed_packages(_SCRIPT, files({"sub/fit.py": "import numpy\n", "environment.yml": conda}))
    assert (found.requirements, found.conda) == (("numpy", "scipy==1.9.*", "toolz"), ("numpy", "scipy"))
