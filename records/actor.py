"""Who acts: one value that every service takes and the trail keeps a copy of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person (or the system itself) at the moment of an act.

    ``roles`` are the role codes of ``departments.roles.Role``; ``functions`` are the codes of
    ``departments.roles.Function`` that the person's department fills in ``region_code``.
    ``region_code`` is the GB/T 2260 code without trailing zeros, so a region's superiors are
    its prefixes. ``user_id`` is None for the system only.
    """

    name: str
    user_id: int | None = None
    department_id: int | None = None
    department_name: str = ""
    region_code: str = ""
    township_code: str = ""
    roles: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    request_id: str = ""
    address: str | None = None

    @property
    def is_system(self) -> bool:
        return self.user_id is None and self.name == SYSTEM_NAME

    def has_role(self, *roles: str) -> bool:
        """Whether the person has at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def fills(self, *functions: str) -> bool:
        """Whether the person's department fills at least one of the functions in its region."""
        return not self.functions.isdisjoint(functions)


SYSTEM_NAME = "系统"
SYSTEM = Actor(name=SYSTEM_NAME)
ANONYMOUS = Actor(name="未登录访客")
