"""The draw (抽取), format dr-1: random, and recomputable by anyone. See docs/draw.md.

Pure functions of values, without Django. In the order of a draw:

``new_nonce``, ``commitment``   a party makes its nonce and sends only the commitment
``unstaffable``                 candidates to be excluded because recusals leave too few officers
``freeze`` → ``Frozen``         pool, exclusions, officers, recusals, rules → commit, hash, files
``load`` → ``Frozen``           the same, from what was stored
``complete`` → ``Certificate``  nonces (and a public value) → seed, selection, staffing
``void`` → ``Certificate``      a draw that ends without a result
``amend``, ``standing``, ``visits``  replacement of a subject, and who visits whom after it
``make_bundle``                 the zip that ``verify.py`` checks

``verify.py`` is a second, independent implementation and imports nothing from here.
"""

from .amendment import REASONS, amend, amendment_hash, standing, visits
from .bundle import make_bundle, verifier_hash, verifier_source
from .canonical import canonical, sha256_hex
from .certificate import Certificate, certify, complete, void
from .commit import Frozen, PublicValue, freeze, load
from .commitments import SYSTEM_PARTY, check_nonces, commitment, new_nonce
from .errors import DrawError, InputError, NonceError, StaffingImpossible
from .ids import normalise_id
from .quotas import quota_of, spread_total
from .rules import SINGLY, TEAMS, Rules, StaffingRule, StratumRule
from .staffing import check_feasible, unstaffable

__all__ = [
    "REASONS",
    "SINGLY",
    "SYSTEM_PARTY",
    "TEAMS",
    "Certificate",
    "DrawError",
    "Frozen",
    "InputError",
    "NonceError",
    "PublicValue",
    "Rules",
    "StaffingImpossible",
    "StaffingRule",
    "StratumRule",
    "amend",
    "amendment_hash",
    "canonical",
    "certify",
    "check_feasible",
    "check_nonces",
    "commitment",
    "complete",
    "freeze",
    "load",
    "make_bundle",
    "new_nonce",
    "normalise_id",
    "quota_of",
    "sha256_hex",
    "spread_total",
    "standing",
    "unstaffable",
    "verifier_hash",
    "verifier_source",
    "visits",
    "void",
]
