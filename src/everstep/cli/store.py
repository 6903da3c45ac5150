"""`everstep store …`: what an operator does with the file in which a service keeps executions."""

from pathlib import Path

import click

from everstep.cli.failure import Failure
from everstep.cli.options import checked, help_when_alone, json_line, json_option
from everstep.cli.options import store as store_url
from everstep.cli.patience import patience

PREFIX = "sqlite:///"
DAMAGED = 1


def _file(text: str) -> Path:
    url = store_url(text)
    if not url.startswith(PREFIX):
        raise Failure(f"{text!r} has no file; write sqlite:///FILE, or the path of the file")
    return Path(url.removeprefix(PREFIX))


file_argument = click.argument("file", metavar="STORE", callback=checked(_file))


@click.group(invoke_without_command=True)
@click.pass_context
def store(context: click.Context) -> None:
    """Save, check and tend the file in which a service keeps executions.

    STORE is the path of the file, or sqlite:///FILE as `everstep serve --store` takes it.
    """
    help_when_alone(context)


@store.command()
@file_argument
@click.argument("target", type=click.Path(path_type=Path))
@json_option
def backup(*, file: Path, target: Path, as_json: bool) -> None:
    """Copy the store to the new file TARGET, also while a service uses it.

    The copy shows one moment, is checked, and is a store that a service can be started on.
    """
    from everstep.service.stores.sqlite_upkeep import back_up

    with patience("copying") as progress:
        size = back_up(file, target, progress)
    if as_json:
        json_line({"store": str(file), "backup": str(target), "bytes": size})
    else:
        click.echo(f"{target}: {_megabytes(size)}")


@store.command()
@file_argument
@json_option
def check(*, file: Path, as_json: bool) -> None:
    """Read the whole store and every record of it, also while a service uses it; exit code 1 when it is damaged."""
    from everstep.service.stores.sqlite_upkeep import check as check_store

    with patience("checking") as progress:
        findings = check_store(file, progress)
    if as_json:
        json_line({"store": str(file), "ok": not findings, "findings": findings})
    else:
        for finding in findings:
            click.echo(finding)
        click.echo(f"{file}: {'damaged; put the newest backup in its place' if findings else 'whole'}", err=True)
    if findings:
        click.get_current_context().exit(DAMAGED)


@store.command()
@file_argument
@json_option
def vacuum(*, file: Path, as_json: bool) -> None:
    """Give the room that forgotten executions have left back to the disk. The service must be stopped."""
    from everstep.service.stores.sqlite_upkeep import vacuum as vacuum_store

    with patience("vacuuming"):
        sizes = vacuum_store(file)
    if as_json:
        json_line({"store": str(file), "bytes_before": sizes.before, "bytes_after": sizes.after})
    else:
        click.echo(f"{file}: {_megabytes(sizes.before)}, now {_megabytes(sizes.after)}")


@store.command()
@file_argument
@json_option
def migrate(*, file: Path, as_json: bool) -> None:
    """Bring the store forward to this everstep's format, as every start of a service does. There is no way back."""
    from everstep.service.stores.sqlite_upkeep import upgrade

    with patience("bringing forward"):
        before, after = upgrade(file)
    if as_json:
        json_line({"store": str(file), "format_before": before, "format_after": after})
    else:
        said = f"has format {after} already" if before == after else f"format {before}, now {after}"
        click.echo(f"{file}: {said}")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
