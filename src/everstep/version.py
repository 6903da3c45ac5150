"""The version of this package; a module of its own, so that any wing may tell it without knocking at the front door."""

__version__ = "0.1.0"
