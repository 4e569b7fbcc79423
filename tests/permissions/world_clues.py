"""The clues and letters of the matrix: 民政 received them, 卫健 was sent one, one is secret."""

from __future__ import annotations

from clues.models import Referral
from clues.stages import main_stop
from clues.tests.samples import make_clue, person, transferred
from departments.models import User
from tests.permissions.world import World


def add_clues(world: World) -> None:
    """A clue just received, one on its way with its letter, and a confidential one."""
    clerk, head = person("mzj_clerk"), person("mzj_head")
    partner = User.objects.get(username="wjw_head").department
    assert partner is not None
    clue = make_clue(clerk)
    sent = transferred(clerk, head, partner)
    secret = make_clue(clerk, confidential=True, named=(head,))
    world.add(
        clue=clue,
        clue_sent=sent,
        clue_secret=secret,
        letter=Referral.objects.get(clue=sent),
        stop=main_stop(clue),
        stop_sent=main_stop(sent),
        stop_secret=main_stop(secret),
    )
