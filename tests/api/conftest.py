"""The REST interface is tried on the same small county as the permissions."""

from tests.permissions.conftest import own_places, world

__all__ = ("own_places", "world")
