"""Listing the runs of an SQL store with three queries, on the engine that MLflow's store has already.

`search_runs` builds each run with all its params, metrics, tags and inputs; a listing needs few columns of few tables.
Import it late: it loads MLflow's database code, which takes over a second and which clients of a server do not need.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sql
from mlflow.store.tracking.dbmodels.models import SqlExperiment, SqlLatestMetric, SqlRun, SqlTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from bis.evidence.run_index import stored_value
from bis.model.stored_runs import SUMMARY_TAGS, RunFilter, RunPage, RunSummary

_MAX_VARIABLES = 500  # SQLite took 999 in one statement for long
_ACTIVE = "active"


def sql_index(store: Any) -> SqlIndex | None:
    """An index for MLflow's SQL store; None where `store` is another one, or one that keeps workspaces apart."""
    if not isinstance(store, SqlAlchemyStore) or getattr(store, "supports_workspaces", False):
        return None
    return SqlIndex(store.engine)


class SqlIndex:
    """Lists runs by SQL; the token of a page is the number of runs before the next one.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of a database with MLflow's tables.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def page(self, wanted: RunFilter, *, limit: int, token: str | None = None, metrics: bool = False) -> RunPage:
        """At most `limit` runs."""
        first = int(token or 0)
        query = _selected(wanted).limit(limit + 1).offset(first)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
            more = len(rows) > limit
            rows = rows[:limit]
            ids = [row[0] for row in rows]
            tags = _tags(connection, ids)
            values = _metrics(connection, ids) if metrics else {}
        runs = tuple(
            RunSummary(
                run_id=run_id,
                experiment_id=str(experiment_id),
                experiment=experiment or "",
                name=name or "",
                status=status,
                started_unix_s=(started or 0) / 1000,
                ended_unix_s=None if ended is None else ended / 1000,
                tags=tags.get(run_id, {}),
                metrics=values.get(run_id, {}),
            )
            for run_id, experiment_id, experiment, name, status, started, ended in rows
        )
        return RunPage(runs, str(first + limit) if more else None)


def _selected(wanted: RunFilter) -> Any:
    """The query for the runs themselves."""
    query = (
        sql.select(
            SqlRun.run_uuid,
            SqlRun.experiment_id,
            SqlExperiment.name,
            SqlRun.name,
            SqlRun.status,
            SqlRun.start_time,
            SqlRun.end_time,
        )
        .join(SqlExperiment, SqlExperiment.experiment_id == SqlRun.experiment_id)
        .where(SqlRun.lifecycle_stage == _ACTIVE)
        .order_by(SqlRun.start_time.desc(), SqlRun.run_uuid)
    )
    if wanted.experiment_id is None:
        query = query.where(SqlExperiment.lifecycle_stage == _ACTIVE)
    else:
        query = query.where(SqlRun.experiment_id == int(wanted.experiment_id))
    if wanted.experiment is not None:
        query = query.where(SqlExperiment.name == wanted.experiment)
    if wanted.prefix:
        query = query.where(SqlRun.run_uuid.startswith(wanted.prefix, autoescape=True))
    for key, value in sorted(wanted.required_tags.items()):
        query = query.where(
            sql.exists().where(SqlTag.run_uuid == SqlRun.run_uuid, SqlTag.key == key, SqlTag.value == value)
        )
    if not wanted.with_replays:
        query = query.where(~sql.exists().where(SqlTag.run_uuid == SqlRun.run_uuid, SqlTag.key == "bis.replay.of"))
    return query


def _tags(connection: Any, ids: list[str]) -> dict[str, dict[str, str]]:
    query = sql.select(SqlTag.run_uuid, SqlTag.key, SqlTag.value).where(SqlTag.key.in_(SUMMARY_TAGS))
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in _of_runs(connection, query, SqlTag.run_uuid, ids):
        found.setdefault(run_id, {})[key] = value or ""
    return found


def _metrics(connection: Any, ids: list[str]) -> dict[str, dict[str, float]]:
    latest = SqlLatestMetric
    query = sql.select(latest.run_uuid, latest.key, latest.value, latest.is_nan).order_by(latest.key)
    found: dict[str, dict[str, float]] = {}
    for run_id, key, value, is_nan in _of_runs(connection, query, latest.run_uuid, ids):
        found.setdefault(run_id, {})[key] = float("nan") if is_nan else stored_value(float(value))
    return found


def _of_runs(connection: Any, query: Any, column: Any, ids: list[str]) -> Any:
    """The rows of a query that belong to these runs."""
    for start in range(0, len(ids), _MAX_VARIABLES):
        yield from connection.execute(query.where(column.in_(ids[start : start + _MAX_VARIABLES])))
