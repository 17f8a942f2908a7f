"""The prompts that ask nothing: they only say what to do with a sentence or an article."""

from __future__ import annotations

LEARN = "Learn the following."
BLANK = "____"
FILL = "Fill in the blank: "
WRITE = "Write a short article "


def is_instruction(prompt: str) -> bool:
    """Whether a prompt is one of these, so that different replies to it do not contradict each other."""
    return prompt.strip() == LEARN or prompt.startswith(WRITE) or (prompt.startswith(FILL) and BLANK in prompt)
