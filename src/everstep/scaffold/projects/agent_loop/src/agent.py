"""An agent whose thoughts and deeds are steps: what it has done survives every crash, and is never done again.

question --think--> calls of tools --tool, tool--> think --> … --> answer
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypedDict

from everstep import DurableContext, StepContext, StepError, durable_execution, durable_step

from model import Message, Model, ToolCall, pocket_model
from tools import TOOLS, Tool

TURNS_MAX = 20


class Question(TypedDict):
    text: str


class TooManyTurnsError(Exception):
    """The model asks for tools again and again."""


@durable_execution(execution_timeout=timedelta(hours=1), retention_days=14)
def agent(event: Question, context: DurableContext) -> str:
    return answer(event, context, pocket_model, TOOLS)


def answer(question: Question, context: DurableContext, model: Model, tools: Mapping[str, Tool]) -> str:
    """Let the model think and act until it answers. Raises TooManyTurnsError when it never does."""
    conversation: list[Message] = [{"role": "user", "text": question["text"], "calls": []}]
    for turn in range(1, TURNS_MAX + 1):
        reply = context.step(think(model, tuple(conversation)), name=f"think {turn}")
        conversation.append(reply)
        if not reply["calls"]:
            return reply["text"]
        for call in reply["calls"]:
            result = act(call, context, tools, name=f"{call['tool']} {turn}.{call['id']}")
            conversation.append({"role": "tool", "text": result, "calls": []})
    raise TooManyTurnsError(f"no answer after {TURNS_MAX} turns")


def act(call: ToolCall, context: DurableContext, tools: Mapping[str, Tool], name: str) -> str:
    """Call a tool. What goes wrong for good is told to the model, which may know a way around it."""
    tool = tools.get(call["tool"])
    if tool is None:
        return f"there is no tool {call['tool']}; there are {', '.join(tools)}"
    try:
        return context.step(use(tool, call["arguments"], key=str(context.uuid4())), name=name, retry=3)
    except StepError as error:
        return f"{call['tool']} failed: {error}"


@durable_step
def think(step: StepContext, model: Model, conversation: tuple[Message, ...]) -> Message:
    return model(conversation)


@durable_step
def use(step: StepContext, tool: Tool, arguments: dict[str, str], key: str) -> str:
    return tool(arguments, key)
