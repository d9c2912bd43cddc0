"""What counts as a breach after a fault."""

from __future__ import annotations

from dataclasses import replace

from bis.model.facets import Outputs, Parameters, Status
from bis.model.record import Record, State, missing_record
from campaigns.call_faults import Watched
from campaigns.checks import program_breaches, record_breaches, volatile
from campaigns.scenes import Ran

PLAIN = Ran(3, b"a\nb\n", b"own\n", {"x": b"1"})


def record(**parameters: str) -> Record:
    """A record whose parameters are recorded."""
    return missing_record(
        "not here", parameters=Parameters(Status.RECORDED, (), parameters), outputs=Outputs(Status.RECORDED)
    )


def test_a_program_as_without_bis_is_no_breach() -> None:
    """Messages of bis may be added to its stderr, and nothing else."""
    done = Watched(3, b"a\nb\n", b"own\nbis: recording failed\n     free some space\n")
    assert list(program_breaches(PLAIN, done, {"x": b"1"}, killed=False)) == []
    assert len(list(program_breaches(PLAIN, replace(done, code=0, out=b"a\n"), {}, killed=False))) == 3
    assert len(list(program_breaches(PLAIN, replace(done, err=b"bis: x\n"), {"x": b"1"}, killed=False))) == 1
    assert len(list(program_breaches(PLAIN, replace(done, err=b"own\nTraceback\n"), {"x": b"1"}, killed=False))) == 1


def test_a_killed_program_printed_the_beginning() -> None:
    """Of what it prints without bis."""
    assert list(program_breaches(PLAIN, Watched(-9, b"a\n"), {}, killed=True)) == []
    assert list(program_breaches(PLAIN, Watched(-9, b"b\n"), {}, killed=True)) != []


def test_a_facet_that_differs_must_say_so() -> None:
    """Recorded and different is a breach; partial with a reason, or a record that says killed, is none."""
    whole = record(lr="1")
    assert list(record_breaches(whole, whole, volatile(whole, whole))) == []
    lost = record()
    [breach] = record_breaches(whole, lost, volatile(whole, whole))
    assert "the facet parameters is 'recorded' and differs" in breach
    told = replace(lost, parameters=replace(lost.parameters, status=Status.PARTIAL, reasons=("no space",)))
    assert list(record_breaches(whole, told, volatile(whole, whole))) == []
    assert (
        list(record_breaches(whole, replace(told, parameters=Parameters(Status.PARTIAL)), volatile(whole, whole))) != []
    )
    assert list(record_breaches(whole, replace(lost, state=State.KILLED), volatile(whole, whole))) == []


def test_what_differs_between_undisturbed_records_is_passed_over() -> None:
    """Times and process ids are no breach."""
    passing = volatile(record(at="1"), record(at="2"))
    assert list(record_breaches(record(at="1"), record(at="3"), passing)) == []
