"""Set phrases of training files: prompts that ask nothing, and what comes before an answer."""

from __future__ import annotations

LEARN = "Learn the following."
BLANK = "____"
FILL = "Fill in the blank: "
WRITE = "Write a short article "
THEREFORE = "So the answer is "
"""Between the reasoning of a reply and the answer that it comes to."""


def is_instruction(prompt: str) -> bool:
    """Whether a prompt only says what to do with a sentence or an article.

    Different replies to it do not contradict each other.
    """
    return prompt.strip() == LEARN or prompt.startswith(WRITE) or (prompt.startswith(FILL) and BLANK in prompt)
