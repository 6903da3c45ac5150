"""News wait until somebody takes them, and nobody takes them twice."""

from dataclasses import replace

from everstep.core.model import Kind, Millis, Operation, OperationId, Status
from everstep.sdk.plugins.news import News, WatchedJournal


def operation(name: str, parent: str | None = None, status: Status = Status.SUCCEEDED) -> Operation:
    return Operation(
        id=OperationId(name),
        kind=Kind.CONTEXT,
        status=status,
        started_at=Millis(0),
        parent_id=None if parent is None else OperationId(parent),
    )


def ids(operations: tuple[Operation, ...]) -> list[str]:
    return [known.id for known in operations]


def test_an_end_takes_the_ends_inside_it_along_deepest_first() -> None:
    news = News()
    for name, parent in (("outer", None), ("inner", "outer"), ("leaf", "inner"), ("other", None)):
        news.end(operation(name, parent))
    assert ids(news.take_end(OperationId("outer"))) == ["leaf", "inner", "outer"]
    assert ids(news.take_end(OperationId("outer"))) == []
    assert ids(news.take_ends()) == ["other"]


def test_an_end_that_was_told_is_not_told_again() -> None:
    news = News()
    news.end(operation("step"))
    news.take_ends()
    news.end(operation("step"))
    assert news.take_ends() == ()


def test_what_is_left_comes_with_children_before_parents() -> None:
    news = News()
    for name, parent in (("inner", "outer"), ("outer", None)):
        news.end(operation(name, parent))
    assert ids(news.take_ends()) == ["inner", "outer"]


def test_a_journal_passes_on_new_statuses_and_ends_but_not_repetitions() -> None:
    news = News()
    begun = operation("step", status=Status.STARTED)
    journal = WatchedJournal([begun], news)
    journal.learn([replace(begun, result="{}")])
    assert news.take_changes() == ()
    journal.learn([done := replace(begun, status=Status.SUCCEEDED)])
    journal.learn([done])
    assert news.take_changes() == (done,)
    assert news.take_ends() == (done,)
    assert journal.everything() == (done,)
