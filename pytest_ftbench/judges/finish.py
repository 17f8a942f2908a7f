"""What the reason says for which a service has ended a completion, in the words of the vendors."""

from __future__ import annotations

_CUT_OFF = frozenset(("length", "MAX_TOKENS", "CONTINUATION"))
_BLOCKED = frozenset(
    (
        "content_filter",  # OpenAI and Azure; the others are Google's
        *("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR", "JAILBREAK"),
    )
)
_BLOCKED_PROMPT = "PROMPT_BLOCKED"
"""How the provider `vertex` begins the reason where the prompt was blocked, and no model was asked."""


def is_cut_off(finish_reason: str | None) -> bool:
    """Whether a completion ended at its limit of tokens."""
    return finish_reason in _CUT_OFF


def find_block(finish_reason: str | None) -> str:
    """Why a completion that a filter has stopped is no answer, or an empty text.

    What is left of it may be a refusal, or the answer itself, by chance of where it was stopped.
    """
    if finish_reason is None or not (finish_reason in _BLOCKED or finish_reason.startswith(_BLOCKED_PROMPT)):
        return ""
    return f"a filter of the service stopped it ({finish_reason})"
