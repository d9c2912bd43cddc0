"""What documents say of programs in general, or of what is intended, is told from what the project does."""

from __future__ import annotations

import pytest

from bis._audit.files.intentions import intended_lines
from bis._audit.files.project_documents import read_documents


def explains(text: str) -> bool:
    """Whether a README with this text says what is logged."""
    return bool(read_documents({"README.md": text}).explains_logging)


@pytest.mark.parametrize(
    "text",
    [
        "MLflow has the ability to register models.",
        "MLflow lets you log parameters and metrics.",
        "With MLflow you can log parameters and metrics of any library.",
        "Parameters could be logged with MLflow.",
        "MLflow permet d'enregistrer les métriques.",
        "MLflow kann Metriken, die geloggt werden, vergleichen.",
    ],
)
def test_what_a_program_is_able_to_do_is_not_what_the_project_does(text: str) -> None:
    """A sentence about MLflow is true of every project."""
    assert not explains(text)


@pytest.mark.parametrize(
    "text",
    [
        "**Model Training:**\n\n- Train three models.\n- Use **MLflow** to track and compare models",
        "**Model Training:**\n- Utilize MLflow for tracking the metrics",
        "## Goals\n\n- Log the metrics with MLflow",
        "## Learning objectives\n\n### Training\n\nLog metrics with MLflow.",
        "Topics covered:\n\n- Logging metrics in MLflow",
        "**Next steps**\n\nMLflow logs the metrics of each fold.",
        "We plan to log parameters with MLflow.",
    ],
)
def test_goals_lessons_and_plans_are_not_what_the_project_does(text: str) -> None:
    """By their heading, by what leads to the list, or by asking for something."""
    assert not explains(text)


@pytest.mark.parametrize(
    "text",
    [
        "## Goals\n\nA good model.\n\n## Tracking\n\nMLflow logs the metrics of each fold.",
        "# Course project\n\nEach run logs the loss to MLflow.",
        "## Features\n\n- Use MLflow to log metrics",
        "**Model Training:**\n\n- Parameters and metrics are logged with MLflow",
        "This project uses MLflow to track the accuracy and the model.",
        "MLflow is used to log parameters.",
        "You can see the logged metrics in MLflow.",
        "- **MLflow**: logs parameters, metrics and models of each run",
    ],
)
def test_what_the_project_does_is_still_understood(text: str) -> None:
    """Beside goals, under a title, in a list of what it does, and where one can look at it."""
    assert explains(text)


def test_intentions_end_with_the_next_heading_of_their_level() -> None:
    """Those below belong to them; a title of that kind does not make a whole document one of goals."""
    lines = ["# Exercises", "a", "## Goals", "b", "### Data", "c", "## Results", "d"]
    assert intended_lines(lines) == {2, 3, 4, 5}


@pytest.mark.parametrize(
    "text",
    [
        "This notebook shows you how to log parameters and metrics with MLflow.",
        "It demonstrates how to log metrics to MLflow.",
        "The examples explain: how to log models with MLflow.",
    ],
)
def test_a_lesson_is_not_what_the_project_does(text: str) -> None:
    """It shows how one would."""
    assert not explains(text)


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] MLflow logs all metrics",
        "## To do\n\n- Metrics are logged with MLflow",
        "In the future, metrics will be logged to MLflow.",
        "Eventually all metrics are tracked in MLflow.",
        "We recommend logging your metrics with MLflow.",
        "It is recommended to log parameters with MLflow.",
        "Tools we considered: MLflow (logs metrics and parameters), Neptune.",
        "This course covers: tracking metrics in MLflow; serving.",
    ],
)
def test_what_is_not_done_yet_or_only_advised(text: str) -> None:
    """Open boxes, the future, advice, alternatives, what a course is about."""
    assert not explains(text)


@pytest.mark.parametrize(
    "text",
    [
        "- [x] MLflow logs all metrics",
        "Every run writes its parameters, metrics and the model to MLflow.",
        "Training metrics (loss, F1) are sent to MLflow after each epoch.",
        "All hyperparameters are pushed to MLflow at the end.",
        "The AUC of each fold is reported to MLflow.",
        "The metrics and the confusion matrix can be found in MLflow.",
        "All metrics will be logged to MLflow.",
    ],
)
def test_what_is_done_however_it_is_said(text: str) -> None:
    """Sent, written, pushed, reported, or found there afterwards."""
    assert explains(text)
