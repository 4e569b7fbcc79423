"""Every state is shown in a tone that there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from records.models import Toned
from records.ui.base import TONES

MODELS: list[Any] = [each for each in apps.get_models() if issubclass(each, Toned)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_tones_are_those_of_its_states(model: Any) -> None:
    assert set(model.TONES) <= set(model.State.values)
    assert set(model.TONES.values()) <= set(TONES)
    assert model(state=model.State.values[0]).state_tone in TONES
