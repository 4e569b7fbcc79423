"""What a warning rule means: its sentence, and when a run of events becomes warnings. Pure."""

from __future__ import annotations

from clues.watch.alarms import Point, spaced
from clues.watch.sentence import Words, measured, sentence

__all__ = ["Point", "Words", "measured", "sentence", "spaced"]
