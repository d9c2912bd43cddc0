"""Files of two executions, side by side."""

from __future__ import annotations

import pytest

from bis._verify.file_pairing import lasting_name, pair_files


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("exp_20261129-081608/metrics.json", "exp_20261130-235959/metrics.json"),
        ("results_2026-11-29_08-16-08.csv", "results_2027-01-01_00-00-00.csv"),
        ("m_1795940000.json", "m_1795940123.json"),
        ("out-3f2a9c1b.json", "out-77ab0142.json"),
        ("runs/0123456789abcdef0123456789abcdef.json", "runs/fedcba9876543210fedcba9876543210.json"),
        ("learned-deer-760.json", "able-ant-12.json"),
        ("worker_pid4711.txt", "worker_pid815.txt"),
    ],
)
def test_names_with_a_passing_part_are_paired(one: str, other: str) -> None:
    """A time, an id, a random part, the name of a run."""
    assert pair_files([one], [other]) == {one: other}


@pytest.mark.parametrize("name", ["fold_1.json", "epoch_10.json", "resnet50.json", "data2020.csv", "lr_0.001.json"])
def test_names_that_say_something_stay(name: str) -> None:
    """Numbers of folds, epochs, sizes and years are no passing parts."""
    assert lasting_name(name) == ""


def test_the_same_path_comes_first() -> None:
    """What is there under its own name is not paired with anything else."""
    assert pair_files(["a_1795940000.json"], ["a_1795940001.json", "a_1795940000.json"]) == {
        "a_1795940000.json": "a_1795940000.json"
    }


def test_several_of_a_name_are_paired_in_their_order() -> None:
    """Where as many are left on both sides; else none, since it is not known which."""
    ours, theirs = ["a_1795940001.json", "a_1795940002.json"], ["a_1795950001.json", "a_1795950002.json"]
    assert pair_files(ours, theirs) == dict(zip(ours, theirs, strict=True))
    assert pair_files(ours, theirs[:1]) == {}


def test_files_outside_of_the_project_may_lie_elsewhere() -> None:
    """By their last name."""
    assert pair_files(["/srv/a/out.json"], ["/srv/b/out.json", "out.json"]) == {"/srv/a/out.json": "/srv/b/out.json"}


def test_of_several_of_a_name_those_that_are_alike_come_first() -> None:
    """Random folders of threads are listed in any order; what stands in their files says which is which."""
    ours = ["/srv/tmp1aaaaaaa/m.json", "/srv/tmp2aaaaaaa/m.json", "/srv/tmp3aaaaaaa/m.json"]
    theirs = ["/srv/tmp4aaaaaaa/m.json", "/srv/tmp5aaaaaaa/m.json", "/srv/tmp6aaaaaaa/m.json"]
    same = {(ours[0], theirs[2]), (ours[1], theirs[0])}
    assert pair_files(ours, theirs, lambda a, b: (a, b) in same) == {
        ours[0]: theirs[2],
        ours[1]: theirs[0],
        ours[2]: theirs[1],
    }
