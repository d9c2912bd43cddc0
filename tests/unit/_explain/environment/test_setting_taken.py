"""Whether libraries took a setting."""

from __future__ import annotations

from bis._explain.environment.environment_change import EnvironmentChange
from bis._explain.environment.setting_taken import not_taken
from bis._explain.environment.settings import parse
from bis.model.facets import ThreadPool
from bis.model.library_state import LibraryState
from bis.model.statement import StatementCode

BLAS = ThreadPool("blas", "openblas", threads=2, architecture="SkylakeX")


def change(spec: str) -> EnvironmentChange:
    """The only value of a setting."""
    setting = parse(spec)
    return EnvironmentChange(setting, "", setting.values[0])


def test_libraries_that_kept_their_threads_are_named() -> None:
    """By what the library itself says; TensorFlow says 0 where it follows the variable."""
    state = LibraryState((BLAS, ThreadPool("openmp", "libgomp", threads=1)), {"tensorflow.intraop": 0})
    [said] = not_taken(change("threads=1"), state)
    assert (said.code, said.figures) == (StatementCode.SETTING_NOT_TAKEN, {"libraries": ("openblas",)})
    assert not_taken(change("threads=2"), LibraryState((BLAS,), {"torch.intraop": 2})) == ()


def test_kernels_are_compared_by_the_name_that_openblas_gives_them() -> None:
    """A build without kernels for Zen takes those for Haswell."""
    haswell = ThreadPool("blas", "openblas", architecture="Haswell")
    state = LibraryState((haswell,), switches={"torch.cpu_capability": "AVX2"})
    assert not_taken(change("cpu=haswell"), state) == not_taken(change("cpu=zen"), state) == ()
    [said] = not_taken(change("cpu=skylakex"), state)
    assert said.figures == {"libraries": ("openblas", "torch")}


def test_switches_are_compared() -> None:
    """A program that switches determinism off again is seen."""
    state = LibraryState(switches={"torch.deterministic_algorithms": "False", "torch.mkldnn": "False"})
    [said] = not_taken(change("determinism=on"), state)
    assert said.figures == {"libraries": ("torch.deterministic_algorithms",)}
    assert not_taken(change("onednn=off"), state) == ()


def test_nothing_loaded_is_no_answer() -> None:
    """Where no library has the setting it is said; where the program did not say anything, nothing is."""
    [said] = not_taken(change("threads=1"), LibraryState())
    assert said.code is StatementCode.SETTING_REACHES_NOTHING
    assert not_taken(change("threads=1"), None) == ()
    assert not_taken(change("hash_seed=1"), LibraryState()) == ()
