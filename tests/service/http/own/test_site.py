"""The page's files come with a policy, ask nobody for a token, and are not sent twice."""

from importlib.resources import files

from everstep.page import assets
from everstep.service.http.routes import is_open
from tests.service.http.world import Client, with_api


def test_the_page_may_run_nothing_but_its_own_modules() -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("GET", "/")
        assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "unsafe" not in policy

    with_api(talk)


def test_every_module_that_a_module_asks_for_is_there() -> None:
    folder = files("everstep.page") / "static"
    for entry in folder.iterdir():
        if entry.name.endswith(".js"):
            wanted = [
                line.split('from "./')[1].split('"')[0] for line in entry.read_text().splitlines() if 'from "./' in line
            ]
            assert [name for name in wanted if assets.find(name) is None] == [], entry.name


def test_only_the_pages_own_files_are_found() -> None:
    async def talk(client: Client) -> None:
        for name in ("nothing.js", "../assets.py", "..%2Fassets.py", "static/index.html", "vendor"):
            assert (await client.ask("GET", f"/everstep/page/{name}")).status == 404

    with_api(talk)


def test_the_files_ask_for_no_token() -> None:
    assert is_open(b"/")
    assert is_open(b"/everstep/page/main.js")
    assert not is_open(b"/everstep/v1/executions")
