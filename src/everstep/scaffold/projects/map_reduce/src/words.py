"""Counts words in many documents side by side, then adds the counts up."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from everstep import (
    AsyncDurableContext,
    CompletionConfig,
    CompletionReason,
    StepContext,
    durable_execution,
    durable_step,
)

AT_ONCE = 100
"""Documents that are read at the same time; however many there are, they wait in no thread of their own."""
LOSS = CompletionConfig(tolerated_failure_percentage=10)
"""A count that misses a tenth of the documents is good enough; with more failures, the rest is not even begun."""
LISTED = 10


class Job(TypedDict):
    documents: list[str]


class Count(TypedDict):
    words: dict[str, int]
    """The most frequent ones."""
    documents: int
    lost: int


@durable_execution(execution_timeout=timedelta(hours=1), retention_days=7)
async def count_words(event: Job, context: AsyncDurableContext) -> Count:
    counted = await context.map(
        event["documents"],
        count_document,
        name="count",
        max_concurrency=AT_ONCE,
        completion=LOSS,
        item_namer=lambda document, _: document,
    )
    if counted.completion_reason is CompletionReason.FAILURE_TOLERANCE_EXCEEDED:
        counted.throw_if_error()
    total: Counter[str] = Counter()
    for words in counted.get_results():
        total.update(words)
    return {
        "words": dict(sorted(total.items(), key=lambda word: (-word[1], word[0]))[:LISTED]),
        "documents": counted.success_count,
        "lost": counted.failure_count,
    }


async def count_document(
    context: AsyncDurableContext, document: str, index: int, documents: Sequence[str]
) -> dict[str, int]:
    return await context.step(read_and_count(document), name="read", retry=3)


@durable_step
def read_and_count(step: StepContext, document: str) -> dict[str, int]:
    """Here you read from wherever your documents are. A step gives back the counts, which are small, not the text."""
    text = Path(document).read_text(encoding="utf-8")
    return dict(Counter(re.findall(r"[^\W\d_]+", text.lower())))
