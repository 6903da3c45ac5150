"""How a function carries out each operation: pure scripts, written once for `def` and `async def`.

A script is a generator that yields requests and never blocks; a driver (`sdk.drive`) carries them out.
"""
