"""What each statement about published figures and saved outputs reads as in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.languages.french_figures import counted, distance, short, tolerance, with_comma

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_C = StatementCode

LEVELS_OF_MANY = {
    "bitwise": "identiques au bit près",
    "numerical": "numériques",
    "statistical": "statistiques",
    "inconclusive": "non concluants",
    "divergent": "divergents",
    "not executable": "non exécutables",
}
BASES = {"published-figures": "chiffre publié|chiffres publiés"}
NOTHING = {
    "replays": "rien n'a pu être comparé : l'exécution n'a enregistré aucune métrique, et ce qu'elle a affiché et "
    "écrit ne "
    "contient aucun résultat",
    "published-figures": "il n'y a aucun chiffre publié à comparer",
    "saved-outputs": "rien n'a été comparé : le notebook a été enregistré sans résultat",
}
LIKENESSES = {
    "same": "mêmes pixels",
    "within": "identique au lissage des lignes et des lettres près",
    "different": "une autre image",
    "other-size": "une autre taille",
    "unreadable": "illisible",
    "other-format": "enregistrée dans un autre format",
    "not-kept": "les images de cette exécution n'ont pas été gardées",
}
_CELLS = "cellule|cellules"


def _away(f: Mapping[str, Any]) -> str:
    return f", à {distance(f.get('ulps'), f.get('precision'), f.get('relative'))}" if "ulps" in f else ""


def _tolerance(f: Mapping[str, Any]) -> str:
    return tolerance(f["origin"], f["atol"], f["rtol"])


def _compared(f: Mapping[str, Any]) -> str:
    pairs = zip(f["levels"], f["counts"], strict=True)
    tally = ", ".join(f"{LEVELS_OF_MANY.get(level, level)} : {n}" for level, n in pairs)
    return f"{counted(f['total'], BASES[f['basis']])} ({tally})"


def _printed(how: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda f: how.format(digits=counted(f["digits"], "chiffre affiché|chiffres affichés")) + _away(f)


def _printed_differs(f: Mapping[str, Any]) -> str:
    count = short(f["units"]) if "units" in f else ""
    units = f" : {count} {'unité' if count == '1' else 'unités'} du dernier chiffre" if count else ""
    return f"affiché {f['printed']}, trouvé {f['found']}{units}"


def _too_few_runs(f: Mapping[str, Any]) -> str:
    needed = f["least"] - f["ours"]
    more = (
        f" ; {counted(needed, 'exécution de plus trancherait|exécutions de plus trancheraient')}" if needed > 0 else ""
    )
    runs = counted(f["published"], "exécution publiée|exécutions publiées")
    return f"{runs} qui diffèrent, {f['ours']} à comparer : un test demande {f['least']} de chaque{more}"


def _share(share: float) -> str:
    return "moins de 0,01\u202f%" if share < 0.0001 else f"{with_comma(f'{100 * share:.2f}')}\u202f%"


def _pixels(f: Mapping[str, Any]) -> str:
    size = ""
    if "saved" in f:
        size = f" : {_size(f['saved'])} pixels ont été enregistrés, {_size(f['found'])} sont donnés maintenant"
    share = f" : {_share(f['share'])} de ses pixels diffèrent" if "share" in f else ""
    return size + share + (f", au plus de {f['greatest']} niveaux sur 255" if "greatest" in f else "")


def _size(pixels: Sequence[int]) -> str:
    return " x ".join(map(str, pixels))


def _cells(cells: Sequence[int]) -> str:
    listed = ", ".join(map(str, cells))
    return f"la cellule {listed} lève" if len(cells) == 1 else f"chacune des cellules {listed} lève"


def _saved_compared(f: Mapping[str, Any]) -> str:
    results, open_ones = counted(f["results"], "résultat enregistré|résultats enregistrés"), f["undecided"]
    if f["differing"]:
        text = f"{f['differing']} sur {results} {'diffère' if f['differing'] == 1 else 'diffèrent'}"
    elif open_ones < f["results"]:
        agreeing = f["results"] - open_ones
        text = f"{agreeing} sur {results} {'concorde' if agreeing == 1 else 'concordent'}"
    elif open_ones:
        text = f"{open_ones} sur {results} avec trop peu de chiffres pour trancher"
    else:
        text = "aucun résultat enregistré n'a été comparé"
    if 0 < open_ones < f["results"]:
        text += f", {open_ones} avec trop peu de chiffres pour trancher"
    within = f", {counted(f['within'], 'affiché|affichés')} autrement" if f["within"] else ""
    where = f", dans {counted(f['cells'], _CELLS)}" if f["cells"] else ""
    return text + within + where + (f" ; {f['parts']}" if f["parts"] else "")


def _pictures_compared(f: Mapping[str, Any]) -> str:
    kinds = {
        "same": "identique|identiques",
        "within": "identique au lissage près|identiques au lissage près",
        "differing": "différente|différentes",
    }
    told = [counted(f[name], words) for name, words in kinds.items() if f[name]]
    rest = f["pictures"] - f["same"] - f["within"] - f["differing"]
    told += [counted(rest, "non comparée|non comparées")] if rest else []
    return f"{counted(f['pictures'], 'image|images')} : {', '.join(told)}"


def _saved_agree(f: Mapping[str, Any]) -> str:
    results = counted(f["results"], "résultat concorde|résultats concordent")
    if not f["within"]:
        return results
    label = f"{f['label']} : " if "label" in f else ""
    return f"{results}, {counted(f['within'], 'affiché|affichés')} autrement ; {label}{f['parts']}"


def _text_differs(f: Mapping[str, Any]) -> str:
    more = f["lines"] - 1
    rest = f", et {counted(more, 'ligne de plus|lignes de plus')}" if more else ""
    return f"texte {f['saved']!r} / {f['found']!r}{rest}"


def _value_differs(f: Mapping[str, Any]) -> str:
    return f"{f['saved'] or 'rien'} était enregistré, {f['found'] or 'rien'} est donné maintenant"


def _not_reached(f: Mapping[str, Any]) -> str:
    return "non atteinte" + (f" : l'exécution s'est arrêtée dans la cellule {f['failed']}" if "failed" in f else "")


FRENCH_PUBLISHED: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.COMPARED: _compared,
    _C.NOTHING_TO_COMPARE: lambda f: NOTHING[f["basis"]],
    _C.PRINTED_BITS: "exactement le double que {digits:#chiffre affiché représente|chiffres affichés représentent}",
    _C.PRINTED_ROUNDED: _printed("égal à tous les {digits} (arrondi)"),
    _C.PRINTED_CUT: _printed("égal à tous les {digits} (tronqué, non arrondi)"),
    _C.PRINTED_DIGITS: _printed("égal aux 15 chiffres que garde un double, sur {digits}"),
    _C.PRINTED_DIFFERS: _printed_differs,
    _C.IN_ALL_RUNS: "dans {runs}/{runs} exécutions",
    _C.FOUND_WITHIN: lambda f: f"trouvé {f['found']}, dans la tolérance {_tolerance(f)}",
    _C.FOUND_OUTSIDE: lambda f: f"trouvé {f['found']}, hors de la tolérance {_tolerance(f)}",
    _C.TOO_FEW_RUNS: _too_few_runs,
    _C.NOT_NUMBERS: "les valeurs des exécutions ne sont pas toutes des nombres",
    _C.MEANS_COMPARED: "différence des moyennes {difference:short} : p = {p_value:p} (test t, variance "
    "{variance:variance}, niveau {level:.3g}), {p_permutation:p} par permutation",
    _C.OUTPUT_GONE: "ne donne plus cette sortie",
    _C.SAVED_NOT_FINITE: "{saved} était enregistré, {found} est affiché maintenant",
    _C.TOO_FEW_DIGITS: "affiché {printed}, trouvé {found} : trop peu de chiffres pour les distinguer",
    _C.SAVED_COMPARED: _saved_compared,
    _C.PICTURES_COMPARED: _pictures_compared,
    _C.SAVED_AGREE: _saved_agree,
    _C.SAVED_VALUE_DIFFERS: _value_differs,
    _C.SAVED_LINE_DIFFERS: "{saved!r} était enregistré, {found!r} est affiché maintenant",
    _C.SAVED_LINE_GONE: "{saved!r} était enregistré, et n'est plus donné",
    _C.LINE_NOT_SAVED: "{found!r} est donné maintenant, et n'était pas enregistré",
    _C.SAVED_SHAPE_DIFFERS: "un tableau de {saved} était enregistré, un de {found} est donné maintenant",
    _C.SAVED_TEXT_DIFFERS: _text_differs,
    _C.PICTURE_COMPARED: lambda f: LIKENESSES[f["likeness"]] + _pixels(f),
    _C.PICTURE_NOT_SAVED: "n'était pas enregistrée",
    _C.RAISED_NOW: "s'était bien terminée à l'enregistrement, lève {found!r} maintenant",
    _C.RAISED_WHEN_SAVED: "était enregistrée avec l'erreur {saved!r}, se termine bien maintenant",
    _C.RAISED_OTHERWISE: "était enregistrée avec l'erreur {saved!r}, lève {found!r} maintenant",
    _C.CELL_NOT_REACHED: _not_reached,
    _C.CELLS_NOT_REACHED: "{cells:#cellule avec des sorties enregistrées non atteinte|cellules avec des sorties "
    "enregistrées non atteintes}",
    _C.CELLS_RAISE_AGAIN: lambda f: f"{_cells(f['cells'])} de nouveau l'erreur avec laquelle elle était enregistrée",
    _C.CELLS_NOT_RUN: "{cells:#cellule non exécutée, comme|cellules non exécutées, comme} un serveur ou une cellule "
    "sautée "
    ": non comparé",
    _C.CELLS_INSTALL: "{cells:#cellule qui n'installe|cellules qui n'installent} que des paquets : non comparé",
    _C.CELLS_EXPLORE: "{cells:#cellule qui ne regarde|cellules qui ne regardent} que des fichiers, des paquets ou la "
    "machine "
    ": non comparé",
    _C.CELLS_NOT_SAVED: "{cells:#cellule enregistrée|cellules enregistrées} sans sortie, avec une sortie maintenant : "
    "non "
    "comparé",
    _C.CELLS_LOG: "{cells:#cellule|cellules} avec des lignes de bibliothèques (journaux, progression, avertissements) "
    ": "
    "celles-ci ne sont pas comparées",
    _C.CELLS_TELL_SURROUNDINGS: "{cells:#cellule|cellules} avec des heures, identifiants, versions ou chemins, d'après "
    "le code : ceux-ci ne sont pas comparés",
    _C.CELLS_WORD_OTHERWISE: "{cells:#cellule|cellules} avec d'autres mots autour des résultats, ou des textes qui "
    "n'en sont "
    "pas",
}
