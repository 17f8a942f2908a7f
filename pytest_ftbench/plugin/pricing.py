"""What the session's endpoints charge, and what may be spent on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_ftbench.errors import SpecError
from pytest_ftbench.prices import price_of
from pytest_ftbench.spending import Spending, Terms

if TYPE_CHECKING:
    from pytest_ftbench.plugin.state import State
    from pytest_ftbench.providers import EndpointSpec


def make_spending(state: State) -> Spending:
    """The session's account. Raises SpecError where there is a budget and an endpoint whose price nobody knows."""
    budget_usd = state.settings.budget_usd
    terms = {spec.alias: _terms(spec, state) for spec in (*state.specs, *state.judge_specs)}
    for alias, of_endpoint in terms.items():
        if budget_usd is not None and not of_endpoint.is_free and of_endpoint.price is None:
            raise SpecError(
                f"--ftbench-budget: the price of {alias} is unknown, so no budget can be kept. Give its SPEC, or its "
                "entry in [tool.ftbench.models], price_in and price_out in USD per million tokens."
            )
    return Spending(terms, budget_usd=budget_usd)


def _terms(spec: EndpointSpec, state: State) -> Terms:
    provider = {**state.providers, **state.judge_providers}[spec.alias]
    most = provider.sampling.get("max_tokens")
    return Terms(
        lambda: price_of(spec, base_url=provider.identity.get("base_url")),
        is_free=provider.is_local,
        max_tokens=most if isinstance(most, int) else None,
    )
