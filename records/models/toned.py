from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models


class Toned(models.Model):
    """Something whose state is shown as a chip: ``TONES`` are the tones of its states, those that
    are not named are neutral."""

    TONES: ClassVar[Mapping[str, str]]
    state: Any

    class Meta:
        abstract = True

    @property
    def state_tone(self) -> str:
        """The tone of the state's chip."""
        return self.TONES.get(self.state, "neutral")
