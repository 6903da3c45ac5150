"""Several apps served together."""

import asyncio
from pathlib import Path

import pytest

from everstep.cli.failure import Failure
from everstep.cli.workers import Pools, workers
from everstep.host.app import AppError

PLAIN = "def handler(event, context):\n    return {name!r}\n"


def apps(folder: Path, *names: str) -> list[str]:
    """One app for each name, with a plain function `handler`."""
    for name in names:
        (folder / f"{name}.py").write_text(PLAIN.format(name=name).replace("handler", name))
    return [f"{folder / name}.py:{name}" for name in names]


async def called(pools: Pools, function: str) -> bytes:
    return (await pools.invoke(function, b"{}", "r-1")).payload


def test_a_call_goes_to_the_app_that_has_the_function(tmp_path: Path) -> None:
    async def main() -> None:
        async with workers(apps(tmp_path, "one", "two"), {}, as_json=True, reload=False) as pools:
            assert pools.functions == ("one", "two")
            assert (await called(pools, "two"), await called(pools, "one")) == (b'"two"', b'"one"')

    asyncio.run(main())


def test_two_functions_of_one_name_are_refused(tmp_path: Path) -> None:
    async def main() -> None:
        [app] = apps(tmp_path, "one")
        async with workers([app, app], {}, as_json=True, reload=False):
            pass

    with pytest.raises(Failure, match="have a function 'one'; rename one of them"):
        asyncio.run(main())


def test_an_app_that_cannot_be_used_ends_those_that_were_started(tmp_path: Path) -> None:
    async def main() -> None:
        async with workers([*apps(tmp_path, "one"), "no-such-app.py"], {}, as_json=True, reload=False):
            pass

    with pytest.raises(AppError):
        asyncio.run(main())


def test_a_call_waits_for_a_function_that_is_not_here(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its execution was started when somebody had it; failing it would help nobody."""

    async def main() -> None:
        async with workers(apps(tmp_path, "one"), {}, as_json=True, reload=False) as pools:
            waiting = asyncio.ensure_future(called(pools, "gone"))
            await called(pools, "one")
            assert not waiting.done()
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(main())
    assert caplog.messages == ["an execution waits for the function 'gone', which is not here"]


def test_the_roster_tells_what_functions_take(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text("def typed(event: list[int], context): ...\n")

    async def main() -> None:
        async with workers([f"{tmp_path / 'typed'}.py:typed"], {}, as_json=True, reload=False) as pools:
            (workforce,) = pools.roster()
            assert workforce.inputs == {"typed": {"type": "array", "items": {"type": "integer"}}}

    asyncio.run(main())
