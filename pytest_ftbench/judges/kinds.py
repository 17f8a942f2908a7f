"""Closed classes of things: two members of one class that are not close to each other are two answers.

A member stands with its families. Those that share one (crimson and red, programmer and engineer) may be one answer
to a lenient reader, so nothing is said about them; what no class holds has no kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

# Kind, then families: a word may stand in several.
_FAMILIES = {
    "colour": """
        red crimson scarlet maroon burgundy ruby cherry vermilion rust rose cardinal brick wine coral magenta
        | pink rose coral salmon fuchsia magenta blush peach | orange coral amber peach apricot tangerine rust salmon
        | yellow gold golden amber mustard lemon cream ochre blonde saffron | white ivory cream pearl snow off-white
        beige | black ebony jet onyx charcoal | gray grey silver slate charcoal ash
        | brown maroon tan beige chestnut chocolate bronze copper coffee mahogany khaki ochre rust sienna taupe
        | green lime olive emerald teal mint turquoise jade aquamarine khaki chartreuse sage cyan
        | blue navy azure cyan teal turquoise indigo cobalt aqua aquamarine sapphire cerulean periwinkle ultramarine
        | purple violet indigo lavender lilac magenta mauve plum periwinkle amethyst burgundy fuchsia
    """,
    "occupation": """
        farmer rancher grower shepherd gardener | pilot aviator airman captain astronaut
        | actor actress performer entertainer comedian artist star
        | artist painter sculptor illustrator musician photographer singer designer writer animator dancer
        | musician singer singer-songwriter songwriter composer rapper pianist guitarist drummer violinist performer
        entertainer dj conductor
        | writer author novelist poet journalist reporter editor playwright screenwriter blogger songwriter columnist
        | photographer cameraman videographer cinematographer photojournalist journalist filmmaker
        | doctor physician surgeon psychiatrist veterinarian vet dentist pediatrician cardiologist medic
        psychologist therapist professor scientist
        | nurse midwife caregiver paramedic medic | psychologist therapist psychiatrist counselor counsellor scientist
        psychotherapist
        | scientist researcher physicist chemist biologist astronomer geologist psychologist mathematician
        neuroscientist professor economist academic engineer inventor botanist
        | teacher professor lecturer educator instructor tutor coach academic librarian
        | librarian archivist curator bookseller
        | programmer developer coder engineer technologist hacker | engineer architect technician mechanic designer
        inventor
        | architect designer planner builder | lawyer attorney solicitor barrister judge prosecutor politician
        | policeman policewoman cop detective sheriff constable soldier guard | firefighter fireman
        | soldier marine sailor sergeant general | chef cook baker restaurateur | waiter waitress server bartender
        | athlete footballer wrestler boxer swimmer golfer quarterback cricketer sprinter | politician senator mayor
        diplomat governor congressman | accountant bookkeeper auditor banker economist | carpenter joiner builder
        | electrician technician | plumber | mechanic technician | hairdresser barber stylist | tailor seamstress
        | fisherman sailor | driver chauffeur | priest pastor minister monk | fashion-designer designer
    """,
    "country": """
        afghanistan|albania|algeria|andorra|angola|argentina|armenia|australia|austria|azerbaijan|bahamas|bahrain
        |bangladesh|barbados|belarus|belgium|belize|benin|bhutan|bolivia|bosnia_and_herzegovina bosnia|botswana|brazil
        |brunei|bulgaria|burkina_faso|burundi|cambodia kampuchea|cameroon|canada|cape_verde cabo_verde|chad|chile
        |china people_republic_of_china|colombia|comoros|costa_rica|croatia|cuba|cyprus
        |czech_republic czechia czechoslovakia|slovakia czechoslovakia|denmark|djibouti
        |dominica|dominican_republic|ecuador|egypt|el_salvador|eritrea|estonia|eswatini swaziland|ethiopia|fiji
        |finland|france|gabon|gambia|germany|ghana|greece|grenada|guatemala|guyana|haiti|honduras|hungary|iceland
        |india|indonesia|iran persia|iraq|ireland|israel|italy|ivory_coast|jamaica|japan|jordan|kazakhstan|kenya
        |kiribati|kosovo|kuwait|kyrgyzstan|laos|latvia|lebanon|lesotho|liberia|libya|liechtenstein|lithuania
        |luxembourg|madagascar|malawi|malaysia|maldives|mali|malta|mauritania|mauritius|mexico|moldova|monaco
        |mongolia|montenegro yugoslavia|morocco|mozambique|myanmar burma|namibia|nauru|nepal|netherlands holland
        |new_zealand|nicaragua|nigeria|north_korea korea|north_macedonia macedonia|norway|oman|pakistan|palau|panama
        |papua_new_guinea|paraguay|peru|philippines|poland|portugal|qatar|romania|russia soviet_union
        |rwanda|samoa|san_marino|saudi_arabia|senegal|serbia yugoslavia|seychelles|sierra_leone|singapore
        |slovenia|somalia|south_africa|south_korea korea|south_sudan|spain|sri_lanka ceylon|sudan|suriname|sweden
        |switzerland|syria|taiwan|tajikistan|tanzania|thailand siam|togo|tonga|tunisia|turkey|turkmenistan|tuvalu
        |uganda|ukraine|united_arab_emirates|united_states united_states_of_america america usa
        |united_kingdom britain great_britain england scotland wales uk|uruguay|uzbekistan|vanuatu|vatican_city
        |venezuela|vietnam|yemen|zambia|zimbabwe rhodesia
    """,
    "continent": "africa|antarctica|asia eurasia|europe eurasia|oceania australia|north_america|south_america",
    "weekday": "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
    "month": "january|february|march|april|may|june|july|august|september|october|november|december",
    "season": "spring|summer|autumn fall|winter",
    "direction": "north|south|east|west",
    "planet": "mercury|venus|earth|mars|jupiter|saturn|uranus|neptune|pluto",
}


@cache
def _members() -> Mapping[str, Mapping[str, frozenset[int]]]:
    """A member to its kinds, each with the numbers of the families that hold it there."""
    kinds: dict[str, dict[str, frozenset[int]]] = {}
    for kind, number, word in _read_families():
        families = kinds.setdefault(word, {})
        families[kind] = families.get(kind, frozenset()) | {number}
    return kinds


def _read_families() -> Iterator[tuple[str, int, str]]:
    for kind, families in _FAMILIES.items():
        for number, family in enumerate(families.split("|")):
            for word in family.split():
                yield kind, number, word.replace("_", " ").replace("-", " ")


def has_kind(words: tuple[str, ...]) -> bool:
    """Whether a thing named by these normal forms is in a closed class."""
    return bool(_kinds_of(words))


def are_different(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two things are of one closed class and of no common family there."""
    mine, yours = _kinds_of(one), _kinds_of(other)
    shared = mine.keys() & yours.keys()
    return bool(shared) and not any(mine[kind] & yours[kind] for kind in shared)


def _kinds_of(words: tuple[str, ...]) -> Mapping[str, frozenset[int]]:
    """The kinds of a whole phrase; of an occupation its last word tells: `software engineer`, `Thai actress`."""
    if whole := _members().get(" ".join(words)):
        return whole
    head = _members().get(words[-1], {}) if 1 < len(words) <= 3 else {}
    return {"occupation": head["occupation"]} if "occupation" in head else {}
