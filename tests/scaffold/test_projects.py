"""Every template is a project that holds what its README promises, checked as its author would."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from everstep.cli.commands import run as everstep
from everstep.scaffold.starting import SUMMARIES, ProjectNameError, Template, project_files
from tests.scaffold import projects

each_template = pytest.mark.parametrize("template", list(Template))


@each_template
def test_its_own_tests_pass(template: Template, tmp_path: Path) -> None:
    done = projects.run(
        projects.make(template, tmp_path), "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout), done.stdout


@each_template
def test_it_runs_as_its_readme_says(
    template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = projects.make(template, tmp_path)
    monkeypatch.chdir(folder)
    command = re.search(r"\$ everstep (run .+)", (folder / "README.md").read_text())
    assert command is not None
    (folder / "input.json").write_text(in_a_hurry((folder / "input.json").read_text()))
    assert everstep(command[1].split()) == 0
    assert json.loads(capsys.readouterr().out)


def in_a_hurry(text: str) -> str:
    """The reminder waits for three seconds, so that its author sees it waiting."""
    return text.replace('"seconds": 3', '"seconds": 1')


@each_template
def test_the_check_finds_nothing_in_it(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(projects.make(template, tmp_path))
    assert everstep(["check", "--level", "info"]) == 0
    assert capsys.readouterr().err.startswith("no findings in ")


@each_template
def test_its_sam_template_says_what_its_code_says(template: Template, tmp_path: Path) -> None:
    folder = projects.make(template, tmp_path)
    done = projects.run(folder, "-m", "everstep", "template", "src", "--check")
    assert (done.returncode, done.stderr) == (0, "template.yaml is up to date\n"), done.stdout


@pytest.mark.skipif(find_spec("cfnlint") is None, reason="SKIPPED: cfn-lint is not installed (pip install cfn-lint)")
@each_template
def test_cloudformation_can_read_its_sam_template(template: Template, tmp_path: Path) -> None:
    folder = projects.make(template, tmp_path)
    done = projects.run(folder, "-m", "cfnlint", "template.yaml")
    assert done.returncode == 0, done.stdout


def test_they_all_are_typed_as_strictly_as_can_be(tmp_path: Path) -> None:
    """One run for all: what takes its time is to read everstep."""
    folders = [projects.make(template, tmp_path / template.name.lower()) for template in Template]
    sources = [str(folder / part) for folder in folders for part in ("src", "tests")]
    settings = tmp_path / "mypy.ini"
    paths = ":".join(source for source in sources if source.endswith("src"))
    settings.write_text(f"[mypy]\nstrict = True\nmypy_path = {paths}\ncache_dir = {tmp_path / 'cache'}\n")
    done = projects.run(tmp_path, "-m", "mypy", "--config-file", str(settings), *sources)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_all_are_in_form(tmp_path: Path) -> None:
    folders = [projects.make(template, tmp_path / template.name.lower()) for template in Template]
    for command in (["format", "--check"], ["check", "--select", "E,F,I,UP,B,RUF", "--config", 'src=["src"]']):
        for folder in folders:
            done = projects.run(folder, "-m", "ruff", *command, "--isolated", "--no-cache", "--line-length", "120", ".")
            assert done.returncode == 0, done.stdout + done.stderr


# --------------------------------------------------------------------------- their files
@each_template
def test_the_name_is_filled_in_everywhere(template: Template) -> None:
    files = project_files(template, "my-shop", "1.2.3")
    assert files["README.md"].startswith("# my-shop\n")
    assert 'name = "my-shop"' in files["pyproject.toml"]
    assert files["src/requirements.txt"] == "everstep>=1.2.3\n"
    assert not [name for name, text in files.items() if "{{" in text and not name.endswith(".py")]


@each_template
def test_the_readme_has_three_commands(template: Template) -> None:
    readme = project_files(template, "shop", "1.0")["README.md"]
    first_block = readme.split("```")[1]
    assert len(re.findall(r"^\$ ", first_block, re.MULTILINE)) == 3


def test_every_template_has_a_summary() -> None:
    assert list(SUMMARIES) == list(Template)


@pytest.mark.parametrize("name", ["a", "shop", "my-shop-2", "x" * 64])
def test_names_that_will_do(name: str) -> None:
    assert project_files(Template.MINIMAL, name, "1.0")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("my shop", "'my-shop'"),
        ("my_shop", "'my-shop'"),
        ("2shop", "'shop'"),
        ("-x", "'x'"),
        ("x" * 65, "'xxx"),
        ("", ""),
    ],
)
def test_names_that_will_not_do_are_told_what_would(name: str, hint: str) -> None:
    with pytest.raises(ProjectNameError) as refused:
        project_files(Template.MINIMAL, name, "1.0")
    assert "letters, digits and hyphens" in str(refused.value)
    assert hint in str(refused.value)
