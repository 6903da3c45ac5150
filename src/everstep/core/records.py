"""`dataclass`, made so that a record costs little: to declare, to make and to change.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Operation: ...

    changed(operation, status=Status.SUCCEEDED)  # dataclasses.replace

What type checkers see is the standard library's, and what a record does is what its documentation says. It is made in
another way ([0016](../../../docs/decisions/0016-records-are-filled-before-they-are-frozen.md)):

- A frozen dataclass sets each member through `object.__setattr__`, so that a record of twenty members takes longer to
  make than everything that is then done with it. Here it is filled as an unlocked twin of its class, and becomes its
  frozen self at the end, before anybody else has seen it.
- The standard library writes and compiles six methods for each class when it is declared. Here one is, when the first
  record is made; a cold start imports eighty classes and makes few of them.
"""

from typing import TYPE_CHECKING

from everstep.core.recording import compiled

__all__ = ["changed", "compiled", "dataclass", "field"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field
    from dataclasses import replace as changed
else:
    from everstep.core.recording import changed, dataclass, field
