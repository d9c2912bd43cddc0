"""Questions about a project that several rules and facts ask: each is answered once, and the answer kept."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._audit.questions.analysis import Analysis

    _Given = ParamSpec("_Given")
    _Answer = TypeVar("_Answer")


def asked_once(
    question: Callable[Concatenate[Analysis, _Given], _Answer],
) -> Callable[Concatenate[Analysis, _Given], _Answer]:
    """Keep the answer to a question with the analysis that is asked.

    Parameters
    ----------
    question : callable
        A function of an analysis, and of a file at most, that does not ask for the facts. Whoever asks must leave the
        answer as it is.
    """

    def answer(analysis: Analysis, /, *given: _Given.args, **named: _Given.kwargs) -> _Answer:
        key: Any = (question, *(getattr(one, "file", one) for one in given), *named.items())
        if key not in analysis.answers:
            analysis.answers[key] = question(analysis, *given, **named)
        kept: _Answer = analysis.answers[key]
        return kept

    update_wrapper(answer, question)
    return answer
