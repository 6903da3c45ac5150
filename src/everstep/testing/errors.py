"""What the test tools raise.

    DurableFunctionsTestError
    |-- StuckError               the execution waits for something that will never come by itself
    |-- NoSuchOperationError     the execution has no operation like that; the message names those that it has
    |-- CrashError               the workflow does not survive every crash
    `-- HistoryError             a recorded history cannot be replayed by today's code

All of them but NoSuchOperationError are AssertionErrors: they say that the code under test is wrong.
"""


class DurableFunctionsTestError(Exception):
    """Base of everything here; raised itself for a test that asks for what cannot be."""


class StuckError(DurableFunctionsTestError, AssertionError, TimeoutError):
    """The execution waits for something that will never come by itself; the message says for what.

    A TimeoutError too, because that is what the official runner raises in such a case, some time later.
    """


class NoSuchOperationError(DurableFunctionsTestError, LookupError):
    """The execution has no operation like that; the message names those that it has."""


class CrashError(DurableFunctionsTestError, AssertionError):
    """The workflow does not survive every crash; the message says which, and shows both runs."""


class HistoryError(DurableFunctionsTestError, AssertionError):
    """A recorded history cannot be replayed by today's code; the message names the first operation that differs."""
