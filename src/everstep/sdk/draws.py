"""What looks like chance and is the same on every replay.

A draw follows from the execution's ARN, the place and how often something was drawn there before; nothing of it has to
be recorded. Whoever knows the ARN can compute it, so it is no secret: tokens and passwords come from a step.
"""

import hashlib
import random
from uuid import UUID

from everstep.core.model import Arn

_SEED_BYTES = 16


def draw(arn: Arn, place: str, number: int) -> bytes:
    """Sixteen bytes that no other place and no other number has."""
    return hashlib.blake2b(f"{arn}|{place}|{number}".encode(), digest_size=_SEED_BYTES).digest()


def uuid4(seed: bytes) -> UUID:
    return UUID(bytes=seed, version=4)


def generator(seed: bytes) -> random.Random:
    return random.Random(int.from_bytes(seed, "big"))
