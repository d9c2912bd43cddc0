"""What one file declares, and which imports that leaves open."""

from __future__ import annotations

import pytest

from bis._try.declared_lists import declared_list, is_pip_list, lacking, lines_giving, lines_of_extras, name_of
from tests.unit._try.test_candidates import files


@pytest.mark.parametrize(
    ("lines", "lacks"),
    [
        (["opencv-python-headless==4.5"], []),  # which brings numpy along
        (["requests"], [("opencv-python", "opencv-python-headless"), ("numpy", "numpy-base")]),
        (["opencv-contrib-python", "numpy"], []),
        (["scikit-learn"], [("opencv-python", "opencv-python-headless")]),
        (["NumPy>=1", "OpenCV_Python"], []),
        (["mlflow"], [("opencv-python", "opencv-python-headless")]),  # which brings numpy along
    ],
)
def test_any_distribution_of_an_import_will_do(lines: list[str], lacks: list[tuple[str, str]]) -> None:
    """By its normalised name, or brought along by another one that is declared."""
    imports = (("opencv-python", "opencv-python-headless", "opencv-contrib-python"), ("numpy", "numpy-base"))
    assert [one[:2] for one in lacking(lines, imports)] == lacks


def test_stars_stand_for_the_ends_of_names() -> None:
    """A plug-in by any name."""
    assert lines_giving(["hydra-optuna-sweeper==1.2", "hydra"], ("hydra-*",)) == ("hydra-optuna-sweeper==1.2",)
    assert lacking(["azureml-core"], (("azureml-*",),)) == ()


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("uv_pip_list.txt", "Package    Version\n---------- -------\nkedro      0.19.12\n", ["kedro==0.19.12"]),
        ("pip-freeze.txt", "kedro==0.19.12\n-e git+https://x/y#egg=y\n", ["kedro==0.19.12"]),
        ("piplist.txt", "kedro 1.0 /home/me/kedro\n", ["kedro==1.0"]),
    ],
)
def test_what_pip_lists(name: str, text: str, lines: list[str]) -> None:
    """Names and versions; headings and what was installed from elsewhere are no packages."""
    assert is_pip_list(name)
    assert declared_list(name, files({name: text})).lines == lines


def test_names_of_requirements_and_of_other_files() -> None:
    """A list of requirements is none of what pip printed."""
    assert not is_pip_list("requirements.txt")
    assert name_of("Ray[tune]>=2 ; python_version<'3.9'") == "ray"
    assert name_of("-e .") == ""
    assert lines_of_extras("setup.cfg", files({"setup.cfg": ""})) == ()
    assert lines_of_extras("pyproject.toml", files({"pyproject.toml": "not = [toml"})) == ()
