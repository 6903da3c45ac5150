"""What looks like a mistake and is none: a check that cries wolf is switched off."""

import pytest

from everstep.lint import Level
from tests.lint.checking import async_handler, findings, handler, program, told

PLAIN = [
    "context.step(lambda _: time.time())",
    "context.step(lambda _: requests.get('https://shop.example').text)",
    "context.step(partial(charge, 3))",
    "context.step(charge)",
    "now = context.now()",
    "key = str(context.uuid4())",
    "lot = context.random().choice([1, 2])",
    "print(time.time())",
    "context.logger.info('at %s', datetime.now())",
    "logging.getLogger(__name__).info(time.time())",
    "if not context.is_replaying():\n    requests.post('https://metrics.example')",
    "moment = datetime.fromtimestamp(event['at'])",
    "text = time.strftime('%H', time.gmtime(event['at']))",
    "dice = random.Random(event['seed'])\nlot = dice.choice([1, 2])",
    "key = uuid.uuid5(uuid.NAMESPACE_URL, event['id'])",
    "path = os.path.join('a', 'b')",
    "path = Path('a') / 'b'",
    "time = event['clock']\nnow = time.time()",
    "def random():\n    return 4\nlot = random.random()",
    "table = boto3.resource('dynamodb').Table('orders')\ncontext.step(lambda _: table.put_item(Item=event))",
    "s3 = boto3.client('s3')\ncontext.step(lambda _: s3.get_object(Bucket='b').get('Body'))",
    "context.invoke(os.environ['TARGET'], event)",
    "target: str = os.environ['TARGET']\ncontext.invoke(f'{target}:live', event, name='ship')",
    "table = os.getenv('TABLE', 'orders')\ndef save(_):\n    return [table]\ncontext.step(save)",
    "client = boto3.client('s3')\ncontext.step(lambda _: client.get_object(Bucket='b', Key='k'))",
    "try:\n    context.step(charge)\nexcept Exception:\n    pass",
    "try:\n    context.step(charge)\nexcept BaseException:\n    undo()\n    raise",
    "try:\n    context.step(charge)\nexcept SuspendExecution:\n    raise\nexcept BaseException:\n    pass",
    "try:\n    int(event)\nexcept:\n    pass",
    "error = None\ntry:\n    context.wait(1)\nexcept BaseException as e:\n    error = e\nif error:\n    raise error",
    "for each in event['items']:\n    context.step(charge, name=each)",
    "for each in {'b': 1, 'a': 2}:\n    context.step(charge, name=each)",
    "for each in {1, 2}:\n    print(each)",
    "for each in sorted({1, 2}):\n    context.step(charge)",
    "return {'kinds': {1, 2}, 'count': len({1, 2})}",
    "return sorted({1, 2})",
    "return ', '.join(sorted({'a', 'b'}))",
    "if 'a' in {'a', 'b'}:\n    context.step(charge)",
    "results = []\nfor each in event:\n    results.append(context.step(charge))",
    "def body(_):\n    seen = []\n    seen.append(1)\n    return seen\ncontext.step(body)",
    "seen = []\ndef body(_, seen=None):\n    seen = []\n    seen.append(1)\ncontext.step(body)",
    "context.step(lambda _: client.update(1))",
    "context.step(lambda _: SEEN.append(1))",
    "context.wait(1)",
    "context.wait(Duration.from_minutes(0.5))",
    "context.wait(timedelta(minutes=1, seconds=-30))",
    "context.wait(event['seconds'])",
    "context.step(lambda _: (1 for _ in []), config=StepConfig(serdes=MINE))",
    "context.step(lambda _: [1 for _ in []])",
    "context.step(lambda _: open('x').read())",
    "queue = {}\nqueue.update(a=1)",
    "clock = time.time\ncontext.step(lambda _: clock())",
    "context.step(charge, name=f'charge {event[\"time\"]}')",
    "room = Room()\nroom.wait(0)",
    "def never_called():\n    return time.time()",
    "context.wait_for_callback(lambda id, _: requests.post(id))",
    "context.wait_for_condition(lambda state, _: requests.get(state), config=None)",
    "copy = dict(event)\ncopy['a'] = 1",
    "context.step(lambda _: 1, retry=lambda error, attempt: random.random())",
]


@pytest.mark.parametrize("body", PLAIN)
def test_this_is_no_mistake(body: str) -> None:
    head = """
        SEEN = []
        client = make_client()

        def charge(step, amount=1):
            return requests.post("https://shop.example", json=amount).json()

        class Room:
            def wait(self, seconds): ...
    """
    assert told(handler(body, head=head)) == []


ALONE = [
    "return {'at': time.time(), 'id': uuid.uuid4().hex}",
    "context.logger.info('%s', event)\nreturn requests.get('https://shop.example').text",
    "return charge()",
]
BRANCHES = ["run_in_child_context(branch)", "map(event, branch)", "parallel([branch])"]


@pytest.mark.parametrize("body", ALONE)
def test_a_function_without_operations_is_never_suspended_and_so_never_replayed(body: str) -> None:
    head = "def charge():\n    return requests.post('https://shop.example').json()"
    alone = "@durable_execution\ndef handler(event, context: DurableContext):"
    assert told(program(alone, body, head=head)) == []
    branch = "def branch(context, *_):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    for way in BRANCHES:
        assert told(handler(f"{branch}context.{way}", head=head)) == []


@pytest.mark.parametrize(
    "way",
    [
        "with_retry(context, lambda room, attempt: time.time(), WithRetryConfig())",
        "context.map(event, lambda room, *_: time.time(), config=MapConfig(nesting_type=NestingType.FLAT))",
        "context.parallel([lambda room: pack(room, time.time())])",
        "context.parallel([lambda room: [time.time(), pay()]])",
    ],
)
def test_what_has_no_record_of_its_own_is_replayed_without_operations_too(way: str) -> None:
    head = "def pack(room, moment):\n    return room.wait(1)\n"
    assert told(handler(f"def pay():\n    context.wait(1)\n{way}", head=head)) == ["ES001"]


ASYNC = [
    "await context.wait(1)",
    "return context.step(lambda _: 1)",
    "first = context.step(lambda _: 1)\nreturn await first",
    "await asyncio.gather(context.step(lambda _: 1), context.step(lambda _: 2))",
    "await asyncio.gather(*[context.step(lambda _: 1) for _ in range(3)])",
    "async with asyncio.TaskGroup() as group:\n    group.create_task(work(context))",
    "await asyncio.sleep(0)",
    "async def body(_):\n    await asyncio.sleep(3)\nawait context.step(body)",
    "async def body(_):\n    async with httpx.AsyncClient() as c:\n        await c.get('x')\nawait context.step(body)",
    "async def body(_):\n    async with asyncio.timeout(3):\n        await fetch()\nawait context.step(body)",
    "def body(_):\n    time.sleep(3)\nawait context.step(body)",
    "try:\n    await context.wait(1)\nexcept asyncio.CancelledError:\n    raise",
    "nap = context.wait(9)\nnap.cancel()\ntry:\n    await nap\nexcept asyncio.CancelledError:\n    pass",
    "nap = context.wait(9)\nnap.cancel()\nwith contextlib.suppress(asyncio.CancelledError):\n    await nap",
    "for each in asyncio.as_completed([context.wait(1), asyncio.create_task(work(context))]):\n    await each",
    "await asyncio.gather(*(work(context) for _ in event))",
    "done, _ = await asyncio.wait(event, return_when='FIRST_COMPLETED')\nfor _ in done:\n    await work(context)",
    "async with asyncio.timeout(60):\n    await work(context)",
    "await asyncio.sleep(60)",
    "async def body(_):\n    try:\n        await fetch()\n    except asyncio.CancelledError:\n        pass\n"
    "await context.step(body)",
    "prices = [context.step(lambda _: 1)]\nreturn [await each for each in prices]",
    "return (await context.step(lambda _: [1]))[0]",
    "callback = await context.create_callback()\nreturn await callback.result()",
]


@pytest.mark.parametrize("body", ASYNC)
def test_this_is_no_mistake_in_async_code(body: str) -> None:
    head = "async def work(context: AsyncDurableContext):\n    await context.wait(1)\n"
    assert told(async_handler(body, head=head)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\n\ndef step(context):\n    return time.time()\n",
        "import time\n\nclass DurableContext: ...\n\ndef f(context: DurableContext):\n    return time.time()\n",
        "import time\n\n# durable_execution\n@task\ndef f(event, context):\n    context.step(time.time())\n",
        "import time\nfrom other import durable_execution\n\n@durable_execution\ndef f(event, c):\n    time.time()\n",
    ],
)
def test_nothing_is_durable_because_of_its_name(source: str) -> None:
    assert findings(source) == []


def test_a_list_of_a_test_may_note_what_a_step_did() -> None:
    source = """
from everstep import DurableContext, durable_execution

def test_it_runs_once():
    ran = []

    @durable_execution
    def handler(event, context: DurableContext):
        context.step(lambda _: ran.append("step"), name="a")
        ran.append("handler")
"""
    assert findings(source) == []


def test_names_in_arms_that_exclude_each_other_may_be_the_same() -> None:
    body = """
        if event["new"]:
            context.wait(1, name="pause")
        else:
            context.wait(2, name="pause")
        match event["kind"]:
            case "a":
                return context.step(charge(1), name="charge")
            case _:
                return context.step(charge(2), name="charge")
    """
    assert [finding for finding in findings(handler(body)) if finding.rule.level is Level.INFO] == []


def test_a_name_may_come_again_after_an_arm_that_has_left() -> None:
    body = """
        if event["new"]:
            return context.step(charge(1), name="charge")
        return context.step(charge(2), name="charge")
    """
    assert findings(handler(body)) == []


def test_a_step_that_takes_its_name_from_its_function_has_one() -> None:
    head = "@durable_step\ndef charge(step, amount):\n    return amount\n"
    assert findings(handler("context.step(charge(3))", head=head)) == []


def test_a_client_that_is_made_once_and_kept_is_no_memory() -> None:
    head = """
        CLIENT = None

        def client():
            global CLIENT
            if CLIENT is None:
                CLIENT = make_client()
            return CLIENT
    """
    assert told(handler("client()", head=head)) == []
