"""The facets of a record on a page."""

from __future__ import annotations

from dataclasses import replace

from bis.model.facets import (
    Failure,
    Machine,
    Outputs,
    Parameters,
    Randomness,
    StandardInput,
    Status,
    ThreadPool,
    Uncontrolled,
    Variable,
)
from bis.model.record import FACETS
from bis.report.html.facet_facts import command, facet_values
from bis.report.languages.language import ENGLISH, language
from tests.unit.report.values import record

OK = Status.RECORDED


def facts(name: str, **facets: object) -> dict[str, list[str]]:
    """The facts of one facet."""
    values = facet_values(replace(record(), **facets), ENGLISH)  # type: ignore[arg-type]
    return dict(next(v["facts"] for v in values if v["name"] == name))


def test_every_facet_is_there_and_what_is_missing_has_its_reason() -> None:
    """And no facts."""
    values = facet_values(record(), language("fr"))
    assert [v["name"] for v in values] == list(FACETS)
    machine = next(v for v in values if v["name"] == "machine")
    assert (machine["status_word"], list(machine["reasons"]), machine["facts"]) == ("manquant", ["not seen"], [])


def test_code() -> None:
    """The command, and the commit with what was changed since."""
    found = facts("code")
    assert found["script"] == ["train.py --lr 0.1"]
    assert found["commit"] == ["abc123def4567890 main, with uncommitted changes"]
    assert command(record().code) == "train.py --lr 0.1"


def test_parameters_and_secrets() -> None:
    """A secret is named and has no value."""
    variables = (Variable("A", "1"), Variable("B", there=False), Variable("C", secret=True), Variable("D"))
    given = Parameters(OK, variables=variables, stdin=StandardInput("pipe", read=True, size_bytes=2048))
    found = facts("parameters", parameters=given)
    assert found["logged"] == ["none"]
    assert found["read from the environment"] == ["A=1", "B (not set)", "C (a secret)", "D (value not recorded)"]
    assert found["read from standard input"] == ["pipe, 2.0\u00a0KiB"]


def test_machine() -> None:
    """Processor, memory, threads, switches."""
    machine = Machine(
        OK,
        cpu_model="cpu",
        cores=4,
        usable_cores=2,
        memory_bytes=2**30,
        pools=(ThreadPool("blas", "openblas", "1", 2),),
        threads={"torch": 3},
        switches={"a": "b"},
        gpus=("gpu",),
        gpu_driver="9",
        cuda="12",
    )
    found = facts("machine", machine=machine)
    assert found["processor"] == ["cpu", "2 of 4 cores"]
    assert found["memory"] == ["1.0\u00a0GiB"]
    assert found["threads"] == ["blas openblas 1: 2", "torch: 3"]
    assert found["graphics processor"] == ["gpu", "driver 9", "CUDA 12"]


def test_randomness() -> None:
    """A program that set no seed is told from one of which that is not known."""
    assert facts("randomness", randomness=Randomness(OK))["seeds set by the program"] == ["none"]
    assert "seeds set by the program" not in facts("randomness", randomness=Randomness(Status.PARTIAL))
    odd = Randomness(OK, uncontrolled=(Uncontrolled("/dev/urandom", "read by a child"),))
    assert facts("randomness", randomness=odd)["cannot be replayed"] == ["/dev/urandom (read by a child)"]


def test_outputs() -> None:
    """A failure in one line instead of the exit code."""
    failed = Outputs(OK, failure=Failure("exception", "ValueError: no\nmore"), exit_code=1, stdout="a\nb\n")
    assert facts("outputs", outputs=failed) == {"failed": ["exception: ValueError: no"], "lines printed": ["2"]}


def test_long_lists_are_cut() -> None:
    """And counted."""
    given = Parameters(OK, values={f"p{i:03}": "1" for i in range(50)})
    assert facts("parameters", parameters=given)["logged"][-1] == "and 10 more"
