"""What a library draws from `random` while it is imported shifts nothing."""

from __future__ import annotations

import random
import sys
from typing import Any

from bis.instrument.entropy.import_draws import ImportDraws
from bis.instrument.entropy.reports import Reports


def test_draws_of_an_import_are_taken_back(told: Any) -> None:
    """The program draws what it would draw if the library were another version, or were imported later."""
    hook = ImportDraws(Reports(told))
    before = random.getstate()
    hook.before()
    random.getrandbits(24)
    hook(sys)
    assert random.getstate() == before


def test_program_that_has_set_a_seed_is_left_alone(told: Any) -> None:
    """Its numbers are those that it has without bis."""
    reports = Reports(told)
    reports.seed("random.seed", 1)
    hook = ImportDraws(reports)
    before = random.getstate()
    hook.before()
    random.getrandbits(24)
    hook(sys)
    assert random.getstate() != before
    random.setstate(before)


def test_seeds_of_other_generators_do_not_matter(told: Any) -> None:
    """PyTorch seeds its generators as it is imported: what a library draws from `random` afterwards is taken back."""
    reports = Reports(told)
    reports.seed("torch.cuda.manual_seed_all", 1)
    hook = ImportDraws(reports)
    before = random.getstate()
    hook.before()
    random.getrandbits(24)
    hook(sys)
    assert random.getstate() == before
