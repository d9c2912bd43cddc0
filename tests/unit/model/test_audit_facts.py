"""The facts: their order, their names, their meaning."""

from __future__ import annotations

from bis.model.audit_facts import FACTS


def test_the_facts_in_their_order() -> None:
    """Columns of tables and documents keep this order; a fact that is added comes last."""
    assert list(FACTS) == [
        *("uses_mlflow", "via", "logs_params", "logs_metrics", "autolog", "autolog_too_late", "logs_model"),
        *("logs_artifact", "logs_dataset", "sets_tags", "registers_model", "params_not_logged_at_all"),
        *("unseeded_split", "unseeded_estimator", "seeds_set", "deps_declared", "deps_pinned", "hardcoded_run_id"),
        *("absolute_local_path", "mlproject", "readme_tracking", "trains_model"),
    ]


def test_each_fact_is_told_in_a_line() -> None:
    """The meaning of a fact is one line that can stand in a table."""
    for meaning in FACTS.values():
        assert meaning == meaning.strip()
        assert "\n" not in meaning
        assert 10 < len(meaning) <= 110
