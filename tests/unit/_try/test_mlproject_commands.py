"""Commands of an MLproject."""

from __future__ import annotations

from bis._try.mlproject_commands import environment_named, mlproject_candidates


def test_modules_settings_and_continued_lines_are_understood() -> None:
    """`python -m`, variables before the command, a backslash at the end of a line."""
    text = (
        'entry_points:\n  a:\n    command: "X=1 python -m pkg.run --n 1"\n'
        "  b:\n    command: |\n      python t.py \\\n        --n 2\n"
    )
    first, second = mlproject_candidates("MLproject", text)
    assert (first.target, first.module, first.argv) == ("pkg.run", True, ("--n", "1"))
    assert (second.target, second.argv) == ("t.py", ("--n", "2"))


def test_options_that_a_shell_takes_apart() -> None:
    """`$(echo {options})` gives as many arguments as there are words, and none for an empty default."""
    text = (
        "entry_points:\n  main:\n    parameters:\n      hydra-options: {type: str, default: ''}\n"
        "      more: {type: str, default: 'a=1 b=2'}\n"
        "    command: python main.py $(echo {hydra-options}) $(echo {more})\n"
    )
    (found,) = mlproject_candidates("MLproject", text)
    assert found.argv == ("a=1", "b=2")


def test_other_programs_are_not_offered() -> None:
    """What a shell, Spark or R starts is not run here, nor are two commands in one."""
    text = "entry_points:\n  a: {command: bash run.sh}\n  b: {command: python a.py && python b.py}\n"
    assert list(mlproject_candidates("MLproject", text)) == []


def test_the_environment_is_named() -> None:
    """By `conda_env` or `python_env`; what is no YAML names none."""
    assert environment_named("conda_env: c.yaml\n") == "c.yaml"
    assert environment_named("name: [") == ""
