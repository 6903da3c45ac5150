"""Comments that silence a finding, and the settings that choose rules."""

import pytest

from everstep.lint import Level, Settings, SettingsError, parse_settings
from tests.lint.checking import findings, handler, told


@pytest.mark.parametrize(
    "body",
    [
        "now = time.time()  # everstep: ignore[ES001]",
        "now = time.time()  # everstep: ignore[ES002, ES001] measured only",
        "now = time.time()  # everstep: ignore",
        "# everstep: ignore[ES001] measured only\nnow = time.time()",
        "# everstep: ignore[ES001]\n# because it is measured only\n\nnow = time.time()",
    ],
)
def test_a_comment_silences_its_line(body: str) -> None:
    assert [code for code in told(handler(body)) if code != "ES902"] == []


@pytest.mark.parametrize(
    "body",
    [
        "now = time.time()  # everstep: ignore[ES002]",
        "now = time.time()\n# everstep: ignore[ES001]",
        "# everstep: ignore[ES001]\npass\nnow = time.time()",
        "text = '# everstep: ignore[ES001]'; now = time.time()",
    ],
)
def test_it_silences_nothing_else(body: str) -> None:
    assert "ES001" in told(handler(body))


def test_lines_are_counted_as_python_counts_them() -> None:
    """A form feed, or a separator within a text, ends no line."""
    source = handler("now = time.time()  # everstep: ignore[ES001]")
    assert told("SEPARATOR = 'a\u2028b'\n\x0c\n" + source) == []


def test_a_comment_that_is_not_needed_is_reported_where_it_stands() -> None:
    [finding] = findings("x = 1\ny = 2  # everstep: ignore[ES001,ES004]\n")
    assert (finding.rule.code, finding.line, finding.column) == ("ES902", 2, 8)
    assert finding.message.startswith("ES001, ES004 not found")
    assert told(handler("now = time.time()  # everstep: ignore[ES001,ES004]")) == ["ES902"]
    assert told("x = 1  # everstep: ignore\n") == ["ES902"]
    assert told("x = 1  # everstep: ignore[clock]\n") == ["ES902"]


def test_a_comment_for_a_rule_that_is_off_is_left_alone() -> None:
    off = Settings(ignore=("ES001",))
    assert told(handler("now = time.time()  # everstep: ignore[ES001]"), settings=off) == []


def test_rules_are_chosen_by_code_or_family() -> None:
    source = handler("time.time()\nuuid.uuid4()\ncontext.wait(0)")
    assert told(source) == ["ES001", "ES002", "ES404"]
    assert told(source, settings=Settings(select=("ES0",))) == ["ES001", "ES002"]
    assert told(source, settings=Settings(select=("ES0",), ignore=("ES001",))) == ["ES002"]


def test_settings_are_read_from_a_table() -> None:
    table = {"paths": ["app"], "select": ["ES0"], "level": "info", "exclude": ["app/old/*"]}
    settings = Settings(paths=("app",), select=("ES0",), level=Level.INFO, exclude=("app/old/*",))
    assert parse_settings(table) == settings
    assert parse_settings({}) == Settings()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"selct": ["ES0"]}, "'selct' is no setting"),
        ({"select": "ES0"}, "must be a list of texts"),
        ({"select": ["ES7"]}, "no rule 'ES7'"),
        ({"level": "loud"}, "level must be one of error, warning, info"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        parse_settings(table)
