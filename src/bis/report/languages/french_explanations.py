"""What each statement of an explanation, of an environment setting and of a comparison reads as in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.languages.french_figures import counted, whole_percent, with_comma

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_C = StatementCode
_REPLAYS = "rejeu|rejeux"
_BLOCKS = "bloc|blocs"


def _explained(f: Mapping[str, Any]) -> str:
    of = f"des prédictions de {f['target']}" if f["predictions"] else f"de {f['target']}"
    text = f"{f['cause']} explique {whole_percent(f['share'])} de la variance {of}"
    within = [f"{whole_percent(f['low'])} à {whole_percent(f['high'])}"] if "low" in f else []
    if f.get("indicative"):
        within.append("indicatif")
    return f"{text} ({', '.join(within)})" if within else text


def _grouped(f: Mapping[str, Any]) -> str:
    names = " et ".join(f["roles"]) if len(f["roles"]) < 3 else ", ".join(f["roles"])
    why = (
        "un rejeu prend plus d'une minute ; --causes sépare un groupe"
        if f["long"]
        else "au plus cinq causes peuvent être distinguées à la fois, et celles-ci changent le moins les résultats"
    )
    return f"{names} varient ensemble, comme une seule cause : {why}"


_UNFIT = {
    "other-columns": "la sonde a d'autres colonnes que celles de son entraînement",
    "refused": "il a levé une erreur",
    "no-numbers": "ce qu'il prédit ne peut pas être comparé",
    "not-finite": "une partie de ce qu'il prédit n'est pas un nombre, ou est infinie",
    "absent": "tous les rejeux n'ont pas ce modèle",
}


def _probe_unfit(f: Mapping[str, Any]) -> str:
    why = _UNFIT.get(f["problem"], f["problem"])
    detail = f" ({f['detail']})" if f["detail"] else ""
    return f"le modèle ne prédit pas pour la sonde : {why}{detail}"


def _bits_differ(f: Mapping[str, Any]) -> str:
    text = (
        "deux rejeux avec exactement les mêmes graines n'ont pas les mêmes bits : la ligne de l'ordonnancement dit "
        "combien "
        "cela fait"
    )
    if f["draws"]:
        text += ". Ils ne tirent même pas les mêmes nombres : un aléa échappe au contrôle"
    return text


def _left_out(f: Mapping[str, Any]) -> str:
    failed = counted(f["failed"], "rejeu a échoué|rejeux ont échoué")
    blocks = counted(f["blocks"], "bloc|blocs")
    return (
        f"{failed} ({f['message']}) : {blocks} sur {f['total']} laissés de côté. Si les graines décident de ceux qui "
        "échouent, les parts sont celles des autres"
    )


def _not_reached(f: Mapping[str, Any]) -> str:
    found = (
        f"ils atteignent {with_comma(format(f['half_width'], '.1f'))}"
        if "half_width" in f
        else "il n'y en a pas encore"
    )
    return (
        f"les intervalles de {f['target']} devaient atteindre {with_comma(format(f['points'], 'g'))} points de chaque "
        f"côté : "
        f"{found} après {counted(f['blocks'], _BLOCKS)}"
    )


_NOT_GOVERNED = {
    "n_jobs": "les processus que le programme demande (n_jobs, num_workers)",
    "set-by-program": "les nombres de threads qu'il fixe lui-même",
}


def _not_governed(f: Mapping[str, Any]) -> str:
    return f"{f['setting']} ne change pas : " + ", ".join(_NOT_GOVERNED.get(what, what) for what in f["what"])


def _unavailable(f: Mapping[str, Any]) -> str:
    near = f" ; versions proches : {', '.join(f['near'])}" if f["near"] else ""
    return f"aucun index n'a {f['package']} {f['version']} pour cet environnement{near} ({f['message']})"


def _failed(where: str) -> Callable[[Mapping[str, Any]], str]:
    def words(f: Mapping[str, Any]) -> str:
        replays = counted(f["total"], _REPLAYS)
        return f"non mesuré : échec de {f['failed']} sur {replays} {where} ({f['stage']} : {f['message']})"

    return words


FRENCH_EXPLANATION: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.EXPLAINED: _explained,
    _C.ROLES_UNMOVED: "des nombres sont tirés pour {roles:list}, mais avec d'autres graines pour chacun seul, aucun "
    "bit d'aucun résultat n'a changé en deux comparaisons : les graines sont les mêmes dans tous les rejeux",
    _C.TOO_MANY_FAILED: "arrêté : {failed} sur {made:#rejeu a|rejeux ont} échoué ({message}), en {blocks:#bloc|blocs}. "
    "Trop peu de blocs pourraient être complets, et ce qui y varie serait une sélection ; `bis replay RUN_ID --fresh` "
    "montre combien de fois le programme échoue",
    _C.EXAMPLES_LOST: lambda f: (
        f"ce pour quoi {f['model'] or 'le programme'} a prédit n'a pas pu être gardé ({f['reason']}) : il n'y a pas de "
        "parts de ces prédictions. --probe FILE donne d'autres exemples"
    ),
    _C.NOTHING_DRAWN: "rien n'est tiré : le programme n'utilise aucun aléa qui pourrait expliquer une différence",
    _C.NOTHING_VARIES: "rien ne varie : tous les résultats sont identiques dans {replays:#rejeu|rejeux}, quelles que "
    "soient "
    "les graines de {causes:list}",
    _C.NO_TARGETS: "il n'y a rien à expliquer : l'exécution n'enregistre aucune métrique qui soit un résultat, et "
    "aucun de "
    "ses modèles ne prédit",
    _C.NO_SHARES: "aucune part ne peut être donnée ; chaque cible dit pourquoi",
    _C.SEEDS_DRAWN: "le programme fixe des graines pour {roles:list} : dans ces rejeux, et seulement dans ceux-ci, "
    "elles "
    "sont tirées à nouveau. Avec ses propres graines, ces causes ne varient pas du tout",
    _C.CAUSES_GROUPED: _grouped,
    _C.UNKNOWN_PLACES: lambda f: (
        f"{whole_percent(f['share'])} des nombres sont tirés à des endroits que bis ne connaît pas : ils comptent "
        f"comme "
        "`other`"
    ),
    _C.DRAWS_DEPEND: "ce qui est tiré pour {role} dépend des graines de {cause} : les nombres, ou combien il y en a. "
    "Une "
    "partie de l'effet de {cause} passe par {role}, et compte pour {cause}",
    _C.BITS_DIFFER: _bits_differ,
    _C.BLOCKS_LEFT_OUT: _left_out,
    _C.BUDGET_ALLOWS: "le budget permet {blocks:#bloc|blocs} sur {wanted}",
    _C.OTHERS_FIXED: "des nombres sont aussi tirés pour {roles:list}, des mêmes graines dans tous les rejeux, puisque "
    "seules certaines causes ont été demandées : les parts divisent ce qui varie encore alors",
    _C.TIME_IS_UP: "le temps était écoulé après {blocks:#bloc complet|blocs complets} sur {wanted} : la même commande "
    "continue à partir de là",
    _C.PRECISION_REACHED: "assez précis après {blocks:#bloc|blocs} : les intervalles de {target} atteignent "
    "{half_width:.1f} points de chaque côté, {points:g} étaient demandés",
    _C.PRECISION_NOT_REACHED: _not_reached,
    _C.REPLAYS_CONTINUED: "{replays:#rejeu avait|rejeux avaient} déjà été faits, et comptent",
    _C.NOT_CONTROLLED: "non contrôlé : {what} ({why})",
    _C.ATTRIBUTION_NOT_STORED: "l'explication n'a pas pu être enregistrée avec l'exécution : {message}",
    _C.TARGET_CONSTANT: "identique dans {replays:#rejeu|rejeux} : aucune graine ne la change",
    _C.TARGET_NOT_FINITE: "pas un nombre, ou infinie, dans {values} sur {total:#rejeu|rejeux} : pas de parts",
    _C.TARGET_NOT_LOGGED: "manque dans {absent} sur {total:#rejeu|rejeux} : ce qui reste serait une sélection",
    _C.TARGET_ALL_NOISE: lambda f: (
        f"{whole_percent(f['share'])} de la variance est là aussi avec exactement les mêmes graines : rien ne peut "
        f"être "
        "réparti entre elles"
    ),
    _C.TARGET_VARIES_OTHERWISE: "diffère d'un bloc à l'autre ({blocks:#bloc|blocs}), mais aucune des causes ne la "
    "change : "
    "autre chose le fait",
    _C.TARGET_UNRESOLVED: "trop grossière pour être divisée après {blocks:#bloc|blocs} : les graines la changent, "
    "mais pas "
    "entre les rejeux où toutes diffèrent",
    _C.TOO_FEW_BLOCKS: "{blocks:#bloc complet|blocs complets} : il en faut au moins {least}",
    _C.PROBE_UNFIT: _probe_unfit,
    _C.OTHER_SHAPE: "les rejeux ne prédisent pas le même nombre de valeurs",
    _C.SETTING_AS_RECORDED: "non mesuré : {setting} valait aussi {value} dans l'exécution",
    _C.VERSION_UNAVAILABLE: _unavailable,
    _C.ENVIRONMENT_NOT_BUILT: "non mesuré : l'environnement ne peut pas être construit : {message}",
    _C.RECORDED_REPLAYS_FAILED: _failed("tels que relevés"),
    _C.CHANGED_REPLAYS_FAILED: _failed("avec ce réglage"),
    _C.SETTING_NOT_TAKEN: "bibliothèques chargées qui n'ont pas le réglage à la fin : {libraries:list}",
    _C.SETTING_REACHES_NOTHING: "aucune bibliothèque chargée n'a {setting} : que rien ne change n'en dit rien",
    _C.SETTING_DOES_NOT_GOVERN: _not_governed,
    _C.SAME_FOR_ALL_ROOTS: "les résultats ne dépendent pas de l'aléa fourni : {pairs:#paire dit|paires disent} autant "
    "que "
    "beaucoup, et il n'y a pas de variance due aux graines à laquelle comparer",
    _C.PAIRS_LEFT_OUT: "{left_out} sur {total:#paire laissée|paires laissées} de côté : un rejeu a échoué",
    _C.REQUIREMENT_NOT_MET: "{package} demande {requirement}, et cet environnement a {version}",
    _C.PACKAGES_STAY: "pas dans l'index ce jour-là, et laissés tels quels : {packages:list}",
    _C.COMPARED_WITHOUT_CHANCE: "aucun hasard n'a été vu dans l'un ou l'autre programme : les différences sont "
    "exactes pour "
    "les programmes tels qu'ils sont (avec les graines qu'ils fixent, le cas échéant), et il n'y a rien à estimer",
    _C.COMPARED_COPIES: "tous les rejeux de {run} sont des copies d'un seul résultat, puisque ses graines fixent ce "
    "qu'il "
    "tire : on ne sait pas comment il varie",
    _C.METRICS_OF_ONE: "seul {run} enregistre {metrics:list}",
    _C.COMPARED_FAILURES: "échec de {failed_a} rejeux de A sur {total_a} et de {failed_b} rejeux de B sur {total_b} ; "
    "ils "
    "sont laissés de côté, et avec eux ce que vaut un échec",
    _C.COMPARISON_CANNOT_DECIDE: "si peu de rejeux ne peuvent pas trancher pour {metrics:#métrique|métriques} : le "
    "plus petit "
    "p corrigé qu'ils permettent est {p_value:p}. Faites-en plus, ou nommez la métrique qui compte (--metric)",
    _C.EARLIER_LOOKED_AT: "{earlier_a} rejeux de A et {earlier_b} de B avaient déjà été faits : qui ajoute des rejeux "
    "jusqu'à "
    "ce qu'une différence apparaisse en trouvera une ; décidez d'abord de leur nombre",
}
