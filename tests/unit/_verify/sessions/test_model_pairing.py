"""Models under the names that the original's have."""

from __future__ import annotations

from bis._verify.sessions.model_pairing import paired_models
from bis.model.facets import ModelWeights


def model(name: str, digest: str, *, named: bool | None = True, framework: str = "sklearn") -> ModelWeights:
    """A model."""
    return ModelWeights(name, framework, digest, named=named)


def found(originals: list[ModelWeights], replayed: list[ModelWeights], *, exact: bool = True) -> list[tuple[str, str]]:
    """Names and weights of the counterparts."""
    return [(m.name, m.digest) for m in paired_models(originals, replayed, for_agreement=exact)]


def test_names_of_the_program_decide() -> None:
    """In any order; one that is not there has no counterpart."""
    originals = [model("a", "1"), model("b", "2"), model("c", "3")]
    assert found(originals, [model("b", "9"), model("a", "1"), model("x", "3")]) == [("a", "1"), ("b", "9")]


def test_names_of_a_server_do_not() -> None:
    """The one model without a name is found whatever the server calls it, and differs where its weights do."""
    original = [model("learned-deer-760", "1", named=False)]
    assert found(original, [model("model-1", "1", named=False)]) == [("learned-deer-760", "1")]
    assert found(original, [model("model-1", "2", named=False)]) == [("learned-deer-760", "2")]


def test_unnamed_models_are_paired_by_framework_weights_and_order() -> None:
    """Fresh replays by framework and order only: their weights choose nothing."""
    originals = [model("x-y-1", "1", named=False), model("x-y-2", "2", named=False, framework="torch")]
    originals.append(model("x-y-3", "3", named=False))
    replayed = [model(f"model-{i}", d, named=False) for i, d in enumerate(("3", "1"))]
    replayed.append(model("model-3", "2", named=False, framework="torch"))
    assert found(originals, replayed) == [("x-y-1", "1"), ("x-y-2", "2"), ("x-y-3", "3")]
    assert found(originals, replayed, exact=False) == [("x-y-1", "3"), ("x-y-2", "2"), ("x-y-3", "1")]


def test_records_of_before_are_judged_by_the_looks_of_a_name() -> None:
    """Where it was not recorded who gave the name."""
    assert found([model("old-cat-12", "1", named=None)], [model("model-1", "1", named=False)]) == [("old-cat-12", "1")]
    assert found([model("model", "1", named=None)], [model("model-1", "1", named=False)]) == []
