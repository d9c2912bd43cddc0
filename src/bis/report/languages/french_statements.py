"""What each statement of a verdict reads as in French; see `bis.report.text.english_statements` for the form.

``{replays:#rejeu|rejeux}`` is a count with its noun and the plural of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.languages.french_explanations import FRENCH_EXPLANATION
from bis.report.languages.french_figures import (
    counted,
    distance,
    listed,
    percent,
    probability,
    short,
    tolerance,
    with_comma,
)
from bis.report.languages.french_published import FRENCH_PUBLISHED
from bis.report.text.statement_text import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_C = StatementCode

FRENCH_LEVELS = {
    "bitwise": "identique au bit près",
    "bitwise metrics": "métriques identiques au bit près",
    "numerical": "numérique",
    "statistical": "statistique",
    "inconclusive": "non concluant",
    "divergent": "divergent",
    "not executable": "non exécutable",
}
CATEGORIES = {"number": "un nombre", "not-logged": "non enregistrée"}
PATTERNS = {
    "data": "les données : ce qui a été lu ou la façon de le séparer diffère",
    "initialisation": "l'initialisation : les premiers poids diffèrent",
    "shuffling": "le mélange : l'ordre des exemples diffère",
    "floating-point": "la virgule flottante (threads, jeu d'instructions ou bibliothèque)",
    "late-entropy": "un aléa tardif (dropout, augmentation, un processus) ou un autre déroulement du programme",
    "other-draws": "un autre aléa : les tirages de {draws} diffèrent",
    "same-draws": "indéterminé : tous les tirages suivis sont les mêmes, et l'écart ne convient ni à un arrondi ni à "
    "un "
    "autre tirage",
    "no-trace": "indéterminé : sans trace des tirages, un tirage changé ne se distingue pas d'autres causes",
}
_SHOWN = "montré, ne compte pas"
REASONS = {
    "system-metric": f"une métrique système de MLflow : {_SHOWN}",
    "rate": f"un débit de travail : {_SHOWN}",
    "time": f"une mesure de temps : {_SHOWN}",
    "load": f"une mesure de la charge de la machine : {_SHOWN}",
    "not-strict": f"{_SHOWN} : de tels fichiers contiennent souvent des heures et des noms ; --strict les compte",
    "has-metrics": f"{_SHOWN} : l'exécution a des métriques",
    "says-nothing": f"{_SHOWN} : il n'en reste rien sans ce qui diffère entre deux exécutions quelconques",
    "log-words": f"{_SHOWN} : de l'erreur standard seuls les nombres sont comparés",
    "outside": f"{_SHOWN} : hors du projet",
    "has-figures": f"{_SHOWN} : des nombres ont été comparés ailleurs",
    "packed-model": f"{_SHOWN} : un modèle tel que MLflow l'emballe contient des identifiants et des heures",
    "passing": f"une heure, un nom ou un identifiant : {_SHOWN}",
    "new-entropy": f"avec un nouvel aléa cela peut différer : {_SHOWN}",
    "no-result": f"pas un résultat : {_SHOWN}",
    "results-decide": f"{_SHOWN} : il y a des résultats",
    "not-watched": f"la règle d'arrêt ne l'observait pas : {_SHOWN}",
}
TOKENS = {
    "mlflow-line": ("une ligne de MLflow sur une exécution", "lignes de MLflow sur une exécution"),
    "log-line": ("une ligne du journal d'une bibliothèque", "lignes du journal d'une bibliothèque"),
    "identifier": ("un identifiant", "identifiants"),
    "memory-address": ("une adresse en mémoire", "adresses en mémoire"),
    "date": ("une date ou une heure", "dates ou heures"),
    "temporary-path": ("un chemin temporaire", "chemins temporaires"),
    "installation-path": ("un chemin d'un paquet installé", "chemins de paquets installés"),
    "picture": ("une image", "images"),
    "rate": ("un débit", "débits"),
    "duration": ("une durée", "durées"),
    "load": ("une mesure de la charge de la machine", "mesures de la charge de la machine"),
    "progress-bar": ("une barre de progression", "barres de progression"),
}
FILES = {"artifact": "artefact|artefacts", "file": "fichier de sortie|fichiers de sortie"}
CONTENTS = {"weights": "poids", "bytes": "octets", "text": "texte"}
STAGES = {
    "env": "environnement",
    "data": "données",
    "timeout": "délai dépassé",
    "resource": "ressource",
    "killed": "tué",
    "evidence": "preuve",
}
FACETS = {
    "code": "code",
    "parameters": "paramètres",
    "environment": "environnement",
    "machine": "machine",
    "data": "données",
    "randomness": "aléa",
    "outputs": "sorties",
}
_NOT_ALONE = {
    "no-search": "aucun appel de `Study.optimize` d'Optuna ne l'a exécuté",
    "several-searches": "le programme fait plusieurs recherches",
    "together": "d'autres essais étaient en cours en même temps",
    "other-state": "seul, il donne autre chose : il dépend donc de plus que des paramètres et des générateurs",
}
_KINDS = {"exact": "rejeu exact|rejeux exacts", "fresh": "rejeu à nouvel aléa|rejeux à nouvel aléa"}


def french_level(level: str) -> str:
    """The level of a verdict in words."""
    return FRENCH_LEVELS.get(level, level)


def _decision(decision: str) -> str:
    return {"reject": "rejeté", "consistent": "compatible"}.get(decision, decision)


def _variance(variance: str) -> str:
    return {"pooled": "commune", "welch": "de Welch", "paired": "par paires"}.get(variance, variance)


def _stage(stage: str) -> str:
    return STAGES.get(stage, stage)


def _content(f: Mapping[str, Any]) -> str:
    return CONTENTS.get(f["content"], str(f["content"]))


def _not_compared(f: Mapping[str, Any]) -> list[str]:
    if "counts" not in f:
        return sorted(TOKENS[token][0] for token in f["tokens"])
    pairs = zip(f["tokens"], f["counts"], strict=True)
    return [f"{n} {TOKENS[t][1] if n > 1 else TOKENS[t][0].partition(' ')[2]}" for t, n in pairs]


def _where(f: Mapping[str, Any]) -> str:
    return "" if "cell" not in f else f" dans la cellule {f['cell']}"


def _steps(f: Mapping[str, Any]) -> str:
    return f", {f['steps']} pas" if f["steps"] > 1 else ""


def _far(f: Mapping[str, Any]) -> str:
    return distance(f.get("ulps"), f.get("precision"), f.get("relative"))


def _tolerance(f: Mapping[str, Any]) -> str:
    return tolerance(f["origin"], f["atol"], f["rtol"])


def _failed(f: Mapping[str, Any]) -> str:
    return f"{_stage(f['stage'])}{' : ' if 'message' in f else ''}{f.get('message', '')}{_where(f)}"


def _within_tolerance(f: Mapping[str, Any]) -> str:
    where = ", dernier pas seulement" if f["last_only"] else _steps(f)
    return f"dans la tolérance {_tolerance(f)} dans {f['same']}/{f['total']}{where} ; au plus {_far(f)}"


def _metric_differs(f: Mapping[str, Any]) -> str:
    lengths = ""
    if "other_steps" in f:
        others = " ou ".join(map(str, f["other_steps"]))
        lengths = f" ; {f['steps']} pas dans l'original, {others} dans des rejeux"
    return f"diffère dans {f['differing']}/{f['total']}{lengths}"


def _other_content(f: Mapping[str, Any]) -> str:
    other = f"{_content(f)} : autre contenu dans {f['other']}/{f['total']}" if f["other"] else ""
    absent = f"absent dans {f['absent']}/{f['total']}" if f["absent"] else ""
    return ", ".join(x for x in (other, absent) if x)


def _same_words(f: Mapping[str, Any]) -> str:
    numbers = ", des nombres diffèrent (ci-dessous)" if f["numbers_differ"] else " et mêmes nombres"
    return f"mêmes mots dans {f['total']}/{f['total']}{numbers}"


def _outputs_differ(f: Mapping[str, Any]) -> str:
    more = f" et {f['more']} de plus" if f["more"] else ""
    parts = f" ; {f['parts']}" if f["parts"] else ""
    return f"pas identique : {', '.join(f['items'])}{more}{parts}"


def _written_as(f: Mapping[str, Any]) -> str:
    differ = counted(f["differing"], "diffère|diffèrent")
    count = f" ; sur {f['numbers']} nombres, {differ}" if f["numbers"] > 1 else ""
    return f"écrit {f['original']} / {f['replayed']}{count}"


def _original_failed(f: Mapping[str, Any]) -> str:
    replays = counted(f["total"], "rejeu|rejeux")
    return f"l'original a échoué ({f['first']}), et {f['same']} sur {replays} de la même façon"


def _categories(values: tuple[str, ...]) -> str:
    return " ou ".join(CATEGORIES.get(v, v) for v in values)


def _category(f: Mapping[str, Any]) -> str:
    return CATEGORIES.get(f["original"], str(f["original"]))


def _category_occurs(f: Mapping[str, Any]) -> str:
    word = _category(f)
    low, high = (with_comma(f"{f[end]:.2f}") for end in ("low", "high"))
    return (
        f"{word} dans l'original et dans {f['same']}/{f['total']} rejeux (P({word}) entre {low} et {high} avec "
        f"{percent(f['confidence'])} de confiance)"
    )


def _category_differs(f: Mapping[str, Any]) -> str:
    return (
        f"{_category(f)} dans l'original, {_categories(f['replays'])} dans {f['other']}/{f['total']} rejeux : "
        f"p = {probability(f['p_value'])}"
    )


def _category_unseen(f: Mapping[str, Any]) -> str:
    return (
        f"{_category(f)} dans l'original, {_categories(f['replays'])} dans tous les {f['total']} rejeux ; trop peu "
        f"pour "
        "exclure le hasard"
    )


def _interval(where: str) -> Callable[[Mapping[str, Any]], str]:
    def words(f: Mapping[str, Any]) -> str:
        what = "dernière valeur " if f["last_only"] else ""
        replays = counted(f["replays"], "rejeu à nouvel aléa|rejeux à nouvel aléa")
        return (
            f"{what}{where} l'intervalle de prédiction à {percent(f['confidence'])} {short(f['low'])} … "
            f"{short(f['high'])} de {replays}"
        )

    return words


def _tally(f: Mapping[str, Any]) -> str:
    within = f", {f['within']} dans la tolérance" if f["within"] else ""
    different = f", {counted(f['different'], 'différente|différentes')}" if f["different"] else ""
    metrics, replays = counted(f["metrics"], "métrique|métriques"), counted(f["replays"], _KINDS["exact"])
    return f"{f['identical']} sur {metrics} identiques{within}{different} dans {replays}"


def _consistent(f: Mapping[str, Any]) -> str:
    family = "" if f["metrics"] == 1 else ", corrigé pour leur nombre"
    return (
        f"{f['consistent']} sur {counted(f['metrics'], 'métrique|métriques')} de l'original compatibles avec "
        f"{counted(f['replays'], _KINDS['fresh'])} (niveau {with_comma(format(f['alpha'], 'g'))}{family})"
    )


_SANDBOXES = {
    "bwrap": "bubblewrap",
    "namespaces": "espaces de noms du noyau",
    "landlock": "Landlock",
}


def _ran_in_sandbox(f: Mapping[str, Any]) -> str:
    network = "avec le réseau" if f["network"] else "sans réseau"
    rest = "" if f["signals"] else " ; ce noyau ne peut pas empêcher des signaux à vos autres processus"
    return f"les rejeux ont eu lieu dans un bac à sable : {_SANDBOXES.get(f['sandbox'], f['sandbox'])}, {network}{rest}"


def _runs_compared(f: Mapping[str, Any]) -> str:
    if f["compared"] == f["total"]:
        return f"toutes les {f['total']} exécutions : {f['first']}"
    return f"{f['compared']} exécutions sur {f['total']} : {f['first']}"


def _runs_tally(f: Mapping[str, Any]) -> str:
    tally = zip(f["levels"], f["counts"], strict=True)
    return "exécutions : " + ", ".join(f"{french_level(level)} : {n}" for level, n in tally)


def _runs_created(f: Mapping[str, Any]) -> str:
    others = " à ".join(map(str, f["replayed"])) or "un autre nombre"
    return f"{f['original']} dans l'original, {others} dans les rejeux"


def _numbers_listed(f: Mapping[str, Any]) -> str:
    return f"{counted(f['original'], 'nombre|nombres')} / {' ou '.join(map(str, f['replayed']))}"


def _same_contents(f: Mapping[str, Any]) -> str:
    what = counted(f["listed"], FILES[f["kind"]])
    return f"{f['same']} sur {what} : mêmes octets dans {f['total']}/{f['total']}"


FRENCH: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.ENDED_WELL: "s'est bien terminé",
    _C.ENDED_WITH_CODE: "s'est terminé avec le code de sortie {exit_code}",
    _C.RAISED: lambda f: f"exception {f['exception']}{_where(f)}",
    _C.ENDED_BY_SIGNAL: lambda f: f"{_stage(f['stage'])} : signal n° {f['signal']}{_where(f)}",
    _C.FAILED: _failed,
    _C.ENDS_ALIKE: "{same}/{total} finissent comme l'original",
    _C.FAILS_ALIKE: "{same}/{total} échouent comme l'original : {parts}",
    _C.ALL_FAILED: "échec de {failed} sur {total} : {parts}",
    _C.SOME_FAILED_OUTSIDE: "échec de {failed} sur {total} ({parts}) : on ne sait pas ce que ceux-ci auraient donné",
    _C.SOME_END_OTHERWISE: "{other} sur {total} ont fini autrement : {rest} ; l'original : {first}",
    _C.END_IS_RARE: "{same}/{total} finissent comme l'original ({parts}) : p = {p_value:p}",
    _C.END_IS_UNSEEN: "aucun de {total} ne finit comme l'original ({parts}) ; trop peu pour exclure le hasard",
    _C.END_IS_ORDINARY: "{other} sur {total:#rejeu|rejeux} finissent autrement ({parts}) ; la fin de l'original est "
    "ordinaire : p = {p_value:p}",
    _C.END_NOT_KNOWN: "on ne sait pas comment l'original s'est terminé ; les rejeux : {parts}",
    _C.SAME_BITS: lambda f: f"mêmes bits dans {f['same']}/{f['total']}{_steps(f)}",
    _C.SAME_BITS_SOME_FAILED: lambda f: (
        f"mêmes bits dans {f['same']}/{f['total']}{_steps(f)} ; {f['failed']} ont échoué avant la fin"
    ),
    _C.SAME_SO_FAR: "aucun rejeu n'est allé jusque-là ; ce que {logged:#rejeu a|rejeux ont} enregistré avant d'échouer "
    "est identique",
    _C.NOT_REACHED: "aucun rejeu n'est allé jusque-là",
    _C.WITHIN_TOLERANCE: _within_tolerance,
    _C.NOT_LOGGED: "non enregistrée dans {absent} sur {total:#rejeu|rejeux}",
    _C.METRIC_DIFFERS: _metric_differs,
    _C.DIVERGES_AT_STEP: lambda f: f"d'abord au pas {f['step']}, de {_far(f)}",
    _C.DIFFERS_BY: lambda f: f"de {_far(f)}",
    _C.READS_AS: lambda f: "parle pour " + PATTERNS[f["pattern"]].replace("{draws}", ", ".join(f.get("draws", ()))),
    _C.NOT_IN_ORIGINAL: "enregistrée dans {logged}/{total} rejeux, pas dans l'original",
    _C.DIGEST_NOT_RECORDED: lambda f: f"{_content(f)} de l'original : empreinte non relevée",
    _C.SAME_CONTENT: lambda f: f"{_content(f)} : même contenu dans {f['same']}/{f['total']}",
    _C.OTHER_CONTENT: _other_content,
    _C.SAME_CONTENTS: _same_contents,
    _C.SAME_TEXT: "même texte dans {total}/{total}",
    _C.LINES_MOVED: "mêmes lignes dans {total}/{total}, dans un autre ordre",
    _C.STREAMS_TOGETHER: (
        "stdout et stderr ne faisaient qu'un flux : c'est peut-être d'un journal, dont les mots ne sont pas comparés"
    ),
    _C.OTHER_TEXT: "autres octets dans {other}/{total} (--strict)",
    _C.NOT_PRINTED: "non affiché dans {absent}/{total}",
    _C.LINE_DIFFERS: "la ligne {line} diffère : {original!r} / {replayed!r}",
    _C.SAME_WORDS: _same_words,
    _C.PRINTED_WITHIN: lambda f: f"affiché dans la tolérance {_tolerance(f)} ; au plus {_far(f)}",
    _C.PRINTED_AS: "affiché {original} / {replayed}",
    _C.PART_SAME: "de l'original, seule une partie est connue ; elle est identique dans {same}/{total}",
    _C.PART_KNOWN: "de l'original, seule une partie est peut-être connue",
    _C.NOT_COMPARED: lambda f: "non comparé : " + ", ".join(_not_compared(f)),
    _C.NOT_COUNTED: lambda f: f"({REASONS[f['reason']]})",
    _C.FIGURES_SAME: "{numbers:#nombre identique|nombres identiques} dans {total}/{total}",
    _C.WRITTEN_AS: _written_as,
    _C.OTHER_COUNT: _numbers_listed,
    _C.NOT_COMPARABLE: "autres octets dans {other}/{total} ; le contenu ne peut pas être comparé",
    _C.REST_DIFFERS: "tout n'a pas été gardé, et l'ensemble n'est pas identique dans {other}/{total}",
    _C.CATEGORY_DIFFERS: _category_differs,
    _C.CATEGORY_OCCURS: _category_occurs,
    _C.CATEGORY_UNSEEN: _category_unseen,
    _C.TOO_FEW: "{usable:#rejeu utilisable|rejeux utilisables} : rien ne peut être conclu en dessous de {least}",
    _C.SAME_BITS_ANY_ENTROPY: "mêmes bits dans {total}/{total}, quel que soit l'aléa",
    _C.WITHIN_ANY_ENTROPY: lambda f: (
        f"dans la tolérance {_tolerance(f)} dans {f['total']}/{f['total']}, quel que soit l'aléa"
    ),
    _C.REPLAYS_LEFT_OUT: "{left_out} sur {total:#rejeu|rejeux} sans aucun nombre : laissés de côté",
    _C.INSIDE_INTERVAL: _interval("dans"),
    _C.OUTSIDE_INTERVAL: _interval("hors de"),
    _C.DETERMINISTIC_MISMATCH: "désaccord déterministe : tous les {replays} rejeux donnent {value}",
    _C.SEQUENCE_DECIDED: "test séquentiel : {decision:decision}, p = {p_value:p}",
    _C.SEQUENCE_OPEN: "test séquentiel : aucun de {replays:#rejeu|rejeux} aussi extrême jusqu'ici, au plus {at_most} "
    "de "
    "plus",
    _C.LOOKS_DECIDED: "test séquentiel, examiné après {looks:list} rejeux : {decision:decision}, p = {p_value:p}",
    _C.LOOKS_OPEN: "test séquentiel : indécis jusqu'à l'examen après {next_look} rejeux, au plus {at_most} de plus",
    _C.BEST_OF: "choisi comme le meilleur de {selected_from} : P(le meilleur de {selected_from} au moins aussi bon) = "
    "{p_value:p}",
    _C.BEST_OF_SIBLINGS: "des {runs} exécutions de sa recherche, celle-ci est la meilleure en {metrics:list} : elle "
    "est "
    "jugée comme choisie pour cela (--selected-from 1 si elle ne l'a pas été)",
    _C.TRIAL_ALONE: "l'essai {trial} a été exécuté seul, depuis l'état dans lequel il a commencé ; ainsi il donne ce "
    "qu'il "
    "donne dans un rejeu du programme entier",
    _C.TRIAL_ALONE_FRESH: "l'essai {trial} a été exécuté seul, avec ses paramètres et un nouvel aléa",
    _C.TRIAL_WITH_PROGRAM: lambda f: (
        f"l'essai {f['trial']} a été rejoué avec le programme entier : {_NOT_ALONE[f['reason']]}"
    ),
    _C.WHOLE_CURVE: "courbe entière (conforme, {steps} pas) : p = {p_value:p}",
    _C.CURVE_VALUES: "p des valeurs de la courbe : finale {final:p}, meilleure {best:p}, moyenne {mean:p}",
    _C.CURVE_LENGTH: "nombre de pas {steps}, dans les rejeux de {fewest} à {most} : p = {p_value:p}",
    _C.EQUIVALENCE_NOT_TESTED: "l'équivalence à {margin:short} près n'est pas testée : un seul original demande une "
    "marge "
    "d'au moins {least:short} ({sigmas:g} écarts-types)",
    _C.EQUIVALENT: "équivalent dans la marge déclarée {margin:short} (p = {p_value:p})",
    _C.EQUIVALENCE_NOT_SHOWN: "équivalence non montrée dans la marge déclarée {margin:short} (p = {p_value:p})",
    _C.RANK_DISAGREES: "le test de rang, qui ne suppose aucune loi, donne p = {p_value:p}",
    _C.COARSE: "tous les {replays} rejeux donnent {value} alors que d'autres métriques varient : testé par rang "
    "(p = {p_value:p}, qu'aucune différence ne rend plus petit) ; déclarez son quantum pour un test plus fin",
    _C.REJECTED: "rejeté : p = {p_value:p}",
    _C.REJECTED_CORRECTED: "p = {p_value:p} après correction",
    _C.DETECTABLE: "un décalage de {shift:short} ({sigmas:.1f} écarts-types) aurait été détecté avec une puissance de "
    "{power:%}",
    _C.MOVES_WITH: "varie exactement avec {metric} et est jugée avec elle",
    _C.FRESH_WEIGHTS: "mêmes poids dans {same}/{total}",
    _C.IDENTICAL: "{metrics:#métrique identique|métriques identiques} dans {total}/{total} rejeux exacts "
    "(P(identique) >= {bound:p} avec {confidence:%} de confiance)",
    _C.ALL_WITHIN: "{metrics:#métrique|métriques} dans la tolérance dans {total}/{total} rejeux exacts "
    "(P(dans la tolérance) >= {bound:p} avec {confidence:%} de confiance)",
    _C.TALLY: _tally,
    _C.METRICS_ONLY: "chaque métrique a les mêmes bits, mais pas un modèle ou une sortie : les programmes n'ont pas "
    "fait la "
    "même chose",
    _C.NO_METRICS: "l'original n'a enregistré aucune métrique : ce qu'il a affiché et écrit a été comparé",
    _C.WORDS_ONLY: "l'original n'a enregistré aucune métrique, et ce qu'il a affiché et écrit ne contient aucun "
    "nombre : "
    "seuls des mots et des octets ont été comparés",
    _C.OUTPUTS_DIFFER: _outputs_differ,
    _C.ROOTS_REPEATED: "{replays:#rejeu laissé|rejeux laissés} de côté : la racine d'aléa avait déjà servi",
    _C.ROOTS_UNKNOWN: "{replays:#rejeu|rejeux} sans racine d'aléa relevée : supposés indépendants",
    _C.TOO_FEW_FRESH: "{usable:#rejeu utilisable|rejeux utilisables} à nouvel aléa : les différences sont montrées, "
    "mais "
    "rien ne peut être conclu en dessous de {least}",
    _C.CONSISTENT: _consistent,
    _C.NOT_PROVED_EQUAL: "compatible ne veut pas dire égal : avec {replays} rejeux d'un seul original, seuls des "
    "décalages "
    "d'au moins {sigmas:.1f} écarts-types sont détectés avec une puissance de {power:%}",
    _C.BETTER_THAN_ALL: "l'original est meilleur que tous les rejeux à nouvel aléa en {metrics:list} : 1 chance sur "
    "{one_in} "
    "pour une exécution ordinaire ; s'il a été choisi comme le meilleur de K exécutions, déclarez selected_from=K",
    _C.REPLAYS_MADE: lambda f: counted(f["replays"], _KINDS.get(f["kind"], f"rejeu {f['kind']}|rejeux {f['kind']}")),
    _C.KNOWN_IN_PART: "l'original n'est pas connu en entier ; ce qui en est connu n'est pas autre : {items:list}",
    _C.NO_REPLAYS: "il n'y a pas de rejeux",
    _C.NOTHING_RAN: "échec de {total} sur {total:#rejeu|rejeux} ({parts})",
    _C.SAME_BEFORE_FAILING: "ce que les rejeux ont enregistré avant d'échouer est identique : {metrics:list}",
    _C.NOT_ORDINARY: "mais l'original n'est pas un tirage ordinaire : les rejeux à nouvel aléa en divergent. Ce qui a "
    "été "
    "relevé peut être répété ; une exécution avec un autre aléa donne autre chose",
    _C.NO_ENTROPY: "l'exécution ne tire aucun aléa : des rejeux à nouvel aléa ne peuvent pas expliquer la différence",
    _C.OTHER_CAUSES: "ce qui diffère n'est pas un aléa relevé : l'heure, les threads et l'ordre dans lequel ils "
    "finissent, "
    "des fichiers modifiés ou le réseau ; `bis diff` compare les machines et les paquets, et un seul thread "
    "(OMP_NUM_THREADS=1) montre si les threads en sont la cause",
    _C.CHANGES_MAY_EXPLAIN: "quelque chose a été sciemment changé dans les rejeux, ce qui peut en être la cause",
    _C.ORIGINAL_FAILED: _original_failed,
    _C.EXACT_SAID: lambda f: f"rejeux exacts : {french_level(f['level'])} : {f['parts']}",
    _C.FRESH_WOULD_DECIDE: "{replays:#rejeu de plus à nouvel aléa trancherait|rejeux de plus à nouvel aléa "
    "trancheraient}",
    _C.ONLY_FRESH_CAN_TELL: "seuls des rejeux à nouvel aléa peuvent montrer si la différence dépasse l'aléa propre de "
    "l'exécution : {least} trancheraient, 8 à 10 donnent presque toute la puissance qu'un seul original permet",
    _C.EXACT_WOULD_DECIDE: "{replays:#rejeu exact de plus qui se termine trancherait|rejeux exacts de plus qui se "
    "terminent "
    "trancheraient}",
    _C.FACET_LACKING: lambda f: f"{FACETS.get(f['facet'], f['facet'])} : {f['consequence']}",
    _C.REPLAY_NOT_STORED: "le rejeu {replay} n'a pas pu être enregistré comme exécution enfant : {message}",
    _C.REPLAYS_NOT_STORED: "les rejeux {replays:list} n'ont pas pu être enregistrés comme exécutions enfants : "
    "{message}",
    _C.VERDICT_NOT_STORED: "le verdict n'a pas pu être enregistré avec l'exécution : {message}",
    _C.PAGE_NOT_STORED: "la page de l'exécution n'a pas pu être enregistrée avec elle : {message}",
    _C.MODELS_NOT_TAGGED: "les modèles de l'exécution n'ont pas pu recevoir les étiquettes du verdict : {message}",
    _C.NOTE_NOT_WRITTEN: "la note de l'exécution a été laissée telle quelle : {message}",
    _C.WARM_DIFFERS: "un rejeu dans la copie d'un processus qui avait déjà importé n'était pas identique à un rejeu "
    "lancé à "
    "neuf : il a été laissé de côté, et chaque rejeu a été lancé à neuf",
    _C.RAN_IN_SANDBOX: _ran_in_sandbox,
    _C.RAN_WITHOUT_SANDBOX: "les rejeux ont eu lieu sans bac à sable : seul ce que Python écrit hors de leurs dossiers "
    "a été refusé ; les programmes lancés, le code natif et le réseau ne l'ont pas été",
    _C.PROGRAMS_NOT_WATCHED: "les rejeux ont lancé des programmes qui ne sont pas surveillés ({programs:list}) : ce "
    "que ceux-ci ont tenté hors du bac à sable n'a pas eu lieu, et n'est nommé que s'il en est resté quelque chose",
    _C.CELLS_TELL_SURROUNDINGS: "{cells:#cellule|cellules} avec des heures, des identifiants, des versions ou des "
    "chemins, d'après leur source : non comparées",
    _C.WARM_FAILED: "le processus qui importe pour tous les rejeux n'a pas pu servir : chacun a été lancé à neuf",
    _C.RUNS_COMPARED: _runs_compared,
    _C.RUNS_TALLY: _runs_tally,
    _C.RUNS_CREATED: _runs_created,
    _C.RUNS_AS_SET: "rien que les résultats (ni parent, nom, paramètre, étiquette ou enregistrement) ne distingue "
    "{runs:#exécution|exécutions} des autres du programme : comparées comme un ensemble, appariées par leurs résultats",
    _C.RUNS_NOT_FOUND: "{runs:#exécution non comparée|exécutions non comparées} du programme : effacées, enregistrées "
    "ailleurs, ou relevées avec un autre programme",
    _C.RUNS_WITHOUT_RESULTS: "{runs:#exécution n'a|exécutions n'ont} rien enregistré qui puisse être comparé",
    _C.REPLAYS_OF_ONE_RUN: "{replays:#rejeu antérieur laissé|rejeux antérieurs laissés} de côté : une seule exécution "
    "de "
    "chacun a été gardée",
    **FRENCH_PUBLISHED,
    **FRENCH_EXPLANATION,
}

FRENCH_WORDING = Wording(
    FRENCH,
    {"p": probability, "%": percent, "short": short, "list": listed, "decision": _decision, "variance": _variance},
    counted,
    numbered=with_comma,
)
