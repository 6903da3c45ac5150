"""Every rule finds its bad sample and leaves the good one alone; then the finer points of each family."""

import pytest

from everstep.lint import RULES, Level, Rule
from tests.lint.checking import async_handler, findings, handler, told

ALL = sorted(RULES.values(), key=lambda rule: rule.code)


@pytest.mark.parametrize("rule", ALL, ids=[rule.code for rule in ALL])
def test_a_rule_finds_its_bad_sample_and_nothing_in_its_twin(rule: Rule) -> None:
    notes = [Level.INFO] if rule.level is not Level.INFO else []
    bad = [finding.rule for finding in findings(rule.bad) if finding.rule.level not in notes]
    assert bad == [rule]
    assert [finding.message for finding in findings(rule.good) if finding.rule.level not in notes] == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("now = datetime.now()", "ES001"),
        ("day = date.today()", "ES001"),
        ("text = time.strftime('%H:%M')", "ES001"),
        ("key = uuid.uuid4().hex", "ES002"),
        ("lot = random.choice(event['lots'])", "ES002"),
        ("key = os.urandom(8)", "ES002"),
        ("dice = random.Random()", "ES002"),
        ("home = os.getenv('HOME')", "ES003"),
        ("is_set = 'HOME' in os.environ", "ES003"),
        ("os.environ['A'] = 'b'", "ES003"),
        ("context.map(os.environ['SHOPS'].split(), lambda c, *_: c.wait(9))", "ES003"),
        ("context.step(lambda _: 1, name=os.environ['NAME'])", "ES003"),
        ("table = os.environ['TABLE']\nif table: context.step(lambda _: table)", "ES003"),
        ("text = open('a.txt').read()", "ES004"),
        ("text = Path('a.txt').read_text()", "ES004"),
        ("text = (Path('a') / 'b.txt').read_text()", "ES004"),
        ("subprocess.run(['ls'])", "ES004"),
        ("boto3.client('s3').put_object(Bucket='b', Key='k')", "ES004"),
        ("requests.get('https://shop.example')", "ES004"),
        ("boto3.client('s3').get_object(Bucket='b', Key='k').get('Body')", "ES004"),
        ("boto3.Session().client('s3').get_paginator('list_objects_v2').paginate()", "ES004"),
        ("boto3.resource('dynamodb').Table('orders').put_item(Item=event)", "ES004"),
        ("time.sleep(3)", "ES005"),
        ("context.wait(0.5)", "ES404"),
        ("context.wait(timedelta(milliseconds=900))", "ES404"),
        ("context.wait(Duration.from_seconds(0))", "ES404"),
        ("context.wait(duration=Duration(seconds=0))", "ES404"),
        ("context.step(lambda _: 1, f'at {time.time()}')", "ES403"),
        ("context.step(lambda _: 1, name='at %s' % uuid.uuid4())", "ES403"),
        ("context.step(lambda _: (lambda: 1))", "ES103"),
        ("context.step(lambda _: {'file': open('x')})", "ES103"),
        ("context.step(lambda _: map(str, [1]))", "ES103"),
        ("context.step(lambda _: context.uuid4())", "ES101"),
        ("context.map({1, 2}, lambda c, item, index, items: item)", "ES301"),
        ("[context.step(lambda _: 1) for each in set(event)]", "ES301"),
        ("for each in list({1, 2} | set(event)): context.wait(1)", "ES301"),
        ("for each in dict.fromkeys(set(event)): context.wait(1)", "ES301"),
    ],
)
def test_one_line_is_enough(line: str, code: str) -> None:
    assert told(handler(line)) == [code]


def test_a_client_made_elsewhere_is_known_by_what_made_it() -> None:
    head = """
        s3 = boto3.client("s3")

        class Shop:
            def __init__(self, web: httpx.Client) -> None:
                self.web = web

            def price(self):
                return self.web.get("https://shop.example").text

            @durable_execution
            def handler(self, event, context):
                context.wait(60)
                s3.put_object(Bucket="b", Key=self.price())
    """
    assert told(handler("pass", head=head)) == ["ES004", "ES004"]


def test_a_client_is_known_through_the_helper_that_makes_it() -> None:
    head = """
        CLIENT = None

        def client():
            global CLIENT
            if CLIENT is None:
                CLIENT = boto3.client("s3")
            return CLIENT

        def session():
            return requests.Session()
    """
    assert told(handler("client().get_object(Bucket='b')\nsession().get('x')", head=head)) == ["ES004", "ES004"]
    assert told(handler("context.step(lambda _: client().get_object(Bucket='b'))", head=head)) == []


def test_a_listing_of_a_folder_is_input_and_has_no_order() -> None:
    assert told(handler("for name in os.listdir('.'): context.step(lambda _: name)")) == ["ES004", "ES301"]
    assert told(handler("for name in sorted(glob.glob('*')): context.step(lambda _: name)")) == ["ES004"]


def test_a_set_is_followed_through_variables_and_helpers() -> None:
    body = """
        kinds = {item["kind"] for item in event}
        chosen = list(kinds)
        for kind in chosen:
            pack(context, kind)
    """
    head = "def pack(room, kind):\n    return room.step(lambda _: kind)\n"
    head += "def count(kinds: set[str]):\n    return [kind for kind in kinds]\n"
    assert told(f"{handler(body, head='')}\n{head}") == ["ES301"]
    head += "def chosen():\n    return {'a', 'b'}\n"
    assert told(f"{handler('for kind in chosen(): pack(context, kind)')}\n{head}") == ["ES301"]


@pytest.mark.parametrize(
    "text",
    [
        "done, pending = await asyncio.wait(event)\nfor each in done:\n    await context.step(lambda _: each)",
        "for each in asyncio.as_completed([pack(context, n) for n in event]):\n    await each",
        "for each in asyncio.as_completed([pack(context, 1), pack]):\n    await each",
    ],
)
def test_futures_in_a_set_and_bare_coroutines_have_no_order(text: str) -> None:
    head = "async def pack(context: AsyncDurableContext, n):\n    await context.wait(n)\n"
    assert told(async_handler(text, head=head)) == ["ES301"]


@pytest.mark.parametrize(
    "change",
    [
        "total += 1",
        "results.append(1)",
        "event['seen'] = True",
        "order.paid = True",
        "del event['seen']",
        "results[0]['a'] = 1",
    ],
)
def test_what_a_step_changes_outside_itself_is_lost_on_replay(change: str) -> None:
    declared = "nonlocal total\n    " if "total" in change else ""
    body = (
        f"total, results, order = 0, [], event\nresults = []\ndef body(_):\n    {declared}{change}\ncontext.step(body)"
    )
    assert told(handler(body)) == ["ES102"]


@pytest.mark.parametrize(
    "call",
    [
        "context.run_in_child_context(body)",
        "context.parallel([body])",
        "context.run_in_child_context(lambda room: results.append(room.step(lambda _: 1)))",
    ],
)
def test_what_a_child_context_changes_outside_itself_is_lost_once_it_is_recorded(call: str) -> None:
    before = "results = []\ndef body(room):\n    results.append(room.step(lambda _: 1))\n"
    assert told(handler(before + call)) == ["ES102"]
    flat = "parallel([body], config=ParallelConfig(nesting_type=NestingType.FLAT))"
    assert told(handler(f"{before}context.{flat}")) == []


def test_what_is_handed_to_a_step_only_to_be_filled_stays_empty_on_replay() -> None:
    head = """
        @durable_step
        def save(step, item: dict, target: list, notes: dict):
            target.append(item["id"])
            notes["a"] = 1

        @durable_step
        def draft(step, order: dict):
            order["status"] = "draft"
            return order
    """
    body = "found, notes = [], {}\ncontext.step(save(event, found, notes))\ncontext.step(draft(event))"
    assert told(handler(body, head=head)) == ["ES102", "ES102"]


@pytest.mark.parametrize(
    "text",
    [
        "context.wait(1)",
        "later = context.wait(1)",
        "amount = context.step(lambda _: [1])[0]",
        "if context.step(lambda _: True): pass",
        "text = f'{context.step(lambda _: 1)}'",
        "for each in context.step(lambda _: [1]): pass",
    ],
)
def test_in_async_code_a_result_must_be_awaited(text: str) -> None:
    assert told(async_handler(text)) == ["ES201"]


def test_a_coroutine_that_nobody_awaits_never_runs() -> None:
    head = "async def pack(context: AsyncDurableContext):\n    await context.wait(1)\n"
    assert told(async_handler("pack(context)", head=head)) == ["ES201"]
    assert told(async_handler("await pack(context)", head=head)) == []


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    context.wait(1)\nexcept:\n    pass",
        "try:\n    context.wait(1)\nexcept (ValueError, BaseException):\n    pass",
        "try:\n    context.wait(1)\nexcept SuspendExecution:\n    pass",
        "try:\n    context.wait(1)\nfinally:\n    return 1",
        "with contextlib.suppress(BaseException):\n    context.wait(1)",
        "try:\n    later(context)\nexcept BaseException as error:\n    log(error)",
        "callback = context.create_callback()\ntry:\n    callback.result()\nexcept BaseException:\n    pass",
    ],
)
def test_a_suspension_is_swallowed_in_many_ways(text: str) -> None:
    assert told(handler(text, head="def later(room):\n    room.wait(1)\n")) == ["ES501"]


@pytest.mark.parametrize(
    "text",
    [
        "await asyncio.sleep({})",
        "async with asyncio.timeout({}): await fetch()",
        "await asyncio.wait_for(fetch(), {})",
        "await asyncio.wait_for(fetch(), timeout={})",
        "await asyncio.wait([fetch()], timeout={})",
        "asyncio.get_running_loop().call_later({}, print, 'late')",
    ],
)
def test_timers_of_an_async_handler_are_waits_of_whole_seconds(text: str) -> None:
    assert told(async_handler(text.format("0.5"))) == ["ES203"]
    for sound in ("60", "1.5", "0", "event['seconds']"):
        assert told(async_handler(text.format(sound))) == []
    assert told(async_handler(f"async def body(_):\n    {text.format('0.5')}\nawait context.step(body)")) == []


def test_in_a_loop_that_a_plain_handler_runs_a_sleep_is_a_sleep() -> None:
    head = "async def pause():\n    await asyncio.sleep(3)\n"
    assert told(handler("asyncio.run(pause())", head=head)) == ["ES005"]
    assert told(async_handler("await pause()", head=head)) == []


def test_a_name_is_followed_to_the_clock_that_made_it() -> None:
    body = "name = f'at {time.time()}'\ncontext.step(lambda _: 1, name=name)"
    assert told(handler(body)) == ["ES001", "ES403"]


def test_notes_are_about_names() -> None:
    body = "context.step(lambda _: 1)\ncontext.wait(1, 'pause')\ncontext.wait(2, 'pause')\n"
    assert [finding.rule.code for finding in findings(handler(body))] == ["ES401", "ES402"]
