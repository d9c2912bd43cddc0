"""The draws of entropy that are the program's own, among all that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.facets import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.facets import Randomness

# Packages that keep the record and not the experiment: what they draw (run ids, names of files, keys of connections)
# moves no result, and differs where the store is another one.
_BOOKKEEPERS = frozenset(
    {"alembic", "bis", "cryptography", "git", "mlflow", "opentelemetry", "requests", "sqlalchemy", "urllib3"}
)

# The streams from which shared generators are seeded when they are loaded, the generators, and the calls by which a
# program seeds them itself. MLflow loads the first two in every program.
_SHARED_GENERATORS = {
    "random": ("python.random", "random.seed"),
    "numpy": ("numpy.random", "numpy.random.seed"),
    "torch": ("torch.cpu", "torch.manual_seed"),
}


def drawn_by_the_program(streams: Iterable[str]) -> frozenset[str]:
    """The streams without those of bookkeeping; a stream is named ``[process/]package``."""
    packages = {stream: stream.rpartition("/")[2] for stream in streams}
    return frozenset(s for s, p in packages.items() if p not in _BOOKKEEPERS and not p.startswith("python."))


def deterministic(randomness: Randomness) -> bool | None:
    """Whether a program drew no entropy, so that chance cannot explain another result of a replay.

    Parameters
    ----------
    randomness : Randomness
        What was recorded of the original.

    Returns
    -------
    bool or None
        True where entropy was served, all of it was recorded, nothing is out of control, and nothing was drawn but for
        bookkeeping and by libraries while they were imported. The draw by which a shared generator is seeded when it is
        loaded is passed over where nothing was drawn of that generator, or the program seeded it itself. Where neither
        is known, it is not known whether it was used: None. None too where anything was not recorded. False where the
        program drew.
    """
    if randomness.status is not Status.RECORDED or randomness.root is None or randomness.uncontrolled:
        return None
    own = drawn_by_the_program(randomness.draws)
    shared = {stream for stream in own if _seeds_a_shared_generator(stream, randomness)}
    if any(randomness.draws[stream] > randomness.at_import.get(stream, 0) for stream in own - shared):
        return False
    seeded = {seed.api for seed in randomness.seeds if seed.is_the_programs}
    left = [s for s in shared if not _is_untouched(s, randomness) and _SHARED_GENERATORS[s][1] not in seeded]
    if "torch" in left:  # which only programs load that use it
        return False
    return None if left else True


def _seeds_a_shared_generator(stream: str, randomness: Randomness) -> bool:
    """Whether this stream is the seed of a shared generator and nothing else."""
    if stream.rpartition("/")[2] not in _SHARED_GENERATORS:
        return False
    return _is_untouched(stream, randomness) or ("/" not in stream and randomness.draws[stream] == 1)


def _is_untouched(stream: str, randomness: Randomness) -> bool:
    process, slash, package = stream.rpartition("/")
    return f"{process}{slash}{_SHARED_GENERATORS[package][0]}" in (randomness.untouched or ())
