"""`everstep check` as a command, on real files."""

import json
from pathlib import Path

import pytest

from everstep.cli.commands import run

FLOW = """\
import time
from everstep import DurableContext, durable_execution

@durable_execution
def order(event, context: DurableContext):
    started = time.time()
    context.step(lambda _: 1)
    return started
"""
GOOD = FLOW.replace("time.time()", "context.now()")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own for each test; it is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "flow.py").write_text(FLOW)
    return tmp_path


def test_a_finding_tells_place_rule_reason_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "app"]) == 1
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first == "app/flow.py:6:15: error ES001 `time.time()` reads the clock outside a step"
    assert second == "    Take `context.now()`, or read the clock in a step."
    assert err == "1 error in 1 file; 1 below that level not shown (--level info)\n"


def test_without_an_error_the_exit_code_is_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app" / "flow.py").write_text(GOOD)
    assert run(["check", "--level", "info"]) == 0
    assert "app/flow.py:7:5: info ES401" in capsys.readouterr().out


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "app/flow.py", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    [finding] = told["findings"]
    assert (told["files"], finding["path"], finding["line"], finding["code"]) == (1, "app/flow.py", 6, "ES001")
    assert {"why", "mend", "title", "message", "level", "column"} < set(finding)


def test_sarif_is_for_code_hosts_and_editors(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app" / "flow.py").rename(project / "app" / "käse 1.py")
    assert run(["check", "--format", "sarif", "--level", "info"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert (log["version"], log["$schema"].endswith("sarif-2.1.0.json")) == ("2.1.0", True)
    [told] = log["runs"]
    rules = told["tool"]["driver"]["rules"]
    assert [(each["ruleId"], each["level"]) for each in told["results"]] == [("ES001", "error"), ("ES401", "note")]
    assert [rules[each["ruleIndex"]]["id"] for each in told["results"]] == ["ES001", "ES401"]
    assert all(set(each["message"]) == {"text"} for each in told["results"])
    [place] = told["results"][0]["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "app/k%C3%A4se%201.py"},
        "region": {"startLine": 6, "startColumn": 15},
    }
    levels = {rule["defaultConfiguration"]["level"] for rule in rules}
    assert levels == {"error", "warning", "note"}
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)


def test_without_findings_sarif_is_a_log_all_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app" / "flow.py").write_text(GOOD)
    assert run(["check", "--format", "sarif"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


def test_github_shows_findings_beside_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "--format", "github"])
    out = capsys.readouterr().out
    assert out.startswith("::error file=app/flow.py,line=6,col=15,title=ES001 clock read outside a step::`time.time()`")
    assert out.count("\n") == 1


def test_the_project_says_what_is_checked(project: Path) -> None:
    (project / "good.py").write_text(GOOD)
    settings = project / "pyproject.toml"
    settings.write_text('[tool.everstep.check]\npaths = ["good.py"]\n')
    assert run(["check"]) == 0
    settings.write_text('[tool.everstep.check]\nexclude = ["app/*"]\n')
    assert run(["check"]) == 0
    settings.write_text('[tool.everstep.check]\nignore = ["ES0"]\n')
    assert run(["check", "app"]) == 0
    assert run(["check", "app", "--ignore", "ES9"]) == 1


def test_other_peoples_code_is_not_looked_for(project: Path) -> None:
    for folder in (".hidden", "node_modules", "env"):
        (project / "app" / folder).mkdir()
        (project / "app" / folder / "flow.py").write_text(FLOW)
    (project / "app" / "env" / "pyvenv.cfg").write_text("")
    (project / "app" / "flow.py").write_text(GOOD)
    assert run(["check", "app"]) == 0


def test_a_helper_beside_a_named_file_is_followed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app" / "clocks.py").write_text("import time\n\ndef stamp():\n    return time.time()\n")
    (project / "app" / "flow.py").write_text(GOOD.replace("import time", "from clocks import stamp") + "    stamp()\n")
    flow = GOOD.replace("import time", "from clocks import stamp").replace("context.now()", "stamp()")
    (project / "app" / "flow.py").write_text(flow)
    assert run(["check", "app/flow.py"]) == 1
    assert "app/clocks.py:4:12" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = 1\ny = '\xe4'\n", "odd.py:2:1: error ES901 this is not written in UTF-8"),
        (b"\xff\xfe\x00", "odd.py:1:1: error ES901"),
        ("# -*- coding: nothing -*-\nx = 'ä'\n".encode(), "odd.py:1:1: error ES901 unknown encoding: nothing"),
        (b"x = \x00", "error ES901"),
        (b"def f(:\n", "odd.py:1:7: error ES901 invalid syntax"),
    ],
)
def test_what_python_cannot_read_is_said_to_be_so(
    content: bytes, message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "app" / "odd.py").write_bytes(content + b"# durable_execution\n")
    assert run(["check", "app/odd.py"]) == 1
    assert message in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "cp1252"])
def test_a_declared_encoding_is_heeded(encoding: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "" if encoding == "utf-8-sig" else f"# -*- coding: {encoding} -*-\n"
    (project / "app" / "flow.py").write_bytes(f"{head}NAME = 'ä'\n{FLOW}".encode(encoding))
    assert run(["check"]) == 1
    assert "ES001" in capsys.readouterr().out


def test_a_long_chain_of_operators_is_no_trouble(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app" / "flow.py").write_text(FLOW + "SUM = " + " + ".join(["1"] * 2_000))
    assert run(["check"]) == 1
    assert "ES901" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["nowhere"], "", "no file or folder nowhere"),
        (["empty"], "", "no Python file in empty"),
        (["app", "--select", "ES8"], "", "no rule 'ES8'"),
        (["app"], "[tool.everstep.check]\nselct = []\n", "'selct' is no setting"),
        (["app"], "[tool\n", "pyproject.toml cannot be read"),
    ],
)
def test_a_mistake_of_the_caller_is_one_sentence(
    arguments: list[str], settings: str, sentence: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").mkdir()
    (project / "pyproject.toml").write_text(settings)
    assert run(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1
