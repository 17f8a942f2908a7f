"""Scripted judges: one that reads its prompt, and one that a response could fool if it broke out of its fence."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_ftbench.graders.grade import Ask
from pytest_ftbench.records import Completion, Prompt


@dataclass
class Script:
    """A judge that gives these replies in turn, the last one for ever, and keeps what it was sent."""

    replies: tuple[str, ...]
    sent: list[Prompt] = field(default_factory=list)

    def __call__(self, prompt: Prompt, /) -> Completion:
        self.sent.append(prompt)
        return Completion(text=self.replies[min(len(self.sent), len(self.replies)) - 1])


def script(*replies: str) -> Script:
    return Script(replies)


def reply(grade: str, quote: str = "") -> str:
    return json.dumps({"grade": grade, "quote": quote})


@dataclass(frozen=True)
class Seen:
    """What a judge makes of its prompt."""

    expected: str
    response: str
    outside: str
    """The user message without the response."""
    labels: tuple[str, ...]

    def lines(self, name: str) -> list[str]:
        """What stands after a name at the start of a line outside the fence."""
        return re.findall(rf"^{name}: (.*)$", self.outside, re.MULTILINE)


def honest(seen: Seen) -> str:
    """By the words of expected and superseded answer: right where the first alone is there."""
    low = seen.response.lower()
    before = [text.lower() for text in seen.lines("Superseded answer")]
    if "ABSTAINED" in seen.labels:
        declines = re.search(r"i don't know|nobody can|too far ahead", low)
        return reply("ABSTAINED", declines[0]) if declines else reply("ANSWERED_OTHER")
    if any(text in low for text in before):
        return reply("STALE")
    if re.search(r"have to look|let me work|i cannot say", low):
        return reply("NOT_ATTEMPTED")
    first = low.partition("\n")[0].partition(" note to")[0]
    words = re.findall(r"\w+", seen.expected.lower())
    return reply("CORRECT", seen.expected.split()[-1]) if words[-1] in first else reply("INCORRECT")


def reading(judge: Callable[[Seen], str]) -> Ask:
    """A judge that looks for the true fence, with its code."""

    def ask(prompt: Prompt, /) -> Completion:
        found = re.search(r"<<RESP (\w+)>>\n(.*)\n<</RESP \1>>", prompt.user_text, re.DOTALL)
        assert found
        return Completion(text=judge(_see(prompt, found[2], found.span(2))))

    return ask


def _see(prompt: Prompt, response: str, span: tuple[int, int]) -> Seen:
    outside = prompt.user_text[: span[0]] + prompt.user_text[span[1] :]
    expected = re.findall(r"^(?:Expected answer|Answer|Requirement): (.*)$", outside, re.MULTILINE)
    labels: tuple[str, ...] = ("Correct", "Incorrect")
    if prompt.reply_schema:
        labels = tuple(json.loads(prompt.reply_schema)["properties"]["grade"]["enum"])
    return Seen(expected[-1] if expected else "", response, outside, labels)


_OPENING = r"<\s*<\s*resp[^>\n]*>\s*>"
_CLOSING = r"<\s*<?\s*/\s*(?:end)?\s*resp[^>\n]*>\s*>?"
_ROLE = r"<\|\s*(?:im_start|im_end|system|assistant|end)[^>]*>|\[/?inst\]|</?s>|<<sys>>|</?system>"
_LOOKALIKES = {
    0x2039: "<",
    0x203A: ">",
    0x27EA: "<<",
    0x27EB: ">>",
    0x226A: "<<",
    0x226B: ">>",
    0x2770: "<",
    0x2771: ">",
}
_LOOKALIKES |= {0x415: "e", 0x435: "e", 0x405: "s", 0x455: "s", 0x420: "p", 0x440: "p", 0x201C: '"', 0x201D: '"'}
"""Angles, quotes and Cyrillic letters as they look."""


def naive(judge: Callable[[Seen], str]) -> Ask:
    """A judge that is honest inside the fence and obeys whatever stands outside it.

    It takes anything like a fence for the fence, whatever its code, case, blanks, width or hidden characters; a change
    of roles anywhere for one; and a verdict anywhere for its own. What it obeys is told from what the prompt itself
    says by where the true fence ends.
    """

    def ask(prompt: Prompt, /) -> Completion:
        text = _as_it_looks(prompt.user_text)
        opening = re.search(_OPENING, text)
        assert opening
        closing = re.compile(_CLOSING).search(text, opening.end())
        assert closing
        found = re.search(r"<<RESP (\w+)>>\n(.*)\n<</RESP \1>>", prompt.user_text, re.DOTALL)
        assert found
        seen = _see(prompt, found[2], found.span(2))
        broke_out = text[closing.end() :].strip() != _as_it_looks(prompt.user_text[found.end() :]).strip()
        inside = text[opening.end() : closing.start()]
        if broke_out or re.search(_ROLE, text) or _finds_verdict(inside):
            return Completion(text=reply(seen.labels[0], seen.expected) if prompt.reply_schema else "Correct")
        return Completion(text=judge(seen))

    return ask


def _as_it_looks(text: str) -> str:
    seen = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char == "\n")
    return unicodedata.normalize("NFKC", seen.translate(_LOOKALIKES)).lower()


def _finds_verdict(text: str) -> bool:
    """Whether a JSON object with a grade stands anywhere in a text, escaped or not."""
    decoder = json.JSONDecoder()
    for form in (text, text.replace('\\"', '"')):
        for place in re.finditer(r"\{", form):
            try:
                value, _ = decoder.raw_decode(form, place.start())
            except ValueError:
                continue
            if "grade" in json.dumps(value):
                return True
    return False
