"""Yes, no, negations and refusals in common languages other than English: a few words each, enough to be in doubt."""

from __future__ import annotations

from pytest_ftbench.judges.cues import cued
from pytest_ftbench.judges.matcher import Reading
from pytest_ftbench.judges.vocabulary import word_set

YES_WORDS = word_set("ja oui si sí sim jawohl tak da да так hai はい 是 是的 对 네 예")
NO_WORDS = word_set("nein non nee nej não nao nei nie нет ні iie いいえ 不 不是 否 아니요 아니오")

NEGATION = cued(
    r"\b(?:nicht|kein(?:e[nmrs]?)?|niemals|sondern"  # German
    r"|ne \w+ (?:pas|plus|jamais)|n'\w+ (?:pas|plus|jamais)|mais plutôt"  # French
    r"|ya no|no (?:es|fue|era|está|lo|la|se)|sino|ahora es|nunca|tampoco"  # Spanish
    r"|não|já não|mas sim"  # Portuguese
    r"|non (?:è|era|più|ha|lo|la|si)|bensì"  # Italian
    r"|niet|geen|inte|ikke|ikkje"  # Dutch, Swedish, Norwegian and Danish
    r"|nie|не|нет|ні|değil)\b"  # Polish, Russian, Ukrainian, Turkish
    r"|では(?:な|あり)|じゃな|ません|不是|没有|沒有|并非|不再|아니|않",  # Japanese, Chinese, Korean
    """
    nicht kein keine keinen keinem keiner keines niemals sondern pas plus jamais plut ya es fue era est lo la se sino
    ahora nunca tampoco o mas ha si pi bens niet geen inte ikke ikkje nie de
    """,
    signs="ãèеіğでじま没沒不并아않",
)
"""What denies something in another language than English."""
ELSEWHERE = cued(
    r"\b(?:ich weiß (?:es |das )?(?:leider )?nicht|(?:das )?weiß ich nicht|keine (?:ahnung|informationen?|angaben)"
    r"|(?:kann|können) (?:ich|wir) (?:\w+ ){0,3}nicht (?:beantworten|sagen|wissen)"
    r"|je ne (?:le )?sais pas|je n'ai (?:pas|aucune)|aucune (?:idée|information)"
    r"|no (?:lo )?sé|no tengo (?:\w+ )?(?:información|idea|datos)|desconozco|se desconoce"
    r"|não sei|não tenho (?:\w+ )?(?:informação|informações|ideia)|non (?:lo )?so|non ho (?:\w+ )?informazioni"
    r"|ik weet het niet|geen idee|jag vet inte|jeg ved (?:det )?ikke|jeg vet ikke|nie wiem|bilmiyorum"
    r"|не знаю|нет информации|неизвестно)\b|わかりません|分かりません|知りません|不知道|不清楚|无法回答|모르",
    """
    nicht keine sais je aucune no desconozco desconoce sei tenho non weet geen vet ved wiem bilmiyorum
    """,
    signs="ин知不无分わ모",
)
"""How a text says in another language than English that it does not know."""


def negates_elsewhere(reading: Reading) -> str:
    """The first negation of another language than English in a text, or an empty text."""
    found = NEGATION.may_match(reading) and NEGATION.pattern.search(reading.low)
    return found[0] if found else ""
