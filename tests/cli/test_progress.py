"""What is told of each event."""

import pytest

from everstep.cli.progress import Line, Tone, line_of, plain
from everstep.core.events import EventType
from everstep.core.model import ErrorObject, Millis
from everstep.drawing.wording import duration, line
from tests.cli.histories import START, an_event, an_order

TOLD = [
    '    0.000 s • execution order-17 started  {"order": 17}',
    "    0.010 s • step reserve started",
    '    0.210 s ✓ step reserve succeeded  "ok"',
    "    0.220 s • step charge started",
    "    0.300 s … step charge failed at attempt 1, tries again in 2.00 s  ValueError: card declined",
    "    2.310 s • step charge started",
    "    2.400 s ✗ invocation failed  Runtime.ExitError: signal: killed",
    "    2.500 s ✓ step charge succeeded at attempt 2",
    "    2.510 s … wait for 10.0 s",
    "   12.510 s ✓ wait succeeded",
    '   14.200 s ✓ execution order-17 succeeded  "shipped"',
]


def test_an_execution_is_told_line_by_line() -> None:
    lines = [told for event in an_order() if (told := line_of(event))]
    assert [plain(told, Millis(START)) for told in lines] == TOLD


@pytest.mark.parametrize("event_type", list(EventType))
def test_every_type_of_event_has_words(event_type: EventType) -> None:
    told = line_of(an_event(event_type, error=ErrorObject(type="E", message="m"), name="thing"))
    assert told is not None
    assert told.text


def test_an_invocation_that_ended_well_is_no_news() -> None:
    assert line_of(an_event(EventType.INVOCATION_COMPLETED)) is None


def test_a_condition_that_is_not_met_yet_is_checked_again() -> None:
    told = line_of(an_event(EventType.STEP_SUCCEEDED, name="ready?", attempt=3, next_attempt_delay_seconds=60))
    assert told == Line(
        at=Millis(START), tone=Tone.WAITING, text="step ready? is not done at attempt 3, tries again in 1 min 00 s"
    )


def test_a_callback_shows_the_id_that_answers_it() -> None:
    told = line_of(an_event(EventType.CALLBACK_STARTED, name="approval", callback_id="abc="))
    assert told is not None
    assert (told.text, told.detail) == ("callback approval waits for an answer", "callback id abc=")


@pytest.mark.parametrize(
    ("text", "chars_max", "shown"),
    [
        ("a\nb\t c", 10, "a b c"),
        ("\x1b[31mred\x07", 20, "\ufffd[31mred\ufffd"),
        ("x" * 11, 10, "x" * 9 + "…"),
        ("ä", 1, "ä"),
    ],
)
def test_foreign_text_stays_on_its_line_and_commands_no_terminal(text: str, chars_max: int, shown: str) -> None:
    assert line(text, chars_max) == shown


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (52, "0.052 s"),
        (2_100, "2.10 s"),
        (14_200, "14.2 s"),
        (200_000, "3 min 20 s"),
        (7_500_000, "2 h 05 min"),
        (3 * 86_400_000 + 4 * 3_600_000, "3 d 04 h"),
    ],
)
def test_a_duration_is_as_exact_as_a_reader_cares(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words
