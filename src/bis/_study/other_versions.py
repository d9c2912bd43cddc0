"""What is said before a study begins whose steps were done with other versions: all are done again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.progress import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis.model.study_result import StudyVersions

_LISTED = 5


def versions_by_name(versions: StudyVersions) -> dict[str, str]:
    """The versions that decide over results: of Python, of bis, and of the installed packages."""
    return {**versions.packages, "bis": versions.bis, "Python": versions.python}


def notes_on_versions(
    before: Mapping[str, str] | None, versions: StudyVersions, *, steps: int, begun: bool
) -> Iterator[Note]:
    """What the user should know of versions, before the first step.

    Parameters
    ----------
    before : mapping of str to str, optional
        The versions of last time, as `versions_by_name` gives them; None where the study was never begun.
    versions : StudyVersions
        Those of now.
    steps : int
        How many steps the study has.
    begun : bool
        Whether a step was done with those of now already: then the study goes on.
    """
    now = versions_by_name(versions)
    if before is None or begun or before == now:
        return
    differing = sorted(n for n in before.keys() | now.keys() if before.get(n) != now.get(n))
    yield Note("study-begins-anew", {"steps": steps, "differing": len(differing)})
    for name in differing[:_LISTED]:
        yield Note("version-differs", {"name": name, "before": before.get(name, ""), "now": now.get(name, "")})
    if len(differing) > _LISTED:
        yield Note("more-packages-differ", {"count": len(differing) - _LISTED})
