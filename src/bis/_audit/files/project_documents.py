"""What a project's documents say about its tracking: what is logged, and how to look at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bis._audit.files.intentions import intended_lines, says_nothing_of_it
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_CHARACTERS = 2**20
_LONGEST_LINE = 2000
_MOST_PLACES = 200  # of one kind, in one file
_MOST_WORDS = 120  # of one sentence
_LONGEST_LEAD = 200  # characters of what leads to a list, repeated before each of its items
_NEAR = 12  # words between a verb and what it is about
_ENOUGH = 60  # places
_LED = " \x1f "  # between what leads to a list and one of its items
_AROUND = 3  # lines within which an address belongs to MLflow
_FOLDERS = frozenset({"docs", "doc", "documentation", "wiki", "guides", "manual"})
# A document of an inner folder, of which its own name, or the folder's, says that it leads the reader.
_LEADING_FOLDERS = frozenset({"setup", "instructions", "tutorial", "tutorials", "howto", "how-to", "getting-started"})
_LEADING = re.compile(
    r"(?i)(?:install(?:ation)?|instructions?|usage|quick[-_ ]?start|getting[-_ ]?started|how[-_ ]?to.*|guide|tutorial"
    r"|walk[-_ ]?through|runbook|set[-_ ]?up.*|experiments?|training|logs?|results?|notes?|mlflow.*|.*[-_ ]mlflow)"
)
_SUFFIXES = (".md", ".rst", ".txt", ".markdown", ".mdx", ".adoc")
_OTHER_PURPOSE = re.compile(
    r"(?i)(?:licen[cs]e|copying|notice|authors?|contributors?|contributing|changelog|changes|history|news|security|todo"
    r"|code[-_]of[-_]conduct|manifest|cmakelists|robots|.*requirements?.*|constraints?.*|pull_request_template|.*\blicen[cs]e)"
)

# Texts that are data, by their names.
_DATA = re.compile(
    r"sample|faqs?\b|corpus|vocab|data(?:set)?\b|label|stop_?words|output|\btree\b|class(?:es|_names)|\blogs?\b"
)

_LOGGING = re.compile(
    r"\blog_(?:params?|metrics?|model|artifacts?|batch|dict|figure|image|input|table|text|hyperparams)\b|\bautolog\b"
)
# The command where it is written as one; the server in prose, where the reader is asked to start it.
_COMMAND = re.compile(
    r"(?:^|[`$>|]|\brun|\bexec|-m|&&)[\s\-*#$>]{0,8}mlflow\s{1,3}server\b|\bmlflow\s{1,3}server\s{1,3}-"
)
_SERVER = re.compile(
    r"\b(?:start|launch|run|open|access|visit|connect|host|lance[rz]?|démarre[rz]?|ouvr\w{1,3}|inici\w{1,3}"
    r"|abr[ae]\w{0,2}|execut\w{1,3}|starte\w{0,2}|öffne\w{0,2})(?:s|ing|ed)?\b.{0,60}\bmlflow\s{1,3}(?:tracking\s{1,3})?server\b"
)
# A script or a target of the project's own that starts it: `./start_mlflow.sh`, `make mlflow-ui`.
_STARTS = re.compile(
    r"\b(?:start|run|launch|serve)[-_]mlflow(?:[-_][\w-]{1,20})?(?:\.(?:sh|cmd|bat|ps1|py))?\b"
    r"|\bmake\s{1,3}(?:(?:start|run|serve|launch|open|up)[-_])?mlflow(?:[-_](?:ui|server|up|start))?(?![\w-])"
    r"|\bmlflow\s{1,3}run[\s_-]id\W{1,12}[0-9a-f]{8,32}\b"
    r"|\bmlflow\b[^|]{0,40}(?:\bport\W{1,4}|\|\W{0,4})5[05]\d\d\b"  # the port that it is served at, in a table
)
_SEEN_IN = (
    r"(?:web\s?)?(?:ui|gui|dashboards?|interface|interfaz|oberfläche|weboberfläche|frontend|console|tableau de bord"
    r"|screenshots?)"
)
_INTERFACE = re.compile(
    rf"\bmlflow(?:'s)?[\s_-]{{1,3}}(?:tracking[\s_-]{{1,3}}|experiments?[\s_-]{{1,3}})?{_SEEN_IN}\b"
    rf"|\b{_SEEN_IN}\s{{1,3}}(?:web\s|utilisateur\s|gráfica\s|de usuario\s)?"
    r"(?:of|de|do|da|du|del|von|d'|l'|for)?"
    r"\s?(?:l'|la\s|el\s|o\s)?mlflow\b"
)
# "Open MLflow in your browser", also by its address.
_IN_BROWSER = re.compile(
    r"\b(?:open|access|visit|view|see|browse|reach|ouvr\w{1,3}|abr[ae]\w{0,2}|öffne\w{0,2})\s{1,3}(?:the\s{1,3})?mlflow\b.{0,40}"
    r"\b(?:browser|navigateur|navegador)\b"
)
_SEEN = re.compile("ui|dash|interfa|oberfl|frontend|console|tableau|screenshot")  # one of these is in all of them
# The address of a store; the name of a service alone leads nowhere, nor does an address that is to be filled in.
_STORE = re.compile(
    r"\b(?:(?:set_)?tracking[ _-]|mlflow_tracking_)ur[il]s?\b.{0,80}?"
    r"(?:\b(?:https?|sqlite|postgresql|mysql)(?:\+\w{1,20})?://(?![<{$\[.]|your|my-|xxx|host\b|example\.)|\bfile:|\bmlruns\b)"
    r"|--backend-store-uri"
    r"|dagshub\.com/[\w.-]{1,80}/[\w.-]{1,120}(?:\.mlflow|/experiments)|azuredatabricks\.net/|cloud\.databricks\.com/\S{0,80}(?:experiments|mlflow)"
)
# One run, by its id, or the folder of an experiment.
_RUN = re.compile(r"\brun[\s_-]{0,2}id\b\W{1,8}[0-9a-f]{32}\b|\bmlruns/\d")
_ADDRESS = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0):5[05]\d\d\b")
_OTHER_SERVICE = re.compile(r"curl|predict|flask|swagger|fastapi|/docs\b|/api\b|registry|streamlit|psql|postgres")
_PICTURE = re.compile(
    r"!\[(?P<alt>[^\]]{0,200})\]\((?P<target>[^)\s]{1,400})|<img\s(?P<tag>[^>]{1,600})|image::\s(?P<rst>\S{1,400})"
)
_OF_INTERFACE = re.compile(
    r"mlflow.{0,40}(?:ui|dash|experiment|runs?|track|interface|screen|page|result|compar|registry|model)"
)
_NO_SCREEN = re.compile(r"logo|badge|shields\.io|icon|grafana|prometheus|diagram|architecture|workflow")

# Stems of words by which one says that something is recorded: English, French, Spanish, Portuguese, German.
_RECORDS = re.compile(
    r"(?:auto-?)?log(?:s|ged|ging)?|(?:auto-?)?track(?:s|ed|ing)?|record(?:s|ed|ing)?|captur(?:e|es|ed|ing)"
    r"|regist(?:er|ers|ered|ering)"
    r"|enregistr\w{1,6}|journalis\w{1,5}|logu\w{1,5}|suivi[es]{0,2}|suivre|suit|tra[cç](?:é|és|ée|ées|er)"
    r"|registr(?:a|an|ar|o|os|amos|ado|ada|ados|adas|am|ando)|rastre\w{1,6}|seguimiento|acompanh\w{1,6}"
    r"|protokollier\w{1,3}|aufgezeichnet|aufzeichn\w{1,4}|erfass(?:t|en)|geloggt|loggt|getrackt|trackt|nachverfolg\w{1,3}|verfolgt"
)
# Words that say so of any file, unless MLflow is named in the same sentence.
_STORES = re.compile(
    r"sav(?:e|es|ed|ing)|stor(?:e|es|ed|ing)|persist(?:s|ed)?|upload(?:s|ed)?|writes|written|sends?|sent|push(?:es|ed)"
    r"|publish(?:es|ed)|reported|found|seen|viewed|inspected|visible|sauvegard\w{1,5}|stock(?:é|és|ée|ées)"
    r"|guard(?:a|an|ar|ado|ada|ados|adas)|almacen\w{1,5}|salv(?:a|am|ar|o|os|a|as)|armazen\w{1,6}|gespeichert|speicher(?:t|n)"
)
# Others have registries of models, too: MLflow's is meant where it is named.
_REGISTERS = frozenset({"register", "registers", "registered", "registering"})
_THINGS = re.compile(
    r"(?:hyper-?)?param(?:s|eters?|ètres?|etros?|ètre|eter[ns]?)?|(?:hiper|hyper)(?:-?par[aâáè]m\w{2,6})|par[áâè]metros?|param[eè]tres?"
    r"|metri[ckqx]\w{0,3}|métri[ckqx]\w{1,3}|artifacts?|artefa[ck]t(?:s|e|en|os)?|artéfacts?|models?|modèles?|modelos?|modelle?n?s?"
    r"|accurac(?:y|ies)|loss(?:es)?|rmse|mae|mse|r2|auc|f1|f1-score|precision|recall|plots?|figures?"
    r"|results?|résultats?|resultados?|ergebnisse|runs|checkpoints?|weights|scores?|datasets?|performances?|meta-?data|confusion|gráficos?|metriken|modell"
)
# Several things that are named right behind it: "MLflow: metrics, params, model", "MLflow (params + metrics)".
_LISTED = (
    r"(?:hyper-?)?(?:param(?:eter)?s?|metrics?|models?|artifacts?|plots?|loss(?:es)?|accurac(?:y|ies)|tags|seeds?)"
)
_LISTS = re.compile(
    rf"\bmlflow\W{{1,4}}(?:[\w-]{{1,30}}\W{{1,3}}){{0,6}}?{_LISTED}(?:\s{{0,2}}(?:[,·/+&•|]|and)\s{{0,2}}(?:and\s)?{_LISTED}){{1,6}}\b"
)
_PARAMETERS = re.compile(r"\b(?:hyper-?)?param(?:s|eters?|[eè]tres?|eter)?\b|\bpar[aâá]metros?\b")
_METRICS = re.compile(r"\bm[eé]tri(?:cs?|ques?|cas?|ken)\b")
# The same in languages that write no spaces between words, or change their ends: Japanese, Chinese, Korean, Russian.
_RECORDED_ELSEWHERE = (
    "記録|保存|(?<![ブプ])ログ(?!イン)|トラッキング|追跡"
    "|记录|記錄|跟踪|追踪|存储|儲存"
    "|기록|로깅|추적|저장"
    "|логир|записыва|отслежива|сохраня"
)
_THINGS_ELSEWHERE = (
    "パラメータ|パラメーター|メトリク|指標|モデル|結果|精度|損失|成果物"
    "|参数|參數|指标|模型|结果|準確率|准确率|损失"
    "|파라미터|매개변수|지표|메트릭|모델|결과|정확도|손실"
    "|параметр|метрик|модел|результат|артефакт"
)
_SAYS_ELSEWHERE = re.compile(
    rf"(?:{_THINGS_ELSEWHERE}).{{0,60}}?(?:{_RECORDED_ELSEWHERE})|(?:{_RECORDED_ELSEWHERE}).{{0,60}}?(?:{_THINGS_ELSEWHERE})"
)
_NEGATION = frozenset(
    {"not", "never", "no", "without", "todo", "pas", "sans", "sin", "não", "sem", "nicht", "kein", "keine", "ohne"}
)
_DEFINES = re.compile(
    r"\bmlflow\s{0,3}(?:\([^)]{0,40}\)\s?)?(?:is|est|es|é|ist)\s{1,3}(?:an?|the|un|une|una|uma|ein|eine|l')\b"
    r"|\bmlflow\s{0,2}[:\u2013\u2014-]\s{0,2}(?:an?\s)?open[- ]source"
)
# What is tracked is not said by the name of the practice, or of a part of MLflow.
_NAMES = re.compile(
    r"\b(?:experiments?|experimentos?|expériences?|mlflow(?:'s)?|ml|remote|run|issue)[\s-]{1,3}tracking\b"
    r"(?!\s{0,2}(?:of|metrics|param))"
    r"|\bmlflow(?:[\s-]{1,3}(?:servers?|based|backed|powered|enabled|integrated|driven|local|remote)){1,2}[\s-]{1,3}tracking\b"
    r"|\btracking\s{1,3}(?:servers?|ur[il]s?|store|tool|system|platform|backend|database|experiments?\b(?!,))"
    r"|\(?\btracking\b(?=\s{0,2}[,)&/])"
    r"|\b(?:saved|logged|stored)\s{1,3}(?:mlflow\s{1,3})?models?\b(?!\s{1,3}(?:to|in|with|as)\b)"
    r"|\bregistros?\s{1,3}de\s{1,3}modelos?\b|\bnested\s{1,3}runs?\b|\bregistered[\s_-]{1,3}models?\b"
    r"|\bmodel[\s-]registry\b|\bartifact[\s-](?:store|storage|root|location|ur[il])\b"
)
_NAMED = re.compile("tracking|model|artifact|nested")  # one of these is in all of them
_WORD = re.compile(r"[\w'-]{1,40}")
_END = re.compile(r"(?<=[.!?;])\s+(?=[\w*`\"'(\[])")
_LINK_TARGET = re.compile(r"!\[[^\]]{0,200}\]\([^)]{0,400}\)|\]\([^)\s]{1,400}\)|https?://\S{1,400}|<[^>]{1,400}>")
_MARKUP = re.compile(r"[*_`]")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents, and the places in them that are about tracking.

    `files` are all that were read, `nested` those of them that are READMEs of inner folders. `mentions_logging` are
    names of logging functions, in prose or in examples; `explains_logging` are sentences that say what is recorded;
    `explains_viewing` is what leads to the records: a command, an address, a picture of the page.
    """

    files: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    mentions_mlflow: tuple[Place, ...] = ()
    mentions_logging: tuple[Place, ...] = ()
    explains_viewing: tuple[Place, ...] = ()
    explains_logging: tuple[Place, ...] = ()


def is_document(path: str) -> bool:
    """Whether a file is a document for people, by its name and place."""
    *parents, last = path.split("/")
    name = last.lower()
    if re.fullmatch(r"readme(?:[-_.].*)?", name):
        return not name.endswith((".py", ".ipynb", ".html", ".pdf", ".png", ".jpg", ".toml", ".yml", ".yaml"))
    if not name.endswith(_SUFFIXES) or _OTHER_PURPOSE.fullmatch(last.rpartition(".")[0]):
        return False
    folders = {part.lower() for part in parents}
    if _FOLDERS & folders or not parents:
        return not (name.endswith(".txt") and _DATA.search(name))
    words = folders.union(*(re.split(r"[-_ ]", folder) for folder in folders))
    leads = _LEADING_FOLDERS & words or _LEADING.fullmatch(last.rpartition(".")[0])
    return bool(leads) and not name.endswith(".txt")


def read_documents(files: Mapping[str, str]) -> Documents:
    """Search documents for what they say about tracking.

    Parameters
    ----------
    files : mapping of str to str
        Text of each document by its path relative to the project.
    """
    found = _Found([], [], [], [])
    for path, text in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        if min(len(found.explaining), len(found.viewing)) < _ENOUGH:  # a book about it is not read to its end
            _search(path, text[:_MOST_CHARACTERS], found)
    nested = tuple(
        path for path in sorted(files) if "/" in path and not _FOLDERS & {p.lower() for p in path.split("/")[:-1]}
    )
    return Documents(
        tuple(sorted(files)),
        nested,
        tuple(found.mlflow),
        tuple(found.logging),
        tuple(found.viewing),
        tuple(found.explaining),
    )


@dataclass(slots=True)
class _Found:
    mlflow: list[Place]
    logging: list[Place]
    viewing: list[Place]
    explaining: list[Place]


def _search(path: str, text: str, found: _Found) -> None:
    lines = [line[:_LONGEST_LINE] for line in text.replace("\u2019", "'").splitlines()]
    lowered = [line.lower() for line in lines]
    about = [i for i, line in enumerate(lowered) if "mlflow" in line or "mlruns/" in line]
    found.mlflow += _places(path, about)
    found.logging += _places(path, [i for i, line in enumerate(lines) if "log" in line and _LOGGING.search(line)])
    if not about:
        return
    near = {j for i in about for j in range(i - _AROUND, i + _AROUND + 1)}
    found.viewing += _places(path, [i for i in sorted(near) if 0 <= i < len(lines) and _views(lowered[i])])
    intended = intended_lines(lines)
    found.explaining += _places(
        path,
        sorted(
            first + i
            for first, last in _sections(lines, about)
            for i, sentence, heading in _sentences(lines[first:last])
            if _explains(sentence, heading) and first + i not in intended
        ),
    )


_UNDERLINES = frozenset("=-~^\"'#*")
_UNDERLINE = re.compile(r"[=\-~^\"'#*]{3,}")
_HTML_HEADING = re.compile(r"<h\d.{0,300}")
# Only lines with one of these can lead to what was recorded; all others are spared the closer look.
_MAY_LEAD = re.compile(
    r"mlflow|mlruns|run|!\[|<img|image::|tracking|backend-store|dagshub|databricks|localhost|127\.0|0\.0\.0\.0"
)
_PICTURE_LINK = re.compile(r"!\[[^\]]{0,200}\]\([^)]{0,400}\)")


def _places(path: str, numbers: list[int]) -> list[Place]:
    return [Place(path, -1, number + 1) for number in numbers[:_MOST_PLACES]]


def _views(line: str) -> bool:
    """Whether a line, near a mention of MLflow, leads to what was recorded."""
    if not _MAY_LEAD.search(line):
        return False
    for picture in _PICTURE.finditer(line):
        words = " ".join(part for part in picture.groups() if part)
        if _OF_INTERFACE.search(words) and not _NO_SCREEN.search(words):
            return True
    line = _PICTURE_LINK.sub(" ", line)
    if "mlflow" in line:
        server = "server" in line and (_COMMAND.search(line) or _SERVER.search(line))
        seen = _SEEN.search(line) and _INTERFACE.search(line)
        if server or seen or _STARTS.search(line) or _IN_BROWSER.search(line):
            return "pip install" not in line
    return bool(_STORE.search(line) or _RUN.search(line) or (_ADDRESS.search(line) and not _OTHER_SERVICE.search(line)))


def _sections(lines: list[str], about: list[int]) -> list[tuple[int, int]]:
    """First and last line of the parts, from heading to heading, that mention MLflow at all."""
    code = _code(lines)
    starts = [0, *(i for i, line in enumerate(lines) if line[:1] == "#" and i not in code)]
    ends = [*starts[1:], len(lines)]
    mentioned = set(about)
    return [(a, b) for a, b in zip(starts, ends, strict=True) if not mentioned.isdisjoint(range(a, b))]


def _sentences(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Sentences with the index of their first line and the heading above; a list belongs to what leads to it."""
    heading = ""
    carried = False
    paragraph: list[tuple[int, str]] = []
    lead = (-1, "")
    for i, line in _prose(lines):
        stripped = line.strip()
        underline = stripped[:1] in _UNDERLINES and _UNDERLINE.fullmatch(stripped)
        is_heading = stripped[:1] == "#" or (stripped[:2] == "<h" and bool(_HTML_HEADING.fullmatch(stripped)))
        bullet = _ITEM.match(line)
        item = bullet is not None or stripped.startswith("|")
        if not stripped or is_heading or item or underline:
            if underline and paragraph:
                heading, paragraph = paragraph[-1][1], []
            yield from _split(paragraph, heading + (" mlflow" if carried else ""))
            if paragraph or is_heading:
                # "All runs are logged to MLflow." speaks of the next paragraph, too.
                carried = any("mlflow" in text.lower() and _may_record(text.lower()) for _number, text in paragraph)
            if paragraph and paragraph[-1][1].rstrip("* ").endswith(":"):
                number, text = paragraph[-1]
                lead = (number, text[-_LONGEST_LEAD:])
            elif paragraph and not item:
                lead = (-1, "")
            paragraph = []
        if is_heading:
            heading = stripped.lstrip("# ")
            lead = (i, heading + ":") if _leads(heading) else (-1, "")
        elif item:
            text = line[bullet.end() if bullet else 0 :].strip(" |")
            paragraph = [(i, f"{lead[1]}{_LED}{text}" if lead[0] >= 0 and i - lead[0] <= 30 else text)]
        elif stripped and not underline:
            paragraph.append((i, stripped))


def _prose(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not code, and an empty one for each fence and at the end."""
    code = _code(lines)
    for i, line in enumerate([*lines, ""]):
        if i not in code:
            yield i, line
        elif line.strip().startswith(("```", "~~~")):
            yield i, ""


def _code(lines: list[str]) -> set[int]:
    """Numbers of the lines that are code between fences, these among them.

    A fence that names a language opens code and closes none: what was open before was never closed, and ends with its
    block of lines. So does one that nothing follows.
    """
    fences = [i for i, line in enumerate(lines) if line.lstrip()[:3] in {"```", "~~~"}]
    found: set[int] = set()
    place = 0
    while place < len(fences):
        first = fences[place]
        mark = lines[first].strip()[:3]
        after = fences[place + 1] if place + 1 < len(fences) else -1
        if after > 0 and lines[after].strip().startswith(mark) and not lines[after].strip().strip(mark[0]):
            found |= set(range(first, after + 1))
            place += 2
            continue
        last = first + 1
        while last < len(lines) and lines[last].strip() and last != after:
            last += 1
        found |= set(range(first, last))
        place += 1
    return found


def _leads(heading: str) -> bool:
    """Whether a heading says that what is listed below is recorded: "What is logged"."""
    words = [word.lower() for word in _WORD.findall(heading)]
    return any(
        re.fullmatch(r"logs|logged|tracked|tracks|recorded|records|enregistr\w+|registrad\w+|geloggt\w*", w)
        for w in words
    )


def _split(paragraph: list[tuple[int, str]], heading: str) -> Iterator[tuple[int, str, str]]:
    """The sentences of a paragraph that is about MLflow; each is at the line in which it starts."""
    whole = " ".join(text for _number, text in paragraph)
    if "mlflow" in whole.lower():
        heading += " mlflow"
    elif not paragraph or "mlflow" not in heading.lower():
        return
    lines = iter(paragraph)
    number, text = next(lines)
    begin, line_end = 0, len(text)
    for end in [*(m.start() for m in _END.finditer(whole)), len(whole)]:
        while begin > line_end:
            number, text = next(lines)
            line_end += len(text) + 1
        yield number, whole[begin:end], heading
        begin = end + 1


# Documents have the same few thousand words.
@lru_cache(maxsize=20_000)
def _is_thing(word: str) -> bool:
    return _THINGS.fullmatch(word) is not None


@lru_cache(maxsize=20_000)
def _records(word: str) -> bool:
    return _RECORDS.fullmatch(word) is not None


@lru_cache(maxsize=20_000)
def _stores(word: str) -> bool:
    return _STORES.fullmatch(word) is not None


def _may_record(text: str) -> bool:
    return any(_records(word) or _stores(word) for word in _WORD.findall(text))


def _lists_what_is_logged(sentence: str) -> bool:
    """Whether a sentence that names MLflow lists what runs have: parameters and metrics, or several behind its name."""
    both = _PARAMETERS.search(sentence) and _METRICS.search(sentence)
    return bool(both) or _LISTS.search(_MARKUP.sub("", sentence)) is not None


def _explains(sentence: str, heading: str) -> bool:
    """Whether a sentence says that something is recorded with MLflow, and what."""
    sentence = _LINK_TARGET.sub(" ", sentence)
    lowered = sentence.lower()
    here = "mlflow" in lowered
    if here and not lowered.isascii() and _SAYS_ELSEWHERE.search(lowered):
        return True
    about = here or "mlflow" in heading.lower()
    # Cheap tests first: most sentences have no word of recording.
    lists = here and _lists_what_is_logged(lowered)
    if not about or "?" in sentence or not (lists or _may_record(lowered)) or _DEFINES.search(lowered):
        return False
    said = _NAMES.sub(" ", lowered) if _NAMED.search(lowered) else lowered
    words = [word.removesuffix("'s") for word in _WORD.findall(said)[:_MOST_WORDS]]
    if not here and "your" in words:  # what MLflow can do for anyone
        return False
    things = [i for i, word in enumerate(words) if _is_thing(word)]
    verbs = [
        i
        for i, word in enumerate(words)
        if (_records(word) and (here or word not in _REGISTERS)) or (here and _stores(word))
    ]
    led, _mark, own = _MARKUP.sub("", lowered).rpartition(_LED)
    if not (verbs or lists) or says_nothing_of_it(own, led.strip(), heading):
        return False
    denied = {j for i, word in enumerate(words) if word in _NEGATION or word.endswith("n't") for j in range(i, i + 5)}
    return (lists and not denied) or any(
        abs(verb - thing) <= _NEAR for verb in verbs if verb not in denied for thing in things if thing != verb
    )
