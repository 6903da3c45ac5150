"""How the gate counts."""

from pathlib import Path

from tests.sam_gate.results import Result, Verdict, closing_line, read_results

REPORT = """<testsuites><testsuite>
<testcase classname="tests.a.TestInvoke" name="test_good"/>
<testcase classname="tests.a.TestInvoke" name="test_bad"><failure message="1 != 2&#10;more">...</failure></testcase>
<testcase classname="tests.a.TestInvoke" name="test_broken"><error message="no docker"/></testcase>
<testcase classname="tests.a.TestInvoke" name="test_left_out"><skipped message="no finch"/></testcase>
</testsuite></testsuites>"""


def test_each_test_that_did_not_pass_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert closing_line(read_results("a.py", tmp_path / "report.xml")).splitlines() == [
        "FAILED TestInvoke::test_bad: 1 != 2",
        "FAILED TestInvoke::test_broken: no docker",
        "SKIPPED TestInvoke::test_left_out: no finch",
        "1 passed, 2 failed, 1 skipped",
    ]


def test_a_file_without_results_has_failed(tmp_path: Path) -> None:
    assert read_results("a.py", tmp_path / "none.xml") == [
        Result("a.py", Verdict.FAILED, "the tests did not run to their end")
    ]
    (tmp_path / "empty.xml").write_text("<testsuites/>")
    assert read_results("a.py", tmp_path / "empty.xml") == [Result("a.py", Verdict.FAILED, "no tests were found")]
