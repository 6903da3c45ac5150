"""The check knows the words that the SDK has: a new operation must not be forgotten here."""

import inspect

import everstep
from everstep import AsyncDurableContext, DurableContext
from everstep.lint import vocabulary
from everstep.sdk.retrying import with_retry
from everstep.sdk.saga import Saga

INTERNAL = {"callback_result", "lambda_context"}
CONTEXTS = (DurableContext, AsyncDurableContext)


def test_every_public_word_of_a_context_is_known() -> None:
    known = {*vocabulary.OPERATIONS, *vocabulary.DRAWS, *vocabulary.FREE, *INTERNAL}
    words = {word for context in CONTEXTS for word in dir(context) if not word.startswith("_")}
    assert words - known == set()


def test_the_parameters_of_operations_are_those_of_the_sdk() -> None:
    for context in CONTEXTS:
        for name, parameters in vocabulary.OPERATIONS.items():
            own = list(inspect.signature(getattr(context, name)).parameters)[1:]
            assert tuple(own[: len(parameters)]) == parameters, name
    assert tuple(inspect.signature(with_retry).parameters)[: len(vocabulary.WITH_RETRY)] == vocabulary.WITH_RETRY


def test_the_decorators_exist() -> None:
    decorators = vocabulary.HANDLER_DECORATORS | vocabulary.LATER_DECORATORS
    assert [name for name in decorators if not hasattr(everstep, name)] == []
    assert {method for method in dir(Saga) if not method.startswith("_")} == vocabulary.UNDOINGS
    assert decorators == {name for name in everstep.__all__ if name.startswith("durable_")}
