"""Pages of what is stored."""

from __future__ import annotations

from typing import Literal

from bis.api.named_runs import runs_asked_for

Languages = Literal["en", "fr"]


def report_page(
    run_id: str, *, language: Languages = "en", interactive: bool = False, tracking_uri: str | None = None
) -> str:
    """The page of a run as HTML: what it was made of, its replays and verdict, and what explains a difference.

    Parameters
    ----------
    run_id : str
        An MLflow run id, a unique prefix of one, or ``last``.
    language : {"en", "fr"}
        Of the page.
    interactive : bool
        Whether figures are drawn in the reader's browser, by a program of 0.9 MB within the page. Needs the extra
        ``report``, as figures do; without it there are tables.
    tracking_uri : str, optional
        Where the run is; MLflow's own default otherwise.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    UsageError
        There are no pages in this language, or `interactive` was asked for without the extra.
    """
    from bis.evidence.run_pages import stored_page  # pages are made by few verbs, and the templates take time to load
    from bis.report.html.page import check_interactive
    from bis.report.languages.language import language as language_of

    chosen = language_of(language)
    check_interactive(interactive)
    (found,) = runs_asked_for(tracking_uri, run_id)
    return stored_page(found.store, found.run_id, chosen, interactive=interactive)
