"""Recorded answers: CSV files with a column of responses, and run files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_ftbench.errors import DataError
from pytest_ftbench.records import Completion
from pytest_ftbench.runlines import read_run_lines
from pytest_ftbench.textfiles import read_csv_rows

FAILED = "<error>"
"""What a recorder writes into a cell when the call failed."""


@dataclass(slots=True)
class Recordings:
    """The answers to each prompt, by system message and user messages; the k-th of a list is that of sample k.

    A talk of several turns goes by what the user said alone: the answers in between are those recorded before.

    A completion whose `error` is set stands for a failed call.
    """

    answers: dict[tuple[str, ...], dict[int, Completion]] = field(default_factory=dict)
    """By (system message, first user message, second, ...)."""

    def add(self, prompt: tuple[str, ...], sample: int, completion: Completion) -> None:
        """Keep an answer; the first for its sample stays, but an answer takes the place of a failure."""
        samples = self.answers.setdefault(prompt, {})
        if sample not in samples or (samples[sample].error and not completion.error):
            samples[sample] = completion

    def append(self, text: str, completion: Completion) -> None:
        """Keep an answer as that of the next sample, unless the same is there already."""
        samples = self.answers.setdefault(("", text), {})
        if completion not in samples.values():
            samples[len(samples) + 1] = completion


def read_csv_recordings(files: Iterable[tuple[Path, str]], column: str) -> Recordings:
    """The answers in one column of CSV files, by the text of the column `prompt`, or `question` where there is none.

    files: paths, each with its name in messages. column: empty for the only one that is called `response` or ends in
    `_response`. Files without the column are passed over. An empty cell holds no answer.
    Raises DataError for unreadable files, or when no file has the column.
    """
    tables = [(place, *read_csv_rows(path, shown_as=place)) for path, place in files]
    found = {name: None for _, header, _ in tables for name in header if name}
    column = column or _only_response_column([place for place, _, _ in tables], list(found))
    if column not in found:
        columns = ", ".join(found) or "none"
        raise DataError(_places(place for place, _, _ in tables), f"no column {column!r}. Columns: {columns}.")
    recordings = Recordings()
    for place, header, rows in tables:
        if column not in header:
            continue
        asked = next((name for name in ("prompt", "question") if name in header), None)
        if asked is None:
            raise DataError(
                f"{place}:1", f"no column 'prompt' or 'question'. Columns: {', '.join(filter(None, header))}."
            )
        for _, row in rows:
            if row[column]:
                recordings.append(row[asked], _from_cell(row[column]))
    return recordings


def read_run_recordings(files: Iterable[tuple[Path, str]], alias: str) -> Recordings:
    """The answers in run files, by the system message and the text that was sent.

    alias: which endpoint's; empty where the files hold one only. A last line that was cut off is passed over: the
    session was killed. Raises DataError for files that are no run files, of a newer schema, or without the endpoint.
    """
    runs = [(place, list(read_run_lines(path, shown_as=place))) for path, place in files]
    served: dict[str, str | None] = {}
    for _, lines in runs:
        for line in lines:
            served.update(_endpoints_of(line, known=served))
    place = _places(place for place, _ in runs)
    aliases = ", ".join(served) or "none"
    if not alias and len(served) != 1:
        raise DataError(place, f"holds the answers of several endpoints or of none. Choose with #ALIAS: {aliases}.")
    alias = alias or next(iter(served))
    if alias not in served:
        raise DataError(place, f"no endpoint {alias!r}. Endpoints: {aliases}.")
    recordings = Recordings()
    for _, lines in runs:
        for line in lines:
            if line.get("kind") == "result" and line.get("endpoint") == alias:
                _add_result(recordings, line, served[alias])
    return recordings


def _only_response_column(places: list[str], columns: list[str]) -> str:
    responses = [name for name in columns if name == "response" or name.endswith("_response")]
    if len(responses) == 1:
        return responses[0]
    what = f"{len(responses)} columns of responses" if responses else "no column 'response' or '..._response'"
    raise DataError(_places(places), f"{what}. Choose one with #COLUMN: {', '.join(columns) or 'none'}.")


def _places(places: Iterable[str]) -> str:
    names = list(places)
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _from_cell(cell: str) -> Completion:
    return (
        Completion(error="the call failed when it was recorded.") if cell.strip() == FAILED else Completion(text=cell)
    )


def _endpoints_of(line: Mapping[str, object], *, known: Mapping[str, str | None]) -> dict[str, str | None]:
    """The endpoints that a line names, with the model that answered for each where that is known."""
    if line.get("kind") == "result":
        alias = line.get("endpoint")
        return {alias: None} if isinstance(alias, str) and alias not in known else {}
    listed = line.get("endpoints") if line.get("kind") == "run" else None
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    return {str(entry["alias"]): _text(entry, "served_model") for entry in entries if "alias" in entry}


def _add_result(recordings: Recordings, line: Mapping[str, object], served_model: str | None) -> None:
    sent = _text(line, "prompt") or _text(line, "question")
    answer, sample = _text(line, "answer"), _count(line, "sample") or 1
    if sent is None or (answer is None and line.get("status") != "error"):
        return
    failed = line.get("status") == "error"
    completion = Completion(
        text=answer or "",
        finish_reason=_text(line, "finish_reason"),
        served_model=_text(line, "served_model") or served_model,
        fingerprint=_text(line, "fingerprint"),
        deployment=_text(line, "deployment"),
        tokens_in=_count(line, "tokens_in"),
        tokens_out=_count(line, "tokens_out"),
        error=(_text(line, "error") or "no reason given") if failed else None,
    )
    system, turns = _text(line, "system") or "", _texts(line, "turns") or (sent,)
    earlier = _texts(line, "earlier_answers")
    for number, said in enumerate(earlier, start=1):
        before = Completion(said, served_model=completion.served_model, deployment=completion.deployment)
        recordings.add((system, *turns[:number]), sample, before)
    recordings.add((system, *turns[: len(earlier) + 1]), sample, completion)


def _text(line: Mapping[str, object], key: str) -> str | None:
    value = line.get(key)
    return value if isinstance(value, str) else None


def _texts(line: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = line.get(key)
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _count(line: Mapping[str, object], key: str) -> int | None:
    value = line.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
