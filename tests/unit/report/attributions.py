"""An explanation with all that one can have, for tests of what is made of it."""

from __future__ import annotations

from bis.model.attribution import (
    Attribution,
    BlockReplay,
    Cause,
    CauseFinding,
    CauseShare,
    EffectOnTarget,
    EnvironmentEffect,
    Estimate,
    RemainingVariance,
    RepairKind,
    SeedBlock,
    TargetKind,
    TargetShares,
)
from bis.model.role import DrawPlace, Role
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Deviation

NOTHING = Estimate(0.0)


def explained() -> Attribution:
    """A net: its predictions, its accuracy, and a loss that is not a number."""
    predictions = TargetShares(
        "net",
        TargetKind.PREDICTIONS,
        shares=(
            CauseShare("init", Estimate(0.30, 0.2, 0.4), Estimate(0.1, 0.0, 0.2), Estimate(0.5, 0.4, 0.6)),
            CauseShare("split", Estimate(0.57, 0.47, 0.67), Estimate(0.4, 0.3, 0.5), Estimate(0.7, 0.6, 0.8)),
            CauseShare("shuffle", NOTHING, NOTHING, NOTHING),
        ),
        variance=2.5,
        interaction=Estimate(0.48, 0.3, 0.6),
        scheduling=Estimate(0.0002, 0.0001, 0.0004),
        inert=("shuffle",),
        blocks=6,
        indicative=False,
    )
    accuracy = TargetShares(
        "acc",
        TargetKind.METRIC,
        shares=(
            CauseShare("split", Estimate(1.2, 0.1, 2.0), Estimate(0.9), Estimate(1.1)),
            CauseShare("init", Estimate(-0.2, -0.9, 0.5), Estimate(-0.1), Estimate(0.2)),
        ),
        variance=0.0004,
        interaction=Estimate(0.2),
        blocks=6,
    )
    loss = TargetShares(
        "loss",
        TargetKind.METRIC,
        problem=statement(StatementCode.TARGET_NOT_FINITE, values=3, total=76),
    )
    effects = (
        EnvironmentEffect(
            "threads",
            "2",
            "1",
            (
                EffectOnTarget("acc", TargetKind.METRIC, 6, bit_identical=True),
                EffectOnTarget(
                    "loss",
                    TargetKind.METRIC,
                    6,
                    bit_identical=False,
                    difference=1e-6,
                    low=-1e-6,
                    high=3e-6,
                    p_value=0.25,
                    equivalent_share=0.001,
                    diverges_at=3,
                ),
            ),
        ),
    )
    return Attribution(
        run_id="r" * 32,
        targets=(predictions, accuracy, loss),
        causes=(
            Cause("init", (Role.INIT,), 1000, (DrawPlace("train.py", 12, "sklearn.MLPClassifier.fit", 1000),)),
            Cause(
                "split",
                (Role.SPLIT,),
                1,
                (DrawPlace("train.py", 7, "sklearn.model_selection.train_test_split", 1),),
                seeded=True,
                findings=(
                    CauseFinding(
                        "BIS301", "unseeded-split", "train_test_split has no random_state", "train.py", 7, fixable=True
                    ),
                ),
            ),
            Cause("shuffle", (Role.SHUFFLE,), 5, (DrawPlace("study.ipynb", 2, "", 5, cell=4),)),
        ),
        dropped=("dropout", "hpo"),
        effects=effects,
        fixed=("hash seed 7", "threads"),
        uncontrolled=(statement(StatementCode.NOT_CONTROLLED, what="joblib", why="loky processes"),),
        other_share=0.01,
        replays=78,
        failed=1,
        warm=True,
        reseeded=True,
        duration_s=93.4,
        deviations=(Deviation("seeds for split", "set by the program", "drawn anew", "so that this cause can vary"),),
        statements=(
            statement(
                StatementCode.EXPLAINED, cause="split", share=0.57, target="net", predictions=True, low=0.47, high=0.67
            ),
            statement(StatementCode.SEEDS_DRAWN, roles=("split",)),
        ),
        remaining=(
            RemainingVariance(
                "net",
                TargetKind.PREDICTIONS,
                "split",
                RepairKind.AUDIT,
                before=2.5,
                after=1.0,
                share=Estimate(0.4, 0.3, 0.5),
                replays=12,
                diff="--- a/train.py\n+++ b/train.py\n",
            ),
        ),
        root="ab" * 32,
        hash_seed="7",
        seeds=(SeedBlock("cd" * 32, "ef" * 32),),
        table=(BlockReplay(0, "A", values={"acc": "0x1p-1"}, duration_s=1.0),),
    )
