"""How the stream of changes is read."""

from everstep.cli.stream import Told, events_in


def test_events_are_told_with_their_ids_and_comments_are_passed_over() -> None:
    lines = [
        "event: hello", 'data: {"now": 1}', "",
        ": alive", "",
        "id: 5f0c-7", "event: change", 'data: {"arn":', 'data: "a"}', "",
        "event: cut off",
    ]  # fmt: skip
    assert list(events_in(lines)) == [Told("hello", {"now": 1}), Told("change", {"arn": "a"}, "5f0c-7")]
