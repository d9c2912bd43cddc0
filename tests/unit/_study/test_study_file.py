"""``study.toml``: what it may say, and how its faults are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._study.study_file import parse_study, read_study
from bis.errors import ConfigurationError, NotFound
from bis.model.study import EarlierEnvironment, PublishedTableAsked
from tests.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
title = "T"
language = "fr"
jobs = 2
tracking-uri = "http://127.0.0.1:5000"

[[experiment]]
name = "net"
title = "A net"
program = "net.py"
arguments = ["--lr", 0.1]
exact = 5
fresh = 8
causes = ["split"]
blocks = 4
saved-outputs = true
published = ["a.csv", { table = "b.csv", title = "then", names = { MSE = "mse" } }]

[experiment.tolerances]
acc = { quantum = 0.01, atol = 0 }

[experiment.earlier]
as-of = 2024-01-31
python = "3.10"
requirements = ["mlflow==2.10.0"]

[[experiment]]
name = "old"
run = "3f2a"
causes = true

[[experiment]]
name = "theirs"
repository = "https://example.org/a/b"
commit = "0123456789012345678901234567890123456789"
entry = "train.py"

[[corpus]]
name = "c"
topic = "mlflow-projects"
limit = 20
try = 3
"""


def test_all_that_it_may_say() -> None:
    """Each key reaches the study."""
    study = parse_study(WHOLE, "study.toml")
    assert (study.title, study.language, study.jobs, study.tracking_uri) == ("T", "fr", 2, "http://127.0.0.1:5000")
    net, old, theirs = study.experiments
    assert (net.program, net.arguments, net.exact, net.fresh) == ("net.py", ("--lr", "0.1"), 5, 8)
    assert (net.causes, net.blocks, net.saved_outputs) == (("split",), 4, True)
    assert net.published == (PublishedTableAsked("a.csv"), PublishedTableAsked("b.csv", "then", {"MSE": "mse"}))
    assert net.tolerances == {"acc": {"quantum": 0.01, "atol": 0.0}}
    assert net.earlier == EarlierEnvironment("2024-01-31", ("mlflow==2.10.0",), "3.10")
    assert (old.run, old.causes, old.exact) == ("3f2a", (), 3)
    assert (theirs.entry, theirs.commit[:4], theirs.causes) == ("train.py", "0123", None)
    (corpus,) = study.corpora
    assert (corpus.topic, corpus.limit, corpus.tries) == ("mlflow-projects", 20, 3)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("titel = 1", ["line 1: unknown key 'titel'"]),
        ("", ["line 1: expected at least one"]),
        ("language = 'de'\n[[corpus]]\nname='a'\ntopic='t'", ["line 1: language: expected one of en, fr, found 'de'"]),
        ("\n[[experiment]]\nname='A b'\nprogram='x'", ["line 3: expected a name of small letters"]),
        ("[[experiment]]\nname='a'", ["line 1: expected exactly one of program, module, run, repository; found none"]),
        ("[[experiment]]\nname='a'\nrun='r'\nprogram='p'", ["found program and run"]),
        ("[[experiment]]\nname='a'\nprogram='gone.py'", ["line 3: program = 'gone.py': there is no such file"]),
        ("[[experiment]]\nname='a'\nrun='r'\nexact=-1", ["line 4: exact: expected a whole number from 0 to 1000"]),
        ("[[experiment]]\nname='a'\nrun='r'\nexact=true", ["line 4: exact: expected a whole number"]),
        ("[[experiment]]\nname='a'\nrun='r'\narguments=['x']", ["line 4: arguments cannot be given to a run"]),
        ("[[experiment]]\nname='a'\nrun='r'\ncommit='x'", ["line 4: commit belongs to repository"]),
        ("[[experiment]]\nname='a'\nrepository='u'\ncommit='x'", ["line 4: expected a full commit id"]),
        ("[[experiment]]\nname='a'\nrun='r'\n[[experiment]]\nname='a'\nrun='s'", ["line 5: another [[experiment]]"]),
        ("[[experiment]]\nname='a'\nrun='r'\n[experiment.earlier]\nas-of='then'\nrequirements=['x']",
         ["line 5: as-of: expected a day"]),
        ("[[experiment]]\nname='a'\nrun='r'\n[experiment.tolerances]\nloss={rel=1}", ["line 5: tolerances.loss"]),
        ("[[experiment]]\nname='a'\nrun='r'\n[[experiment.published]]\nname='x'", ["unknown key 'name'"]),
        ("[[corpus]]\nname='a'\npath='gone.py'\ntry='all'", ["line 3: path", "line 4: try: expected a whole number"]),
        ("experiment = 3", ["line 1: expected tables [[experiment]]"]),
    ],
)  # fmt: skip
def test_faults_are_named_with_their_lines(text: str, faults: list[str]) -> None:
    """All at once, each with what was expected and found."""
    with pytest.raises(ConfigurationError) as caught:
        parse_study(text, "study.toml", exists=lambda name: name != "gone.py")
    assert [f for f in faults if f not in caught.value.message] == [], caught.value.message
    assert caught.value.hint


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """One that is not there, and one that is not TOML."""
    with pytest.raises(NotFound, match="No such file"):
        read_study(tmp_path / "study.toml")
    (tmp_path / "study.toml").write_text("[[experiment\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"not TOML.*line 1"):
        read_study(tmp_path / "study.toml")


def test_the_study_of_this_repository() -> None:
    """It can be read: two experiments and a corpus, of files that are there."""
    study = read_study(ROOT / "study" / "study.toml")
    assert [e.name for e in study.experiments] == ["basic", "complex"]
    assert [c.path for c in study.corpora] == ["projects"]
