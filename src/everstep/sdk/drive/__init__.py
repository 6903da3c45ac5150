"""Carries out what scripts ask for: `threads` for `def` functions, `loop` for `async def`.

The only code of the SDK that blocks or awaits.
"""
