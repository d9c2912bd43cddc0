"""``record.json``: a record as text and back, with the checks that a reader needs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bis.errors import EvidenceDamaged
from bis.evidence.documents import parse_document
from bis.evidence.spool import encoded
from bis.model.jsonable import from_json, to_json
from bis.model.record import FORMAT, VERSION, Record

if TYPE_CHECKING:
    from bis.model.facets import Seed


def record_text(record: Record) -> bytes:
    """A record as UTF-8 JSON; contents of files are kept apart, see `bis.evidence.written_contents`."""
    slim = replace(record, outputs=replace(record.outputs, contents=()))
    return encoded(to_json(slim), indent=1, strict=True)


def read_record(text: bytes, where: str) -> Record:
    """The record in a JSON document.

    Parameters
    ----------
    text : bytes
        UTF-8 JSON.
    where : str
        What is being read, for messages.

    Raises
    ------
    EvidenceTooNew
        It has a later format version than this bis knows.
    EvidenceDamaged
        It is not a record, or a malformed one.
    """
    document = parse_document(text, kind=FORMAT, version=VERSION, where=where)
    try:
        return _with_seed_packages(_with_exception_class(from_json(Record, document)))
    except ValueError as error:
        raise EvidenceDamaged(f"{where}: {error}", hint="The file was edited or cut off.") from error


def _with_exception_class(record: Record) -> Record:
    """Fill in the class of the exception that ended a run.

    Records from before that class was a field have it at the beginning of the failure's message (``ValueError: no``, of
    a notebook ``cell 3 raised ValueError: no``). This is the one place where it is taken from there.
    """
    failure = record.outputs.failure
    if failure is None or failure.exception or failure.stage not in {"exception", "import"}:
        return record
    found = re.match(r"(?:.{1,40} raised )?([A-Za-z_][\w.]*)(?=:|$)", failure.message.strip().partition("\n")[0])
    if found is None:
        return record
    return replace(record, outputs=replace(record.outputs, failure=replace(failure, exception=found[1])))


def _with_seed_packages(record: Record) -> Record:
    """Fill in the packages that set seeds, in records from before they were a field of their own."""
    seeds = tuple(seed if seed.package else _split(seed) for seed in record.randomness.seeds)
    return replace(record, randomness=replace(record.randomness, seeds=seeds))


def _split(seed: Seed) -> Seed:
    api, package = seed_api(seed.api)
    return replace(seed, api=api, package=package)


def seed_api(reported: str) -> tuple[str, str]:
    """The function and the package that called it, of a seed as the recorder reports it: ``random.seed (in package)``.

    The package is empty for a call of the program's own.
    """
    found = re.fullmatch(r"(.+) \(in ([^()]+)\)", reported)
    return (found[1], found[2]) if found else (reported, "")
