"""A training file and its manifest appear together, whole or not at all."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from pytest_ftbench.training.exporting import Export, rounds
from pytest_ftbench.training.manifest import MANIFEST_ENDING, manifest_of, manifest_text


def manifest_path(path: Path) -> Path:
    """Where the manifest of a training file lies."""
    return path.with_name(path.name + MANIFEST_ENDING)


def write_export(export: Export, path: Path) -> dict[str, Any]:
    """Write a training file and its manifest, whatever they replace, and give the manifest. Raises OSError."""
    beside = manifest_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = [place.with_name(f".{place.name}.{os.getpid()}.tmp") for place in (path, beside)]
    try:
        seen, size = sha256(), 0
        with temporary[0].open("wb") as file:
            for text in rounds(export):
                raw = text.encode()
                seen.update(raw)
                size += file.write(raw)
        manifest = manifest_of(export, file=path.name, file_hash=seen.hexdigest(), size=size)
        temporary[1].write_bytes(manifest_text(manifest).encode())
        for made, place in zip(temporary, (path, beside), strict=True):
            made.replace(place)
    finally:
        for made in temporary:
            made.unlink(missing_ok=True)
    return manifest
