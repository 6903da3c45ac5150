"""What is shown of a line that a function wrote."""

import json

from everstep.cli.logs import for_people, for_programs

RECORD = '{"timestamp":"t","level":"INFO","message":"charging","logger":"x","operationName":"charge","attempt":2}'


def test_a_record_becomes_level_message_and_the_facts_worth_a_line() -> None:
    assert for_people(RECORD, "order") == "order | INFO charging operationName=charge attempt=2"


def test_any_other_text_is_shown_as_it_is_but_stays_one_line() -> None:
    assert for_people("hello\x1b[2J", "order") == "order | hello\ufffd[2J"
    assert for_people('{"not": "a record"}', None) == '- | {"not": "a record"}'
    assert for_people("{broken", "order") == "order | {broken"


def test_programs_get_the_record_with_its_function() -> None:
    assert json.loads(for_programs(RECORD, "order", "stderr")) == {**json.loads(RECORD), "function": "order"}
    assert json.loads(for_programs("hi", "order", "stdout")) == {
        "message": "hi",
        "stream": "stdout",
        "function": "order",
    }
