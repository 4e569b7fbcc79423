"""What happens to a visit that floors above must know of, in the transaction of the act."""

from django.dispatch import Signal

visit_called_off = Signal()
"""A visit does not take place: ``task``, ``actor``, ``reason``. The sender is ``JointTask``."""
