"""The interface components, in parts; ``{% load ui %}`` brings them all to a template."""
