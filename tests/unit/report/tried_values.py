"""A tried project with something in each part, for the tests of reports."""

from __future__ import annotations

from bis.model.tried_project import (
    Candidate,
    CandidateKind,
    CandidateReason,
    DependencySource,
    EvidenceKind,
    FunnelPlace,
    MissingGuard,
    Need,
    TriedDependencies,
    TriedEnvironment,
    TriedProject,
    TryEvidence,
)
from bis.model.verdict import Deviation

CHOSEN = Candidate(
    CandidateKind.DOCUMENT, "train.py", ("--alpha", "0.5"), file="README.md", line=3, reasons=(CandidateReason.TRACKS,)
)
OTHER = Candidate(CandidateKind.NOTEBOOK, "a.ipynb", cwd="notebooks", file="notebooks/a.ipynb")
TRIED = TriedProject(
    "o/p",
    FunnelPlace.NEEDS,
    need=Need.DATA,
    evidence=(
        TryEvidence(EvidenceKind.EXCEPTION, "FileNotFoundError: =1+1", "data/wine.csv", file="train.py", line=7),
    ),
    url="https://github.com/o/p",
    commit="0123456789abcdef0123456789abcdef01234567",
    committed_unix_s=1_660_596_611.0,
    candidates=(CHOSEN, OTHER),
    chosen=CHOSEN,
    dependencies=TriedDependencies(DependencySource.DECLARED, ("requirements.txt",), ("numpy",), (), ("pip",)),
    environment=TriedEnvironment("3.10.13", 1_660_596_611.0, ("numpy==1.23.2",), "py3.10.13-ab", 4),
    deviations=(Deviation("Python", "==3.8.*", "3.10.13", "not on this machine"),),
    missing_guards=(MissingGuard.SANDBOX,),
    exit_code=1,
    seconds={"resolve": 1.0, "run": 2.5},
    bis_version="0.1.0",
)
