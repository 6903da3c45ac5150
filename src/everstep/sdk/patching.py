"""Changing a function while executions of it are in flight."""

from everstep.errors import NonDeterministicExecutionError, ValidationError
from everstep.sdk.replay.patch import SUB_TYPE, PatchCall, patch
from everstep.sdk.replay.requests import Script
from everstep.sdk.scope import Scope


def patched(scope: Scope, patch_id: str) -> Script[bool]:
    """The answer is the same for the whole context, however often it asks."""
    if not patch_id or not isinstance(patch_id, str):
        raise ValidationError(f"a patch needs a name, got {patch_id!r}")
    marker = scope.marker(SUB_TYPE, patch_id)
    if marker.id not in scope.patches:
        scope.patches[marker.id] = yield from patch(PatchCall(identity=marker, was_here=scope.was_here), scope.journal)
    return scope.patches[marker.id]


def deprecate_patch(scope: Scope, patch_id: str) -> Script[None]:
    if (yield from patched(scope, patch_id)):
        return
    raise NonDeterministicExecutionError(
        f"This execution passed the place of patch {patch_id!r} before the patch existed, and the old way is gone from "
        "the code. Bring back `if context.patched(...)` with both ways until such executions have ended."
    )
