"""`everstep new`: a project that runs, tests, checks and deploys. What is in it lies in everstep.scaffold.projects."""

import os
from collections.abc import Mapping
from pathlib import Path

import click

from everstep.cli.failure import Failure
from everstep.cli.options import json_line, json_option
from everstep.version import __version__


@click.command()
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path), required=False)
@click.option("--template", "wanted", metavar="TEMPLATE", default="minimal", show_default=True, help="See --list.")
@click.option("--list", "is_list", is_flag=True, help="Show the templates and do nothing.")
@json_option
def new(*, folder: Path | None, wanted: str, is_list: bool, as_json: bool) -> None:
    """Make the folder NAME with a new project.

    It has a durable function, its tests, a SAM template to deploy it, and a README.md that says how. No file that
    exists is written over.
    """
    from everstep.scaffold.starting import SUMMARIES, ProjectNameError, Template, project_files

    if is_list:
        show_templates({template.value: summary for template, summary in SUMMARIES.items()}, as_json=as_json)
        return
    if folder is None:
        raise Failure("say what the project is to be called: everstep new NAME")
    if wanted not in list(Template):
        raise Failure(f"there is no template {wanted!r}; there are {', '.join(Template)}")
    try:
        files = project_files(Template(wanted), Path(os.path.abspath(folder)).name, __version__)
    except ProjectNameError as error:
        raise Failure(str(error)) from error
    write_all(folder, files)
    if as_json:
        json_line({"folder": str(folder), "template": wanted, "files": list(files)})
    else:
        click.echo(f"{folder}: {', '.join(files)}")
        click.echo(f"\n  cd {folder}\n  python -m pytest\n\nREADME.md says how to run and deploy it.", err=True)


def show_templates(summaries: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        json_line([{"template": name, "summary": summary} for name, summary in summaries.items()])
        return
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        click.echo(f"{name:{width}}  {summary}")


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, all of them or none: if one exists already, Failure is raised before anything is written."""
    existing = [name for name in files if os.path.lexists(folder / name)]
    if existing:
        raise Failure(f"{folder} has {', '.join(existing)} already, and nothing is written over; take another name")
    try:
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as new_file:
                new_file.write(text)
    except OSError as error:
        raise Failure(f"cannot write {error.filename or folder}: {error.strerror or error}") from error
