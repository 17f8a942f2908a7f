"""The names of answers, under which they are known in a session and stored between sessions."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from pytest_ftbench.deployments import Agree, settle_deployments
from pytest_ftbench.lane import Lane
from pytest_ftbench.prompts import key_of, request_text
from pytest_ftbench.records import Question
from pytest_ftbench.shelf import Shelf


class AnswerKeys:
    """Keys of questions, each worked out once; before the first one, endpoints are asked what is deployed there.

    agree: see `settle_deployments`.
    """

    def __init__(self, lanes: Mapping[str, Lane], shelf: Shelf, *, agree: Agree | None = None) -> None:
        self._lanes = lanes
        self._shelf = shelf
        self._agree = agree
        self._known: dict[Question, str] = {}
        self._lock = threading.Lock()
        self._is_settled = False

    def of(self, question: Question) -> str:
        """The name of a question's answer: alike for aliases of the same endpoint.

        Local endpoints share nothing: their answers cost nothing, are never stored, and may depend on options that
        their identity does not name (the threshold of a memorizer).
        """
        key = self._known.get(question)
        if key is None:
            key = self._known[question] = key_of(self.request(question))
        return key

    def request(self, question: Question) -> str:
        """What the name is the hash of: all that decides the answer."""
        with self._lock:
            if not self._is_settled:
                settle_deployments(self._lanes.values(), self._shelf, agree=self._agree)
                self._is_settled = True
        provider = self._lanes[question.endpoint].provider
        own = {"alias": question.endpoint} if provider.is_local else {}
        identity = {**provider.identity, **own}
        return request_text(question.prompt, identity=identity, sampling=provider.sampling, sample=question.sample)
