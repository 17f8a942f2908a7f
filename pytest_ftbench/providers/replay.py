"""Answers recorded earlier: an endpoint that can be asked long after it was shut down."""

from __future__ import annotations

import glob
from pathlib import Path

from pytest_ftbench.errors import DataError, EndpointError
from pytest_ftbench.providers import EndpointSpec
from pytest_ftbench.providers.recordings import Recordings, read_csv_recordings, read_run_recordings
from pytest_ftbench.records import Completion, Prompt
from pytest_ftbench.variables import expand_variables

_WILDCARDS = frozenset("*[")


class Replay:
    """Serves `FILE.csv[#COLUMN]` or `RUN.jsonl[#ALIAS]`; FILE may be a pattern (`dir/**/*.csv`), read in sorted order.

    A CSV file is matched by the text sent, a run file by system message and text sent; first exactly, then without
    outer white space and with `\\n` for every line end. Rows that repeat a prompt with another answer serve the next
    samples. Of a talk of several turns a run file serves each answer, by what the user has said until then; a CSV file
    holds none. A path cannot hold `#`, nor `?`, which starts the options.
    """

    is_local = True

    def __init__(self, spec: EndpointSpec) -> None:
        written, _, part = spec.name.partition("#")
        pattern = expand_variables(written, of=f"model {spec.label!r}")
        files = _find_files(spec.folder, pattern)
        kinds = {path.suffix.lower() for path, _ in files}
        if kinds == {".csv"}:
            self._recordings, self._has_systems = read_csv_recordings(files, part), False
        elif kinds == {".jsonl"}:
            self._recordings, self._has_systems = read_run_recordings(files, part), True
        else:
            endings = ", ".join(sorted(kind or "none" for kind in kinds))
            raise DataError(pattern, f"a recording is a .csv file or a .jsonl run file, got the ending {endings}.")
        self._loose = _loosened(self._recordings, collapse=not self._has_systems)
        self.identity = {"provider": "replay", "base_url": None, "model": spec.name, "revision": spec.revision}
        self.sampling: dict[str, float | int | None] = {}
        self._place = pattern

    def complete(self, prompt: Prompt, *, sample: int = 1) -> Completion:
        """The recorded answer; EndpointError when there is none, or when the recording holds an error."""
        system = prompt.system_text if self._has_systems else ""
        said = (system, *prompt.user_texts)
        samples = self._recordings.answers.get(said)
        if samples is None:
            samples = self._loose.answers.get(tuple(map(_loosen, said)))
        quoted = " then ".join(map(_shorten, prompt.user_texts))
        if not samples:
            raise EndpointError(f"{self._place} holds no answer to {quoted}.")
        if sample not in samples:
            known = ", ".join(map(str, sorted(samples)))
            fault = f"{self._place} holds no sample {sample} of the answer to {quoted} (samples: {known})."
            raise EndpointError(f"{fault} Ask for no more than it holds.")
        if error := samples[sample].error:
            raise EndpointError(f"{self._place} holds an error instead of an answer to {quoted}: {error}")
        return samples[sample]

    def close(self) -> None:
        """Nothing is held open."""


def _find_files(folder: Path, pattern: str) -> list[tuple[Path, str]]:
    """The file of that name, or those that match, each with its name in messages."""
    path = folder / pattern
    if path.is_dir():
        raise DataError(pattern, "is a directory. Name a file, or a pattern such as DIR/*.csv.")
    if path.exists() or not _WILDCARDS & set(pattern):
        return [(path, pattern)]
    names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    files = [(folder / name, name) for name in names if (folder / name).is_file()]
    if not files:
        raise DataError(pattern, f"no file matches in {folder}. Check the pattern.")
    return files


def _loosened(recordings: Recordings, *, collapse: bool) -> Recordings:
    loose = Recordings()
    for said, samples in recordings.answers.items():
        for sample, completion in samples.items():
            if collapse:
                loose.append(_loosen(said[1]), completion)
            else:
                loose.add(tuple(map(_loosen, said)), sample, completion)
    return loose


def _loosen(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _shorten(text: str) -> str:
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= 60 else f"{plain[:57]}...")
