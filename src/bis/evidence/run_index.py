"""Listing runs: what a listing does, and a listing by MLflow's own search, which every store has."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from bis.errors import UsageError
from bis.model.stored_runs import SUMMARY_TAGS, RunFilter, RunPage, RunSummary

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_PAGE = 1000
_LEAST_PAGE = 50
_ALL = 10_000
# MLflow's SQL stores keep infinities as the largest doubles.
_LARGEST = 1.7976931348623157e308


class RunIndex(Protocol):
    """Lists the runs of a store, latest first; deleted runs and runs of deleted experiments are left out."""

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """At most `limit` of the runs that `wanted` selects, from `token` on; `metrics` says whether to read those."""


def all_runs(index: RunIndex, wanted: RunFilter, *, limit: int | None, metrics: bool = False) -> Iterator[RunSummary]:
    """Runs from as many pages as are needed, at most `limit` (None: all of them)."""
    token: str | None = None
    left = limit
    while left is None or left > 0:
        page = index.page(wanted, limit=_ALL if left is None else left, token=token, metrics=metrics)
        yield from page.runs
        left = None if left is None else left - len(page.runs)
        token = page.token
        if token is None:
            return


class SearchIndex:
    """Lists runs through `MlflowClient.search_runs`: for servers, file stores, and whatever else MLflow knows."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._experiments: dict[str, str] = {}

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """At most `limit` runs; replays are left out of a page after it was read, so that it may be a short one."""
        if wanted.experiment_id is not None:
            chosen = [wanted.experiment_id]
        else:
            if token is None:  # a new listing: experiments may have been created since the last one
                self._experiments = self._names()
            chosen = [i for i, name in self._experiments.items() if wanted.experiment in {None, name}]
        names = self._experiments
        if not chosen:
            return RunPage(())
        # Pages of a few runs cost a request each: where replays are left out, more are read than are given.
        found = self._client.search_runs(
            experiment_ids=chosen,
            filter_string=filter_text(wanted),
            order_by=["attributes.start_time DESC"],
            max_results=min(limit, _MAX_PAGE) if wanted.with_replays else min(max(limit, _LEAST_PAGE), _MAX_PAGE),
            page_token=None if token is None else token.partition(":")[2] or None,
        )
        skipped = 0 if token is None else int(token.partition(":")[0])
        matching = [r for r in found if _matches(r, wanted)]
        given = matching[skipped : skipped + limit]
        runs = tuple(_summary(r, names, metrics=metrics) for r in given)
        if skipped + limit < len(matching):
            here = "" if token is None else token.partition(":")[2]
            return RunPage(runs, f"{skipped + limit}:{here}")
        return RunPage(runs, f"0:{found.token}" if found.token else None)

    def whole_runs(self, wanted: RunFilter, *, search: str = "") -> tuple[RunSummary, ...]:
        """All runs that `wanted` and the condition `search` select, with all their params, tags and last values.

        Raises
        ------
        UsageError
            MLflow does not understand `search`.
        """
        names = self._names()
        chosen = [i for i, name in names.items() if wanted.experiment in {None, name}]
        condition = " and ".join(part for part in (filter_text(wanted), search) if part)
        found: list[RunSummary] = []
        token = None
        while chosen:
            page = self._searched(chosen, condition, search, token)
            found += [_whole(r, _summary(r, names, metrics=True)) for r in page if _matches(r, wanted)]
            token = page.token
            if not token:
                break
        return tuple(found)

    def _searched(self, chosen: list[str], condition: str, search: str, token: str | None) -> Any:
        try:
            return self._client.search_runs(
                experiment_ids=chosen,
                filter_string=condition,
                order_by=["attributes.start_time DESC"],
                max_results=_MAX_PAGE,
                page_token=token,
            )
        except Exception as error:
            if not search or getattr(error, "error_code", "") != "INVALID_PARAMETER_VALUE":
                raise
            raise UsageError(
                f"MLflow does not understand the filter {search!r}: {str(error).splitlines()[0]}",
                hint="For instance: params.model = 'svm' and metrics.acc > 0.5 and tags.`mlflow.user` = 'me'.",
            ) from error

    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        token = None
        while True:
            page = self._client.search_experiments(max_results=_MAX_PAGE, page_token=token)
            names |= {str(e.experiment_id): str(e.name) for e in page}
            token = page.token
            if not token:
                return names


def stored_value(value: float) -> float:
    """The value that was logged, of one that MLflow gives back."""
    return math.copysign(math.inf, value) if abs(value) == _LARGEST else value


def filter_text(wanted: RunFilter) -> str:
    """The conditions in the language of MLflow's search, but for those that it cannot express in all versions."""
    conditions = [f"tags.`{key}` = {quoted(value)}" for key, value in sorted(wanted.required_tags.items())]
    if wanted.prefix:
        conditions.append(f"attributes.run_id LIKE {quoted(wanted.prefix + '%')}")
    return " and ".join(conditions)


def quoted(text: str) -> str:
    """A text for MLflow's search, which has no way to escape a quote in a text.

    Raises
    ------
    ValueError
        It has quotes of both kinds.
    """
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    raise ValueError(f"MLflow cannot search for a text with quotes of both kinds: {text!r}")


def _matches(run: Any, wanted: RunFilter) -> bool:
    tags = run.data.tags
    return str(run.info.run_id).startswith(wanted.prefix) and (wanted.with_replays or "bis.replay.of" not in tags)


def _whole(run: Any, summary: RunSummary) -> RunSummary:
    return replace(summary, tags=dict(run.data.tags), params=dict(run.data.params))


def _summary(run: Any, names: dict[str, str], *, metrics: bool) -> RunSummary:
    info, data = run.info, run.data
    return RunSummary(
        run_id=str(info.run_id),
        experiment_id=str(info.experiment_id),
        experiment=names.get(str(info.experiment_id), ""),
        name=info.run_name or "",
        status=str(info.status),
        started_unix_s=(info.start_time or 0) / 1000,
        ended_unix_s=None if info.end_time is None else info.end_time / 1000,
        tags={k: data.tags[k] for k in SUMMARY_TAGS if k in data.tags},
        metrics={k: stored_value(float(v)) for k, v in sorted(data.metrics.items())} if metrics else {},
    )
