"""Where the session's answers are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_ftbench.errors import CacheRefused
from pytest_ftbench.plugin.state import State


def open_cache(state: State) -> Any:  # the engine's Store, which cache.AnswerStore fulfils
    """The answers of earlier sessions. Raises CacheRefused where the command line asks for something unsafe."""
    from pytest_ftbench.cache import open_store
    from pytest_ftbench.shelf import NoStore

    # The user's own cache folder may lie below the root, when that is the home folder; one that an option or the
    # repository's ini file names may not.
    checkout = state.settings.root if state.settings.cache_dir is not None else None
    try:
        return open_store(_cache_folder(state), checkout=checkout, warn=state.warnings.append)
    except CacheRefused as error:
        if state.settings.models_on_command_line:
            raise
        # A model that only the ini file names must not stop the unit tests beside it.
        state.warnings.append(f"no answer is stored: {error}")
        return NoStore()


def check_cache(state: State) -> None:
    """Open the cache and close it again, if this session will use one. Raises CacheRefused."""
    if not state.settings.models_on_command_line:
        return  # nothing may be asked at all
    providers = (*state.providers.values(), *state.judge_providers.values())
    if state.settings.cache_mode != "off" and not all(provider.is_local for provider in providers):
        open_cache(state).close()


def _cache_folder(state: State) -> Path:
    if state.settings.cache_dir is not None:
        return state.settings.cache_dir
    from pytest_ftbench.cache import default_folder

    return default_folder()
