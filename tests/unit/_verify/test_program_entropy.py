"""The program's own draws of entropy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.program_entropy import deterministic, drawn_by_the_program
from bis.model.facets import Randomness, Seed, Status, Uncontrolled

NOTHING = Randomness(Status.RECORDED, root="ab" * 32, hash_seed="1")
SEEDED = (Seed("random.seed", "0", "train.py", 1), Seed("numpy.random.seed", "0", "train.py", 2))


def drew(*seeds: Seed, **draws: int) -> Randomness:
    """A randomness facet with these draws and seeds."""
    return replace(NOTHING, draws=draws, seeds=seeds)


def test_bookkeeping_is_not_the_program() -> None:
    """Run ids, names of temporary files and connections are drawn by others; a child's draws carry its key."""
    streams = ["mlflow", "python.tempfile", "main/subprocess:__main__:1/mlflow", "__main__", "main/fork:x:1/sklearn"]
    assert drawn_by_the_program(streams) == {"__main__", "main/fork:x:1/sklearn"}


def test_a_program_that_drew_nothing_is_deterministic() -> None:
    """Nothing was drawn, or only for ids."""
    assert deterministic(NOTHING) is True
    assert deterministic(drew(mlflow=2, sqlalchemy=4, opentelemetry=6)) is True


def test_a_program_that_drew_is_not() -> None:
    """A draw of the program, of a library or of a child process."""
    assert deterministic(drew(__main__=1)) is False
    assert deterministic(drew(sklearn=1, mlflow=2)) is False
    assert deterministic(replace(NOTHING, draws={"main/fork:x:1/random": 1}, seeds=SEEDED)) is False
    assert deterministic(drew(*SEEDED, numpy=2)) is False


def test_the_seed_of_a_shared_generator_says_nothing_by_itself() -> None:
    """MLflow loads random and NumPy: whether the program used their generators is known only where it seeded them."""
    assert deterministic(drew(random=1, numpy=1)) is None
    assert deterministic(drew(SEEDED[0], random=1, numpy=1)) is None
    assert deterministic(drew(*SEEDED, random=1, numpy=1)) is True
    of_a_library = [replace(seed, package="lightning") for seed in SEEDED]
    assert deterministic(drew(*of_a_library, random=1, numpy=1)) is None


def test_a_shared_generator_that_nobody_used_is_known() -> None:
    """Its state is the one in which it began; that of a child is another one."""
    loaded = replace(drew(random=1, numpy=1), untouched=("numpy.random", "python.random"))
    assert deterministic(loaded) is True
    assert deterministic(replace(loaded, untouched=("python.random",))) is None
    assert deterministic(replace(loaded, draws={"random": 1, "__main__": 1})) is False
    assert deterministic(replace(loaded, seeds=SEEDED[1:], untouched=("python.random",))) is True


@pytest.mark.parametrize(
    "randomness",
    [
        replace(NOTHING, status=Status.PARTIAL, reasons=("ended from outside",)),
        Randomness(Status.MISSING),
        replace(NOTHING, root=None),
        replace(NOTHING, uncontrolled=(Uncontrolled("threads", "a race"),)),
    ],
)
def test_what_was_not_recorded_is_not_known(randomness: Randomness) -> None:
    """Partial, missing, not served or out of control: no claim."""
    assert deterministic(randomness) is None


def test_draws_of_libraries_while_they_are_imported_say_nothing() -> None:
    """SciPy and scikit-learn draw for examples and defaults; one draw more is a draw of the program."""
    imported = replace(drew(scipy=4, sklearn=2), at_import={"scipy": 4, "sklearn": 2})
    assert deterministic(imported) is True
    assert deterministic(replace(imported, draws={"scipy": 5, "sklearn": 2})) is False
    assert deterministic(replace(drew(numpy=1), at_import={"numpy": 1})) is None  # its shared generator may be used


def test_generators_that_were_left_alone_moved_nothing() -> None:
    """Loaded and never used, in the program and in its children; or seeded by the program."""
    left = replace(drew(random=1, numpy=1, torch=1), untouched=("numpy.random", "python.random", "torch.cpu"))
    assert deterministic(left) is True
    assert deterministic(replace(left, untouched=("python.random", "torch.cpu"))) is None
    assert deterministic(replace(left, untouched=("python.random", "numpy.random"))) is False
    seeded = replace(left, untouched=(), seeds=(*SEEDED, Seed("torch.manual_seed", "0", "train.py", 3)))
    assert deterministic(seeded) is True
    child = replace(NOTHING, draws={"main/process:x:1/random": 1}, untouched=("main/process:x:1/python.random",))
    assert deterministic(child) is True


def test_a_helper_of_a_framework_seeds_for_the_program() -> None:
    """`seed_everything` counts as the program's seed; what a library seeds for itself does not."""
    helped = [replace(seed, package="lightning", helper="seed_everything") for seed in SEEDED]
    assert deterministic(drew(*helped, random=1, numpy=1)) is True
