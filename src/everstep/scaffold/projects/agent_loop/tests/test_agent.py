from collections.abc import Mapping, Sequence

from everstep import DurableContext, DurableFunction, durable_execution
from everstep.testing import DurableFunctionTestRunner, Ledger, crash_everywhere

from agent import Question, agent, answer
from model import Message, ToolCall
from tools import Tool

BOOK: ToolCall = {"id": "1", "tool": "book", "arguments": {"seat": "7"}}
QUESTION: Question = {"text": "Book seat 7 and tell me"}


def fake_model(conversation: Sequence[Message]) -> Message:
    """Books once, then says how it went."""
    if conversation[-1]["role"] == "user":
        return {"role": "model", "text": "", "calls": [BOOK]}
    return {"role": "model", "text": f"Done: {conversation[-1]['text']}", "calls": []}


def agent_with(tools: Mapping[str, Tool]) -> DurableFunction[str]:
    """The agent as it is, with another model and other tools."""

    @durable_execution
    def tested(event: Question, context: DurableContext) -> str:
        return answer(event, context, fake_model, tools)

    return tested


def test_the_agent_that_is_deployed_answers() -> None:
    with DurableFunctionTestRunner(agent) as runner:
        result = runner.run({"text": "What is the weather in Paris?"})
    assert result.value == "I looked it up: it is sunny in Paris."
    assert [operation.name for operation in result.operations] == ["think 1", "weather 1.1", "think 2"]


def test_a_tool_that_fails_for_good_is_the_models_problem() -> None:
    def book(arguments: Mapping[str, str], key: str) -> str:
        raise ConnectionError("no line")

    with DurableFunctionTestRunner(agent_with({"book": book})) as runner:
        result = runner.run(QUESTION)
    assert str(result.value).startswith("Done: book failed: ")
    assert result.get_step("book 1.1").attempt == 3


def test_no_crash_books_twice() -> None:
    ledger = Ledger()

    def book(arguments: Mapping[str, str], key: str) -> str:
        ledger.record("booking", key=key)
        return f"seat {arguments['seat']} is yours"

    survived = crash_everywhere(agent_with({"book": book}), QUESTION, ledger=ledger)
    assert survived.result.value == "Done: seat 7 is yours"
