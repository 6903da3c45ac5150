"""The world outside the source: which calls read the clock, draw by chance, depend on the machine, or act on it.

Names are dotted, with `()` for what a call gives (see `names`). A name that ends with a dot stands for everything
below it.
"""

import ast
from collections.abc import Mapping
from enum import StrEnum
from itertools import accumulate


class Touch(StrEnum):
    """What a call has to do with the world."""

    CLOCK = "clock"
    CHANCE = "chance"
    MACHINE = "machine"
    """What differs from process to process: environment, host, folder, thread."""
    WORLD = "world"
    """Files, networks, programs, terminals."""
    SLEEP = "sleep"
    NAP = "nap"
    """A sleep that the event loop times."""
    LIMIT = "limit"
    """Another timer of the event loop."""
    BLOCK = "block"
    """Holds its thread until something happens."""


def _below(owner: str, names: str) -> list[str]:
    return [f"{owner}.{name}" for name in names.split()]


_VERBS = "get post put patch delete head options request send stream"
_OPENS = "requests httpx"

_NAMES: Mapping[Touch, list[str]] = {
    Touch.CLOCK: [
        *_below(
            "time",
            """time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns
            thread_time clock_gettime clock_gettime_ns localtime gmtime ctime asctime strftime""",
        ),
        *_below("datetime.datetime", "now utcnow today"),
        "datetime.date.today",
        "asyncio.get_event_loop().time",
        "asyncio.get_running_loop().time",
        "django.utils.timezone.now",
        "pandas.Timestamp.now",
        *_below("arrow", "now utcnow"),
        *_below("pendulum", "now today tomorrow yesterday"),
        *_below("whenever.Instant", "now"),
    ],
    Touch.CHANCE: [
        *_below("uuid", "uuid1 uuid4 uuid6 uuid7"),
        *_below(
            "random",
            """random uniform randint randrange randbytes getrandbits choice choices sample shuffle gauss
            normalvariate lognormvariate expovariate betavariate triangular vonmisesvariate paretovariate
            weibullvariate gammavariate Random SystemRandom""",
        ),
        "random.SystemRandom().",
        *_below("secrets", "token_bytes token_hex token_urlsafe choice randbelow randbits"),
        *_below("os", "urandom getrandom"),
        *_below("numpy.random", "default_rng rand randn randint random choice shuffle permutation normal uniform"),
        *_below("shortuuid", "uuid random"),
        "nanoid.generate",
        "ulid.new",
        "ulid.ULID",
    ],
    Touch.MACHINE: [
        *_below("os", "getenv getenvb getpid getppid getcwd getlogin getuid uname cpu_count getloadavg"),
        *_below("os.environ", "get items keys values copy"),
        *_below("platform", "node platform system machine version release python_version uname processor"),
        *_below("socket", "gethostname getfqdn"),
        *_below("threading", "get_ident get_native_id current_thread active_count"),
        "getpass.getuser",
        "builtins.id",
    ],
    Touch.WORLD: [
        *_below("builtins", "open input"),
        "io.open",
        *_below(
            "os",
            """open read write close remove unlink rename replace mkdir makedirs rmdir removedirs listdir scandir walk
            stat lstat chmod chown link symlink readlink truncate kill system popen execv execve spawnl fork""",
        ),
        *_below("os.path", "exists isfile isdir islink getsize getmtime getctime getatime realpath"),
        *_below(
            "pathlib.Path()",
            """open read_text read_bytes write_text write_bytes exists is_file is_dir stat iterdir glob rglob mkdir
            rmdir unlink touch rename replace chmod resolve symlink_to""",
        ),
        *_below("glob", "glob iglob"),
        *_below("shutil", "copy copy2 copyfile copytree move rmtree disk_usage make_archive unpack_archive"),
        *_below("tempfile", "NamedTemporaryFile TemporaryFile TemporaryDirectory mkstemp mkdtemp"),
        *_below("subprocess", "run call check_call check_output Popen getoutput getstatusoutput"),
        *_below("asyncio", "create_subprocess_exec create_subprocess_shell open_connection start_server"),
        *_below("socket", "socket create_connection create_server getaddrinfo gethostbyname"),
        *_below("urllib.request", "urlopen urlretrieve"),
        "urllib3.request",
        "urllib3.PoolManager().",
        *(name for package in _OPENS.split() for name in _below(package, _VERBS)),
        *_below("requests.Session()", _VERBS),
        *_below("httpx.Client()", _VERBS),
        *_below("httpx.AsyncClient()", _VERBS),
        *_below("aiohttp.ClientSession()", f"{_VERBS} ws_connect"),
        *_below("aiohttp", "request"),
        *_below("http.client.HTTPSConnection()", "request getresponse"),
        *_below("http.client.HTTPConnection()", "request getresponse"),
        "boto3.client().",
        "boto3.resource().",
        "boto3.Session().client().",
        "boto3.session.Session().client().",
        "openai.OpenAI().",
        "openai.AsyncOpenAI().",
        "anthropic.Anthropic().",
        "anthropic.AsyncAnthropic().",
        "redis.Redis().",
        "pymongo.MongoClient().",
        "smtplib.SMTP",
        "smtplib.SMTP().",
        *(f"{driver}.connect" for driver in ("sqlite3", "psycopg", "psycopg2", "pymysql", "asyncpg", "oracledb")),
        *(f"{driver}.connect()." for driver in ("sqlite3", "psycopg", "psycopg2", "pymysql", "asyncpg", "oracledb")),
    ],
    Touch.SLEEP: ["time.sleep", "trio.sleep", "gevent.sleep"],
    Touch.NAP: ["asyncio.sleep", "anyio.sleep"],
    Touch.LIMIT: [
        *_below("asyncio", "timeout wait wait_for"),
        *_below("anyio", "fail_after move_on_after"),
        "asyncio.get_running_loop().call_later",
    ],
    Touch.BLOCK: [
        "asyncio.run",
        "asyncio.get_event_loop().run_until_complete",
        *_below("concurrent.futures", "wait as_completed"),
        *_below("threading.Event()", "wait"),
        *_below("threading.Lock()", "acquire"),
        *_below("threading.Thread()", "join"),
        *_below("threading.Barrier()", "wait"),
        *_below("queue.Queue()", "get put join"),
        *_below("select", "select"),
    ],
}
_TOUCHES: Mapping[str, Touch] = {name: touch for touch, names in _NAMES.items() for name in names}

_HARMLESS_WITH_ARGUMENTS: Mapping[str, int] = {
    "time.localtime": 1,
    "time.gmtime": 1,
    "time.ctime": 1,
    "time.asctime": 1,
    "time.strftime": 2,
    "random.Random": 1,
    "numpy.random.default_rng": 1,
}
"""Calls that do not touch the world when they are told so many arguments: a moment, or a seed."""

_ONLY_LOOKS = frozenset({"exceptions", "meta", "get_paginator", "get_waiter", "close"})
"""What clients have that asks nobody."""
_MAKERS = frozenset({"client()", "resource()", "get_paginator()"})
"""Calls that give something to ask, and ask nobody themselves."""
_ASYNC_LIBRARIES = (
    "asyncio.",
    "aiohttp.",
    "httpx.AsyncClient",
    "anyio.",
    "trio.",
    "asyncpg.",
    "openai.Async",
    "anthropic.Async",
)


def touch_of(name: str, call: ast.Call) -> Touch | None:
    """What this call of that name has to do with the world."""
    touch = _TOUCHES.get(name) or next((_TOUCHES[p] for p in _prefixes(name) if p in _TOUCHES), None)
    if name not in _TOUCHES and _is_answered(name):
        return None
    if touch is None or len(call.args) + len(call.keywords) >= _HARMLESS_WITH_ARGUMENTS.get(name, 1_000):
        return None
    if touch is Touch.WORLD and name.startswith("boto3.") and name.rpartition(".")[2][:1].isupper():
        return None  # `resource.Table("orders")` makes an object here, and asks nobody
    if touch is Touch.WORLD and not _ONLY_LOOKS.isdisjoint(name.split(".")[2:]) and not name.endswith("paginate"):
        return None
    if (
        touch in {Touch.SLEEP, Touch.NAP}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value == 0
    ):
        return None  # gives others a turn, and lets no time pass
    return touch


def holds_the_loop(name: str, call: ast.Call) -> bool:
    """Whether this call keeps an event loop from doing anything else for a while."""
    if name.startswith(_ASYNC_LIBRARIES) and name != "asyncio.run":
        return False
    if name.startswith(("os.path.", "pathlib.", "os.")) or name == "builtins.open":
        return name in {"os.system", "os.popen"}  # local files take microseconds
    return touch_of(name, call) in {Touch.WORLD, Touch.SLEEP, Touch.BLOCK}


def _is_answered(name: str) -> bool:
    """Whether this is asked of what an earlier call of a client gave, which may be any object."""
    _, _, rest = name.partition("().")
    return any(part.endswith("()") and part[0].islower() and part not in _MAKERS for part in rest.split(".")[:-1])


def _prefixes(name: str) -> list[str]:
    return [f"{prefix}." for prefix in accumulate(name.split("."), "{}.{}".format)][:-1]
