"""everstep: durable execution for Python."""

from everstep.version import __version__ as __version__
