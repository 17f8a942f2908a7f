"""What the reason says for which a service has ended a completion, in the words of the vendors."""

from __future__ import annotations

_PLAIN = frozenset((None, "", "stop", "STOP", "FINISH_REASON_UNSPECIFIED"))
"""The model has said all that it had to say, or nobody says otherwise."""
_CUT_OFF = frozenset(("length", "MAX_TOKENS", "CONTINUATION", "OTHER", "MALFORMED_FUNCTION_CALL", "incomplete"))
_BLOCKED = frozenset(
    (
        "content_filter",  # OpenAI and Azure; the others are Google's
        *(
            "SAFETY",
            "IMAGE_SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "LANGUAGE",
            "MODEL_ARMOR",
            "JAILBREAK",
        ),
    )
)
_BLOCKED_PROMPT = "PROMPT_BLOCKED"
"""How the provider `vertex` begins the reason where the prompt was blocked, and no model was asked."""


def is_cut_off(finish_reason: str | None) -> bool:
    """Whether a completion ended at its limit of tokens, or otherwise before its end."""
    return finish_reason in _CUT_OFF


def find_block(finish_reason: str | None, text: str) -> str:
    """Why a completion that something else than the model has ended is no answer, or an empty text.

    What a filter has left of it may be a refusal, or the answer itself, by chance of where it was stopped. Where
    nothing is left (the limit went to thinking, a tool was called), nobody knows what the model would have said.
    """
    if finish_reason in _BLOCKED or (finish_reason or "").startswith(_BLOCKED_PROMPT):
        return f"a filter of the service stopped it ({finish_reason})"
    if finish_reason not in _PLAIN and not text.strip():
        return f"it ended before it said anything ({finish_reason})"
    return ""
