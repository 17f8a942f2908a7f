"""Closed classes of English words that the matchers tell from words that carry an answer."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


FUNCTION_WORDS = word_set(
    """
    a an the is are was were be been being as in at to from by of for on with into it its it's that's he she they his
    her their this that called named answer yes via use uses used using has have had became become becomes also likely
    probably currently now city country name color colour word phrase method function class i think believe am per so
    """
)
"""What may stand right before an answer without changing it."""

AFTER_WORDS = FUNCTION_WORDS | word_set(
    """
    who which where when while because since after before during or and but if will would can could may might should
    must does did do said says right correct there here too instead though although until under over between through
    within without against
    """
)
"""What may stand right after an answer in small letters without making a longer word of it."""

TITLES = word_set(
    """
    mr mrs ms miss dr doctor sir dame lord lady president vice mayor senator governor general captain minister
    chancellor king queen prince princess pope professor reverend coach manager judge justice secretary chairman ceo
    director representative congressman congresswoman
    """
)
INTERJECTIONS = word_set("yes no nope sure well ok okay correct right actually sorry")
NEUTRAL_WORDS = INTERJECTIONS | word_set(
    """
    not but rather than instead work works worked live lives reside resides located based situated stands won scored
    ended finished here's i'm i'd what which who when where sure certain do does did
    """
)
"""What a short answer may hold besides: none of it names anything."""

OTHER_PLACE_WORDS = word_set(
    """
    north south east west northern southern eastern western new old upper lower central near outside greater anti non
    ex
    """
)
"""Small words that make another place or thing of the name after them."""

MONTHS_AND_DAYS = word_set(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """
)
NO_NAMES = MONTHS_AND_DAYS | word_set("i i'm i'd i've i'll ai an as llm gpt openai google utc")
"""Words with a capital that are no answer to anything inside a refusal."""

NO_UNITS = word_set(
    """
    a an and are as at be been before after but by did do does during each every for from had has have he her his i if
    in into is it its last more less may might next not of old older on or our over per she since so than that the
    their then there these they this those to under until up was we were when where which while who will with would x
    you your total far altogether overall all both off annually yearly monthly weekly daily hourly nightly apiece
    """
)
"""What after a number is neither its unit nor what it counts."""

MEASURE_WORDS = word_set(
    """
    exactly approximately about around roughly precisely just only nearly almost some total altogether overall all
    amount amounts number figure value sum count price cost costs there come comes equal equals make makes get gets
    receive receives take takes last lasts measure measures measuring weigh weighs stand standing high tall long wide
    deep far old height length width depth weight age year years aged rate percent percentage current present today
    typically usually generally officially our we your you my i'd say would will can must should one more than least
    most up over under each per every day week month these those then including and or which other people based
    calculated rounded cover covers span spans extend extends travel travels run runs date worldwide globally them us
    fairly quite additional another extra annually yearly monthly weekly daily decision result solution hence
    thus therefore so per
    """
)
"""What may stand around a number without saying what it counts."""

PERCENT_WORDS = word_set("percent percentage proportion share rate fraction portion probability chance cent")
UNIT_ADJECTIVES = word_set("old high tall long wide deep away ahead heavy fast straight each worth ago")
PLAIN_NOUNS = word_set("people person individual item total")
"""What a bare number may count without saying more than the number."""

_BARE_REFUSALS = """
    none|unknown|n/a|na|null|not applicable|not available|unavailable|no answer|no idea|unsure|not sure|uncertain|dunno
    |idk|i dunno|don't know|do not know|i do not know|i don't know|not known|not yet known|not known yet|unknown yet
    |cannot be determined|can't be determined|cannot be answered|cannot answer|can't answer|cannot say|can't say
    |undetermined|unspecified|not specified|tbd|tba|to be determined|to be announced|unanswerable|hard to say
    |insufficient information|insufficient data|not enough information|no information|no data|no information available
    |information not available|not determined|not yet determined|not decided yet|not yet decided|not announced yet
    |not yet announced|no comment|not disclosed|undisclosed|no clue|i have no idea|impossible to say
    |impossible to know|cannot be known|the answer is none|answer none|none known|none available|not mentioned
    |not provided|no answer available|question cannot be answered|the question cannot be answered
"""
BARE_REFUSALS = frozenset(" ".join(phrase.split()) for phrase in _BARE_REFUSALS.split("|"))
"""Whole answers of a few words that say nothing is known."""
