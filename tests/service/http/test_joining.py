"""An answer is one write, and nothing of it is held back for longer than a turn of the event loop."""

import asyncio

from everstep.service.http.joining import JoiningTransport


class Recorded:
    """A transport that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("close")

    def abort(self) -> None:
        self.told.append("abort")

    def is_closing(self) -> bool:
        return False


HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


def _told(*writes: bytes | str) -> list[bytes | str]:
    async def main() -> list[bytes | str]:
        recorded = Recorded()
        transport = JoiningTransport(recorded, asyncio.get_running_loop())
        for write in writes:
            match write:
                case bytes():
                    transport.write(write)
                case "turn":
                    await asyncio.sleep(0)
                case _:
                    getattr(transport, write)()
        return recorded.told

    return asyncio.run(main())


def test_a_head_and_its_body_are_one_write() -> None:
    assert _told(HEAD, b"{}") == [HEAD + b"{}"]


def test_a_head_without_a_body_leaves_with_the_next_turn_of_the_loop() -> None:
    assert _told(HEAD, "turn") == [HEAD]


def test_a_body_that_comes_in_pieces_is_not_held_back() -> None:
    assert _told(HEAD, b"a", b"b", "turn", b"c") == [HEAD + b"a", b"b", b"c"]


def test_nothing_is_lost_when_the_connection_is_closed() -> None:
    assert _told(HEAD, "close", "turn") == [HEAD, "close"]


def test_nothing_is_written_to_a_connection_that_was_broken_off() -> None:
    assert _told(HEAD, "abort", "turn") == ["abort"]


def test_everything_else_is_asked_of_the_transport() -> None:
    async def main() -> bool:
        closing: bool = JoiningTransport(Recorded(), asyncio.get_running_loop()).is_closing()
        return closing

    assert asyncio.run(main()) is False
