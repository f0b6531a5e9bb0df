"""Where the files of this repository are, whatever folder a command is run in."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PRECOMPUTED = REPOSITORY / "precomputed"
"""The networks that ship, and what was measured on them: the default of the server and of every command."""
