"""What answers cost: the user's own prices, else those of an offline table. An unknown price stays unknown."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.openai_address import read_address
from pytest_ftbench.providers.options import read_prices
from pytest_ftbench.records import Prompt

ASSUMED_TOKENS_OUT = 50
"""Of an answer, as long as the endpoint has given none: a sentence or two, as questions about facts get."""

_MILLION = 1_000_000
_BYTES_PER_TOKEN = 4
_PER_MESSAGE = 4
"""Tokens that a chat format spends on a message: three that set it apart, and its role."""
_PER_PROMPT = 3
"""Tokens with which a chat format begins the answer."""
_USUAL = 1000
"""Tokens of a call to which no surcharge for long prompts applies."""


@dataclass(frozen=True, slots=True)
class Price:
    """What an endpoint charges."""

    usd_per_million_in: float
    usd_per_million_out: float
    by_table: Callable[[int, int], float] | None = field(default=None, repr=False, compare=False)
    """The table's own sum for one call, which knows surcharges for long prompts; None: the two rates decide."""

    def cost_usd(self, tokens_in: int, tokens_out: int) -> float:
        """What one call costs, in USD; tokens that a server may have in its cache are taken at the full price.

        Not for the tokens of many calls together: surcharges go by the length of the single prompt.
        """
        if self.by_table is not None:
            return self.by_table(tokens_in, tokens_out)
        return (tokens_in * self.usd_per_million_in + tokens_out * self.usd_per_million_out) / _MILLION


def price_of(spec: EndpointSpec, *, base_url: str | None) -> Price | None:
    """What an endpoint charges, or None where nobody knows; unknown is never 0.

    The SPEC's own `price_in` and `price_out` win. Else the table of genai-prices is looked up, as it was installed:
    no network. base_url: the server, as the endpoint's identity names it; None: for `openai` the one that the SPEC and
    the environment name, for other providers none.
    Raises SpecError for prices in the SPEC that are not allowed.
    """
    own = read_prices(spec)
    if own is not None:
        return Price(*own)
    if spec.provider == "vertex":
        return None  # the number of an endpoint does not tell which model stands behind it
    try:
        url = base_url or (read_address(spec).base_url if spec.provider == "openai" else None)
        return None if url is None or _is_nearby(url) else _look_up(spec.name, url)
    except Exception:  # noqa: BLE001  # no fault of a price table, nor its absence, may cost a session its answers
        return None


def _is_nearby(url: str) -> bool:
    """Whether the server is on this machine or in a private network: no table has its price, so none is loaded."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


def _look_up(model: str, url: str) -> Price | None:
    """The table's price; LookupError for a server or model that it does not have."""
    from genai_prices import Usage, calc_price

    usual = calc_price(Usage(input_tokens=_USUAL, output_tokens=_USUAL), model, provider_api_url=url)
    if model.lower().startswith("ft:") and not usual.model.id.startswith("ft:"):
        return None  # some patterns of the table take a fine-tune for its base model, which costs less
    if usual.model_price.input_mtok is None or usual.model_price.output_mtok is None:
        return None

    def sum_up(tokens_in: int, tokens_out: int) -> float:
        usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
        return float(calc_price(usage, model, provider_api_url=url).total_price)

    scale = _MILLION // _USUAL
    return Price(float(usual.input_price * scale), float(usual.output_price * scale), by_table=sum_up)


def estimate_tokens_in(prompt: Prompt) -> int:
    """About how many tokens a prompt has, at least 1.

    Without a tokenizer, whose vocabulary would have to be downloaded: a quarter of the bytes in UTF-8, which fits
    English (about four letters a token) and is roughly right for scripts of two or three bytes a letter; digits and
    code take more. On top comes what chat formats spend: four tokens a message and three for the answer's beginning.
    Source: OpenAI's cookbook, "How to count tokens with tiktoken" (three a message, its role, and three).
    """
    texts = [text.encode("utf-8", "surrogatepass") for _, text in prompt.messages]
    return _PER_PROMPT + sum(_PER_MESSAGE + math.ceil(len(text) / _BYTES_PER_TOKEN) for text in texts)


def estimate_tokens_out(seen: Sequence[int], max_tokens: int | None) -> int:
    """About how many tokens the next answer has, never more than max_tokens.

    seen: what the endpoint's answers took so far, whose mean decides, rounded up; empty: ASSUMED_TOKENS_OUT.
    """
    expected = math.ceil(sum(seen) / len(seen)) if seen else ASSUMED_TOKENS_OUT
    return expected if max_tokens is None else min(expected, max_tokens)
