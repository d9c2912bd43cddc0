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

# The streams from which libraries seed their shared generators when they are loaded, and the call by which a program
# seeds the same generator itself. MLflow loads the first two in every program.
_SHARED_GENERATORS = {"random": "random.seed", "numpy": "numpy.random.seed"}

# The generators behind these streams, by the names under which their states are recorded.
_GENERATOR_OF = {"random": "python.random", "numpy": "numpy.random"}


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
        bookkeeping. The draw by which `random` or NumPy seeds its shared generator when it is loaded is passed over
        where the program seeded that generator itself, or nothing was drawn from it; where that is not known: None.
        None too where anything was not recorded. False where the program drew.
    """
    if randomness.status is not Status.RECORDED or randomness.root is None or randomness.uncontrolled:
        return None
    own = drawn_by_the_program(randomness.draws)
    loaded = {stream for stream in own if stream in _SHARED_GENERATORS and randomness.draws[stream] == 1}
    if own - loaded:
        return False
    seeded = {seed.api for seed in randomness.seeds if not seed.package}
    settled = {s for s in loaded if _SHARED_GENERATORS[s] in seeded or _GENERATOR_OF[s] in randomness.unused}
    return True if settled == loaded else None
