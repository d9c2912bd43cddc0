"""Which run of a replay belongs to which run of the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis._verify.sessions.run_pairing import pair_runs
from bis.model.facets import ModelWeights

from .session_values import in_order, run

if TYPE_CHECKING:
    from bis._verify.sessions.run_pairing import RunPairing
    from bis.model.session_run import SessionRun


def paired(
    originals: tuple[SessionRun, ...], replayed: tuple[SessionRun, ...], *, for_agreement: bool = True
) -> RunPairing:
    """Pair; a metric named `time` measures the machine."""
    return pair_runs(originals, replayed, counts=lambda name: name != "time", for_agreement=for_agreement)


def ids(originals: tuple[SessionRun, ...], replayed: tuple[SessionRun, ...], pairing: RunPairing) -> dict[str, str]:
    """Pairs by the ids of the runs."""
    return {
        originals[i].identity.run_id: replayed[k].identity.run_id
        for i, k in enumerate(pairing.counterparts)
        if k is not None
    }


def depth(run_id: str, value: int, **more: Any) -> SessionRun:
    """A run with a param, whose metric depends on it."""
    return run(run_id, {"acc": 0.5 + value / 7}, params={"max_depth": str(value)}, **more)


def test_params_decide_and_not_the_order() -> None:
    """Runs that threads created in another order are found by their params."""
    originals = in_order(*(depth(f"o{d}", d) for d in (1, 2, 3, 4)))
    replayed = in_order(*(depth(f"r{d}", d) for d in (3, 1, 4, 2)))
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {f"o{d}": f"r{d}" for d in (1, 2, 3, 4)}
    assert not found.by_results


def test_ids_that_are_drawn_again_say_nothing() -> None:
    """With the recorded entropy, the first run that is created gets the id of the original's first."""
    originals = in_order(depth("first", 1), depth("second", 2))
    replayed = in_order(depth("first", 2), depth("second", 1))
    assert ids(originals, replayed, paired(originals, replayed)) == {"first": "second", "second": "first"}


def test_a_run_that_is_named_by_its_id_is_found_by_it() -> None:
    """A program that takes up a run of before does so in its replay, too."""
    taken_up, new = run("f00", {"m": 1.0}, named=None), run("a", {"m": 1.0}, named=False)
    originals, replayed = in_order(taken_up, new), in_order(run("b", {"m": 1.0}, named=False), taken_up)
    assert ids(originals, replayed, paired(originals, replayed)) == {"f00": "f00", "a": "b"}


def test_names_of_mlflow_are_names_of_nobody() -> None:
    """Names that were drawn in order of creation do not outweigh a param; names of the program do."""
    originals = in_order(
        depth("a", 1, name="learned-deer-760", named=False), depth("b", 2, name="old-cat-1", named=False)
    )
    replayed = in_order(
        depth("c", 2, name="learned-deer-760", named=False), depth("d", 1, name="old-cat-1", named=False)
    )
    assert ids(originals, replayed, paired(originals, replayed)) == {"a": "d", "b": "c"}
    first = in_order(run("a", {"m": 1.0}, name="train"), run("b", {"m": 1.0}, name="test"))
    second = in_order(run("c", {"m": 1.0}, name="test"), run("d", {"m": 1.0}, name="train"))
    assert ids(first, second, paired(first, second)) == {"a": "d", "b": "c"}


def test_the_number_of_a_trial_says_less_than_its_params() -> None:
    """Trials of several jobs are numbered in the order in which they started; other names outweigh a param."""
    originals = in_order(*(depth(f"o{d}", d, name=f"trial-{n}") for n, d in enumerate((1, 2, 3))))
    replayed = in_order(*(depth(f"r{d}", d, name=f"trial-{n}") for n, d in enumerate((2, 3, 1))))
    assert ids(originals, replayed, paired(originals, replayed)) == {f"o{d}": f"r{d}" for d in (1, 2, 3)}
    first = in_order(*(run(f"o{n}", {"m": 1.0}, name=n, params={"best": b}) for n, b in (("a", "1"), ("b", "2"))))
    second = in_order(*(run(f"r{n}", {"m": 1.0}, name=n, params={"best": b}) for n, b in (("a", "2"), ("b", "1"))))
    assert ids(first, second, paired(first, second)) == {"oa": "ra", "ob": "rb"}
    folds = in_order(*(run(f"o{n}", {"m": 1.0}, name=f"fold-{n}", params={"cv": "5"}) for n in (1, 2)))
    again = in_order(*(run(f"r{n}", {"m": 1.0}, name=f"fold-{n}", params={"cv": "5"}) for n in (2, 1)))
    assert ids(folds, again, paired(folds, again)) == {"o1": "r1", "o2": "r2"}


def test_a_name_of_an_old_record_is_judged_by_its_looks() -> None:
    """Where it was not recorded who gave the name, one that looks like MLflow's is passed over."""
    originals = in_order(
        depth("a", 1, name="learned-deer-760", named=None), depth("b", 2, name="old-cat-1", named=None)
    )
    replayed = in_order(depth("c", 2, name="learned-deer-760", named=None), depth("d", 1, name="old-cat-1", named=None))
    assert ids(originals, replayed, paired(originals, replayed)) == {"a": "d", "b": "c"}


def test_params_that_are_new_each_time_do_not_matter() -> None:
    """A path or a date among the params hides nothing."""
    originals = in_order(*(run(f"o{d}", {"m": d}, params={"d": str(d), "path": f"/x/{d}"}) for d in (1, 2, 3)))
    replayed = in_order(*(run(f"r{d}", {"m": d}, params={"d": str(d), "path": f"/y/{d}"}) for d in (3, 2, 1)))
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {"o1": "r1", "o2": "r2", "o3": "r3"}
    assert not found.by_results


def test_the_best_match_wins_where_one_param_is_a_result() -> None:
    """One of several params differs in a pair: it is still the best one, and no other pair suffers."""
    grid = [("1", "a"), ("1", "b"), ("2", "a"), ("2", "b")]
    originals = in_order(*(run(f"o{x}{y}", {"m": 1.0}, params={"x": x, "y": y, "best": "1"}) for x, y in grid))
    replayed = in_order(
        *(
            run(f"r{x}{y}", {"m": 1.0}, params={"x": x, "y": y, "best": "2" if x + y == "1b" else "1"})
            for x, y in grid[::-1]
        )
    )
    assert ids(originals, replayed, paired(originals, replayed)) == {f"o{x}{y}": f"r{x}{y}" for x, y in grid}


def test_tags_and_what_was_logged_tell_runs_apart() -> None:
    """Without names or params."""
    originals = in_order(run("a", {"m": 1.0}, tags={"fold": "1"}), run("b", {"m": 1.0}, tags={"fold": "2"}))
    replayed = in_order(run("c", {"m": 1.0}, tags={"fold": "2"}), run("d", {"m": 1.0}, tags={"fold": "1"}))
    assert ids(originals, replayed, paired(originals, replayed)) == {"a": "d", "b": "c"}
    first = in_order(
        run("a", {"loss": 1.0}), run("b", {"acc": 1.0}), run("c", weights=[ModelWeights("x", "torch", "1")])
    )
    second = in_order(
        run("d", weights=[ModelWeights("y", "torch", "2")]), run("e", {"acc": 0.0}), run("f", {"loss": 1.0})
    )
    found = paired(first, second)
    assert ids(first, second, found) == {"a": "f", "b": "e", "c": "d"}
    assert not found.by_results


def test_children_follow_their_parents() -> None:
    """The same child occurs under each parent; parents are found by their names, in any order."""

    def tree(prefix: str, names: tuple[str, ...]) -> tuple[SessionRun, ...]:
        runs = []
        for name in names:
            runs.append(run(prefix + name, name=name))
            runs += [depth(f"{prefix}{name}{d}", d, parent=prefix + name) for d in (2, 1)]
        return in_order(*runs)

    originals, replayed = tree("o", ("lin", "tree")), tree("r", ("tree", "lin"))
    assert ids(originals, replayed, paired(originals, replayed)) == {
        f"o{rest}": f"r{rest}" for rest in ("lin", "lin1", "lin2", "tree", "tree1", "tree2")
    }


def test_parents_are_known_by_their_children() -> None:
    """Parents that have nothing of their own."""
    originals = in_order(
        run("a"), run("a1", params={"k": "1"}, parent="a"), run("b"), run("b1", params={"k": "2"}, parent="b")
    )
    replayed = in_order(
        run("c"), run("d"), run("c1", params={"k": "2"}, parent="c"), run("d1", params={"k": "1"}, parent="d")
    )
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {"a": "d", "a1": "d1", "b": "c", "b1": "c1"}
    assert not found.by_results


def test_missing_and_circular_parents_are_none() -> None:
    """A parent of another program, a run nested in itself, two nested in each other: all are paired."""

    def odd(prefix: str) -> tuple[SessionRun, ...]:
        return in_order(
            run(f"{prefix}1", {"m": 1.0}, name="lost", parent="elsewhere"),
            run(f"{prefix}2", {"m": 1.0}, name="self", parent=f"{prefix}2"),
            run(f"{prefix}3", {"m": 1.0}, name="x", parent=f"{prefix}4"),
            run(f"{prefix}4", {"m": 1.0}, name="y", parent=f"{prefix}3"),
            run(f"{prefix}5", {"m": 1.0}, name="below", parent=f"{prefix}3"),
        )

    originals, replayed = odd("o"), odd("r")[::-1]
    assert ids(originals, replayed, paired(originals, replayed)) == {f"o{n}": f"r{n}" for n in range(1, 6)}


def test_a_run_that_moved_to_another_parent_is_found() -> None:
    """What is left under other parents is paired at last."""
    originals = in_order(run("p", name="p"), depth("a", 1, parent="p"))
    replayed = in_order(run("q", name="p"), depth("b", 1))
    assert ids(originals, replayed, paired(originals, replayed)) == {"p": "q", "a": "b"}


def test_runs_like_each_other_are_compared_as_a_set() -> None:
    """As many as possible agree, the others are paired with what is left; measurements of time do not matter."""
    originals = in_order(*(run(f"o{i}", {"m": v, "time": i}) for i, v in enumerate((0.1, 0.2, 0.3))))
    replayed = in_order(*(run(f"r{i}", {"m": v, "time": 9 - i}) for i, v in enumerate((0.3, 0.1, 0.25))))
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {"o0": "r1", "o1": "r2", "o2": "r0"}
    assert found.by_results == {0, 1, 2}


def test_order_says_enough_where_it_agrees() -> None:
    """Runs that differ in nothing, and have the same results in the order in which they were created, are no set."""
    originals = in_order(*(run(f"o{i}", {"m": v}) for i, v in enumerate((0.1, 0.2))))
    replayed = in_order(*(run(f"r{i}", {"m": v}) for i, v in enumerate((0.1, 0.2))))
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {"o0": "r0", "o1": "r1"}
    assert not found.by_results


def test_results_do_not_choose_the_pairs_of_fresh_replays() -> None:
    """Both sides are put in the same order by size: the pair that agrees most is not favoured."""
    originals = in_order(run("a", {"m": 0.9}), run("b", {"m": 0.1}))
    replayed = in_order(run("c", {"m": 0.9}), run("d", {"m": 0.95}))
    found = paired(originals, replayed, for_agreement=False)
    assert ids(originals, replayed, found) == {"a": "d", "b": "c"}
    assert found.by_results == {0, 1}


def test_one_of_many_like_it_is_looked_for_at_its_place() -> None:
    """A record of one run whose program creates several: the run at the same place, in fresh replays whatever its size.

    In exact replays another one only where that one differs, and the verdict says so.
    """
    original = in_order(run("x", {"m": 0.5}), run("o", {"m": 0.2}))[1:]
    replayed = in_order(*(run(f"r{i}", {"m": v}) for i, v in enumerate((0.1, 0.2, 0.3))))
    exact, fresh = (paired(original, replayed, for_agreement=a) for a in (True, False))
    assert ids(original, replayed, exact) == ids(original, replayed, fresh) == {"o": "r1"}
    assert not exact.by_results
    assert fresh.by_results == {0}
    moved = in_order(*(run(f"r{i}", {"m": v}) for i, v in enumerate((0.2, 0.1, 0.3))))
    assert ids(original, moved, paired(original, moved)) == {"o": "r0"}
    assert paired(original, moved).by_results == {0}


def test_parents_without_results_are_told_apart_by_those_inside() -> None:
    """Two parents alike in all but the results of the runs nested in them."""
    originals = in_order(run("a"), run("a1", {"m": 1.0}, parent="a"), run("b"), run("b1", {"m": 2.0}, parent="b"))
    replayed = in_order(run("c"), run("c1", {"m": 2.0}, parent="c"), run("d"), run("d1", {"m": 1.0}, parent="d"))
    found = paired(originals, replayed)
    assert ids(originals, replayed, found) == {"a": "d", "a1": "d1", "b": "c", "b1": "c1"}
    assert found.by_results == {0, 2}


def test_the_smaller_side_is_paired_whole() -> None:
    """Fewer or more runs than in the original; none at all."""
    originals = in_order(*(depth(f"o{d}", d) for d in (1, 2, 3)))
    fewer = in_order(depth("r3", 3), depth("r1", 1))
    assert ids(originals, fewer, paired(originals, fewer)) == {"o1": "r1", "o3": "r3"}
    assert ids(fewer, originals, paired(fewer, originals)) == {"r1": "o1", "r3": "o3"}
    assert paired(originals, ()).counterparts == (None, None, None)


def test_nothing_in_common_is_paired_as_a_set() -> None:
    """Other params and other metrics: there is no reason for one pair or another."""
    originals = in_order(run("a", {"m": 1.0}, params={"p": "1"}), run("b", {"n": 1.0}, params={"p": "2"}))
    replayed = in_order(run("c", {"x": 1.0}, params={"p": "3"}), run("d", {"y": 1.0}, params={"p": "4"}))
    found = paired(originals, replayed)
    assert sorted(ids(originals, replayed, found)) == ["a", "b"]
    assert found.by_results == {0, 1}


def test_hundreds_of_runs_are_paired() -> None:
    """In the reversed order, with a param that is new each time."""
    originals = in_order(*(depth(f"o{d}", d, tags={"at": f"{d}"}) for d in range(300)))
    replayed = in_order(*(depth(f"r{d}", d, tags={"at": f"x{d}"}) for d in range(299, -1, -1)))
    found = ids(originals, replayed, paired(originals, replayed))
    assert found == {f"o{d}": f"r{d}" for d in range(300)}
