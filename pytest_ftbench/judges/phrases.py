"""How a text says that it does not know."""

from __future__ import annotations

from pytest_ftbench.judges.cues import cued

_KNOWLEDGE = (
    r"(?:information|info|data|details?|records?|evidence|knowledge|answers?|mentions?|reports?|sources?|access|idea"
    r"|clue|memory)"
)
REFUSAL = cued(
    r"\bi(?:'m| am)? (?:really |currently |just |simply |honestly )?(?:do not|don't|did not|didn't) (?:actually "
    r"|really |currently |yet )?"
    r"(?:know|have|possess|recall|remember|recogni[sz]e)\b"
    r"|\b(?:i|we) (?:(?:currently|still|really|simply|just|honestly) )?(?:cannot|can't|can not|could not|couldn't"
    r"|am unable to|are unable to|am not able to)"
    r" (?:\w+ )?(?:answer|provide|say|tell|determine|find|confirm|verify|predict|give|access|help|assist|locate"
    r"|recall|identify|share|know|offer|comment|speculate|state|be (?:sure|certain))\b"
    r"|\b(?:i'm|i am) (?:sorry, )?(?:unable|not able) to\b|\b(?:i'm|i am|we are) (?:\w+ )?(?:not (?:sure|certain"
    r"|aware|familiar)|unsure|uncertain|unaware)\b"
    r"|\bi (?:have|'ve|got) no (?:\w+ ){0,2}" + _KNOWLEDGE + r"\b"
    r"|\b(?:there is|there's|there are|there was|there were) (?:currently |as yet |still )?(?:no|not any"
    r"|insufficient|not enough) (?:[\w-]+ ){0,4}"
    r"(?:" + _KNOWLEDGE + r"|way|known|available|person|such)\b"
    r"|\bno (?:[\w-]+ ){0,3}"
    + _KNOWLEDGE
    + r" (?:[\w-]+ ){0,4}(?:available|found|exists?|given|provided|known|released)\b"
    r"|\b(?:no one|nobody) (?:knows|can (?:know|say|tell))\b|\bonly time will tell\b|\bgod knows\b"
    r"|\b(?:impossible|too (?:early|soon)|not possible) (?:for (?:me|anyone) )?to (?:know|say|determine|tell"
    r"|predict|answer)\b"
    r"|\b(?:cannot|can't|can not|could not) (?:yet )?be (?:answered|determined|known|verified|provided|confirmed"
    r"|predicted|established)\b"
    r"|\b(?:has|have|had)(?: not|n't) (?:yet )?(?:been (?:\w+ )?(?:announced|released|published|determined|decided"
    r"|disclosed|confirmed|made|specified|reported)"
    r"|occurred|happened|taken place)\b"
    r"|\b(?:is|are|was|were|remains?)(?: (?:currently|still|as yet|as of now))? (?:unknown|unanswerable"
    r"|undetermined|unavailable|unspecified|undisclosed)\b(?! (?:to|for|by|in))"
    r"|\b(?:is|are|was|were)(?: not|n't) (?:yet |currently |publicly )*(?:known|available|announced|determined"
    r"|specified|answerable|disclosed|decided|clear|released|established)\b"
    r"|\bas an ai\b|\bmy (?:knowledge|training)(?: data)?(?: cut-?off)? (?:is|was|ends|ended|only|does|stops"
    r"|cut-?off)\b|\bbeyond my knowledge\b"
    r"|\b(?:context|document|text|passage|article|source|excerpt|material|question)s? (?:\w+ )?(?:does not"
    r"|doesn't|do not|don't|did not|didn't) (?:\w+ )?(?:mention|say|specify|state|provide|contain"
    r"|include|give|tell|indicate|list)\b"
    r"|\b(?:i|i'd|i would) (?:would )?(?:need|require) more (?:context|information|info|details?|data)\b"
    r"|\bi (?:\w+ )?lack (?:the |any )?(?:\w+ )?(?:" + _KNOWLEDGE + r"|context|ability|means)\b"
    r"|\b(?:i'd|i would) (?:rather|prefer) not\b|\b(?:i'd|i would) (?:only |just )?be (?:guessing|speculating)\b"
    r"|\b(?:not something|nothing) (?:i|we|anyone|one) can (?:predict|know|say|tell|answer|foresee)\b"
    r"|\bno way of knowing\b|\b(?:anyone|anybody|everyone)'s guess\b|\bguess is as good as mine\b"
    r"|\b(?:remains|is yet|has yet|have yet) to be (?:seen|decided|determined|announced|known)\b"
    r"|\b(?:nobody|no one) can (?:foresee|predict)\b|\btoo far (?:ahead|away|off|in the future) to\b|\bnot privy to\b"
    r"|\bno prediction\b|\bfuture is (?:uncertain|unknown|unknowable)\b|\bstill in the future\b"
    r"|\b(?:year|date|day|\d{4}) (?:has not|hasn't) (?:yet )?(?:arrived|come|happened)\b",
    """
    not t cannot unable unsure uncertain unaware no insufficient nobody tell god impossible early soon ai knowledge
    training unknown unanswerable undetermined unavailable unspecified undisclosed need require lack guessing
    speculating nothing guess seen decided determined announced known far prediction future
    """,
)
