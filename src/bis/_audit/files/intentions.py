"""What documents say of programs in general, or of what somebody intends: not what this project does.

"MLflow has the ability to register models" is true of every project; "Use MLflow to track the accuracy" in a list of
goals asks for something; "we plan to log parameters" says that it is not done.
"""

from __future__ import annotations

import re

_LONGEST_LEAD_WORDS = 8  # a longer line that leads to a list is a sentence of its own

# MLflow as the subject of what a program offers, in the languages that are read: English, French, Spanish, Portuguese
# and German.
_ABILITY = re.compile(
    r"\bmlflow(?:\s{1,3}[\w-]{1,20}){0,2}?\s{1,3}(?:can|could|may|might|would|should|has|have|allows?|enables?|lets?|helps?|provides?"
    r"|offers?|supports?|gives?|makes\s{1,3}it|comes|consists|includes|features|facilitates?|simplifies|aims"
    r"|is\s{1,3}(?:able|capable|designed|useful|great|good|popular|built|made|intended|meant|helpful|perfect|ideal)"
    r"|permet|peut|offre|fournit|permite|puede|ofrece|pode|oferece|ermöglicht|kann|bietet|erlaubt)\b"
)
# What the reader could do, or somebody should; looking at what was logged is not meant.
_LOOKING = (
    r"(?:\s{1,3}(?:now|then|also|easily))?"
    r"\s{1,3}(?:see|view|find|inspect|compare|check|access|explore|visuali[sz]e|open|look|browse|monitor)"
)
_COULD = re.compile(
    rf"\b(?:you|one|users?|teams?)\s{{1,3}}(?:can|could|may|might|would|should|must)\b(?!{_LOOKING})"
    r"|\b(?:can|could|may|might|should|must|needs?\s{1,3}to)\s{1,3}(?:also\s{1,3}|then\s{1,3})?be\s{1,3}(?:used|logged|tracked|recorded|registered|saved|stored|captured)\b"
    r"|\b(?:we|i)\s{1,3}(?:could|should|would|might|must|recommend|suggest|considered)\b|\brecommended\s{1,3}to\b"
    r"|\b(?:in\s{1,3}(?:the\s{1,3}|a\s{1,3})?(?:near\s{1,3})?future|eventually|coming\s{1,3}soon|not\s{1,3}yet|later\s{1,3}versions?)\b"
    r"|\b(?:course|tutorial|workshop|lesson|book|chapter|lecture)\s{1,3}(?:covers?|teaches|introduces|explains|is\s{1,3}about)\b"
    r"|\b(?:alternatives?\s{1,3}(?:to|are|were|is)|considered:)"
    r"|\b(?:ability|able|possible|possibility|wants?|wanted|plan(?:s|ned|ning)?|intends?|intended|aims?|aimed|hopes?|going|needs?|tries)"
    r"\s{1,3}to\b|\bcapable\s{1,3}of\b|\blearn(?:s|ed|ing)?\s{1,3}(?:how|to|about)\b"
    r"|\b(?:goals?|objectives?|aims?|tasks?|ideas?)\s{1,3}(?:is|are|was|were)\b"
    r"|\b(?:show|demonstrate|explain|illustrate|teach|cover)(?:s|es|ed|ing)?(?:\s{1,3}you)?\s{0,3}:?\s{1,40}how\s{1,3}to\b"
)
# What a program, or a part of it, is for: "It provides features for registering models", "Enables tracking of metrics".
_OFFERS = re.compile(
    r"\W{0,8}(?:(?:it|they|which|this)\s{1,3})?(?:provid|offer|enabl|allow|support|facilitat)(?:e|es|s)?\s{1,3}"
    r"(?:a\s|an\s|the\s)?(?:\w{1,20}\s{1,3}){0,2}?(?:features?|tools?|collaboration|tracking|users?|you|teams?|data|ways?|standardi[sz]ed)\b"
)
# The reader is asked for something: the first word of a sentence, or of an item of a list.
_ASKING = re.compile(
    r"\W{0,8}(?:x\]\s{0,3})?(?:how\s{1,3}to|use|utili[sz]e|leverage|employ|learn(?:ing)?|understand(?:ing)?|explor(?:e|ing)|implement|integrate"
    r"|introduc(?:e|ing|tion)|set\s?up|configure|apply|try|consider|add|adopt|practi[cs]e|goals?|objectives?|aims?|topics?"
    r"|optional(?:ly)?|bonus|next|future|to[-\s]?do|exercise|tasks?|requirements?|utilise[rz]|apprendre|usar|utilizar|aprender"
    r"|verwenden?|nutzen?|lernen?)\b"
)
_INTENDED = re.compile(
    r"\b(?:goals?|objectives?|aims?|topics?|agenda|syllabus|curriculum|learn(?:ing|ed|t)?\s{1,3}(?:goals?|objectives?|outcomes?)"
    r"|learn|lessons?|exercises?|assignments?|homework|requirements?|pre-?requisites?|prérequis|deliverables?|to[-\s]?do"
    r"|road\s?map|future|next\s{1,3}steps?"
    r"|plans?|planned|improvements?|ideas?|backlog|wish\s?list|table\s{1,3}of\s{1,3}contents?|what\s{1,3}(?:is|are)\b|what's\b|why\b"
    r"|introduction\s{1,3}to|concepts?|glossary|objectifs?|objetivos?|ziele?|aufgaben?|tareas|tarefas)\b"
)
# A list under such a line says what the project does, however its items begin.
_DESCRIBES = re.compile(
    r"\b(?:features?|functionality|functionalities|highlights?|what\s{1,3}(?:it|this|the|we)\b|how\s{1,3}(?:it|this)\b|pipeline|workflow|implementation"
    r"|implemented|approach|architecture|does|did|includes?|contains?|steps?|components?|overview|script)\b"
)
_OPEN_BOX = re.compile(r"\W{0,3}\[\s\]")  # of a list of things to do
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s{0,3}(\S.{0,300})")
_BOLD = re.compile(r"\s{0,3}(?:\*\*|__)([^*_]{2,120})(?:\*\*|__)\s*:?\s*")


def says_nothing_of_it(sentence: str, led: str, heading: str) -> bool:
    """Whether a sentence is about what a program could do or somebody should, in place of what this project does.

    Parameters
    ----------
    sentence : str
        In small letters, without what led to it.
    led : str
        What leads to it, where it is an item of a list.
    heading : str
        What it stands under.
    """
    if _OPEN_BOX.match(sentence):
        return True
    whole = f"{led} {sentence}"
    if _ABILITY.search(whole) or _COULD.search(whole) or _OFFERS.match(sentence):
        return True
    if _ASKING.match(sentence) and not _DESCRIBES.search(f"{led} {heading}".lower()):
        return True
    return 0 < len(led.split()) <= _LONGEST_LEAD_WORDS and bool(_INTENDED.search(led))


def intended_lines(lines: list[str]) -> set[int]:
    """Numbers of the lines, from 0, under headings of goals, of lessons and of what is planned; not under a title."""
    found: set[int] = set()
    below = 0  # the level of the heading of that kind; a line in bold is one below all others
    for number, line in enumerate(lines):
        first = line.lstrip()[:1]
        heading = _HEADING.fullmatch(line) if first == "#" else None
        bold = _BOLD.fullmatch(line) if first in {"*", "_"} else None
        level = len(heading[1]) if heading else 7 if bold else 0
        if level and (not below or level <= below):
            text = heading[2] if heading else bold[1] if bold else ""
            below = level if level > 1 and _INTENDED.search(text.lower()) else 0
        if below:
            found.add(number)
    return found
