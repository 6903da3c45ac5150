"""The routes of our own API, described. docs/api.md tells people the same in more words."""

from typing import Final

from everstep.core.limits import ARN_CHARS_MAX, CALLBACK_ID_CHARS_MAX, PAGE_ITEMS_MAX
from everstep.core.model import ExecutionStatus
from everstep.service.http.about import About, Body, Parameter, Schema
from everstep.service.http.desk import Answer
from everstep.service.http.own import acting, importing, looking, site, streaming
from everstep.service.http.paths import Shape
from everstep.service.http.route import Route
from everstep.service.http.schemas import ANY, EXECUTION_NAME, FLAG, TEXT, a_list, an_object, integer, one_of, text

PREFIX: Final = "/everstep/v1"
_MOMENT: Schema = {"type": "integer", "minimum": 0, "description": "milliseconds since the epoch, UTC"}
REFUSAL: Final[Schema] = an_object(
    {"error": an_object({"code": TEXT, "message": TEXT}, required=["code", "message"])}, required=["error"]
)
_LINE = an_object(
    {"arn": TEXT, "name": TEXT, "function": TEXT, "status": one_of(ExecutionStatus), "started_at": _MOMENT},
    required=["arn", "name", "function", "status", "started_at"],
)
_SEARCH = (
    Parameter("status", TEXT),
    Parameter("function", TEXT),
    Parameter("version", TEXT),
    Parameter("name", TEXT),
    Parameter("error", TEXT),
    Parameter("attribute", TEXT),
    Parameter("started_after", _MOMENT),
    Parameter("started_before", _MOMENT),
    Parameter("parent", TEXT),
    Parameter("source", TEXT),
)
_FILTER = an_object(
    {
        "status": a_list(one_of(ExecutionStatus)),
        "function": TEXT,
        "version": TEXT,
        "name": TEXT,
        "error": TEXT,
        "attribute": a_list(TEXT),
        "started_after": _MOMENT,
        "started_before": _MOMENT,
        "parent": TEXT,
        "source": TEXT,
    }
)
_PAGE = (Parameter("limit", integer(1, PAGE_ITEMS_MAX)), Parameter("cursor", TEXT))
_ERROR = an_object({"type": TEXT, "message": TEXT})
_BULK = an_object(
    {"id": TEXT, "action": TEXT, "total": _MOMENT, "done": _MOMENT, "refused": _MOMENT, "is_over": FLAG},
    required=["id", "action", "total", "done", "refused", "is_over"],
)


def _fixed(
    method: str, path: str, answer: Answer, id_: str, summary: str, *, query: tuple[Parameter, ...] = ()
) -> Route:
    about = About(id=id_, summary=summary, query=query, answers={200: an_object({})}, refusal=REFUSAL)
    return Route(method, Shape(f"{PREFIX}{path}"), answer, about)


def _look(suffix: str, answer: Answer, id_: str, summary: str, *, query: tuple[Parameter, ...] = ()) -> Route:
    """A question about one execution."""
    about = About(
        id=id_,
        summary=summary,
        subject="arn",
        subject_schema=text(low=1, high=ARN_CHARS_MAX),
        query=query,
        answers={200: an_object({})},
        refusal=REFUSAL,
    )
    return Route("GET", Shape(f"{PREFIX}/executions/", suffix), answer, about)


def _act(suffix: str, answer: Answer, summary: str, members: dict[str, Schema], status: int = 200) -> Route:
    """An act on one execution."""
    about = About(
        id=f"{suffix.removeprefix('/').capitalize()}Execution",
        summary=summary,
        subject="arn",
        subject_schema=text(low=1, high=ARN_CHARS_MAX),
        body=Body(schema=an_object(members), required=False),
        answers={status: _LINE if status == 200 else an_object({"arn": TEXT}, required=["arn"])},
        refusal=REFUSAL,
    )
    return Route("POST", Shape(f"{PREFIX}/executions/", suffix), answer, about)


def _callback(suffix: str, answer: Answer, summary: str, members: dict[str, Schema]) -> Route:
    about = About(
        id=f"{suffix.capitalize()}Callback",
        summary=summary,
        subject="id",
        subject_schema=text(low=1, high=CALLBACK_ID_CHARS_MAX),
        body=Body(schema=an_object(members), required=False),
        answers={200: an_object({})},
        refusal=REFUSAL,
    )
    return Route("POST", Shape(f"{PREFIX}/callbacks/", f"/{suffix}"), answer, about)


def _of_bulk(method: str, answer: Answer, id_: str, summary: str) -> Route:
    about = About(id=id_, summary=summary, subject="id", answers={200: _BULK}, refusal=REFUSAL)
    return Route(method, Shape(f"{PREFIX}/bulk/"), answer, about)


_START = About(
    id="StartExecution",
    summary="Begin an execution",
    body=Body(
        schema=an_object(
            {"function": TEXT, "version": TEXT, "name": EXECUTION_NAME, "input": ANY}, required=["function"]
        )
    ),
    answers={201: an_object({"arn": TEXT, "existing": FLAG}, required=["arn", "existing"])},
    refusal=REFUSAL,
)
_BEGIN_BULK = About(
    id="BeginBulk",
    summary="Act on many executions at once",
    body=Body(schema=an_object({"action": TEXT, "arns": a_list(TEXT), "filter": _FILTER}, required=["action"])),
    answers={202: _BULK},
    refusal=REFUSAL,
)
_DELETE = About(
    id="DeleteExecution",
    summary="Forget a closed execution",
    subject="arn",
    answers={202: an_object({})},
    refusal=REFUSAL,
)
_CHANGES = About(
    id="WatchChanges",
    summary="Changes as they come, as server-sent events",
    query=(Parameter("execution", TEXT), Parameter("last_event_id", TEXT)),
    headers=(Parameter("Last-Event-ID", TEXT),),
    answers={200: TEXT},
    answer_type="text/event-stream",
    refusal=REFUSAL,
)
_HISTORY = Body(schema=an_object({"Execution": an_object({}), "Events": a_list(an_object({}))}, required=["Events"]))
_HANDLE = an_object({"arn": TEXT, "events": _MOMENT}, required=["arn", "events"])
_IMPORT = About(
    id="ImportHistory",
    summary="Bring a history along to look at",
    body=_HISTORY,
    answers={201: _HANDLE},
    refusal=REFUSAL,
)
_EXTEND_IMPORT = About(
    id="ExtendImport",
    summary="More events of an imported history",
    subject="arn",
    body=_HISTORY,
    answers={200: _HANDLE},
    refusal=REFUSAL,
)
_REMOVE_IMPORT = About(
    id="RemoveImport",
    summary="Forget an imported history",
    subject="arn",
    answers={200: an_object({})},
    refusal=REFUSAL,
)
_INDEX = About(
    id="GetPage", summary="The page", answers={200: TEXT}, answer_type="text/html", refusal=REFUSAL, open=True
)
_ASSET = About(
    id="GetPageFile",
    summary="A file of the page",
    subject="name",
    answers={200: TEXT},
    answer_type="*/*",
    refusal=REFUSAL,
    open=True,
)
_ORDER = Parameter("order", {"type": "string", "enum": ["newest", "oldest"]})

ROUTES: Final = (
    Route("GET", Shape("/"), site.index, _INDEX),
    Route("GET", Shape("/everstep/page/"), site.asset, _ASSET),
    _fixed("GET", "/server", looking.server, "GetServer", "The service itself"),
    _fixed("GET", "/executions", looking.executions, "ListLines", "Find executions", query=(*_SEARCH, _ORDER, *_PAGE)),
    Route("POST", Shape(f"{PREFIX}/executions"), acting.start, _START),
    _fixed("GET", "/counts", looking.counts, "CountExecutions", "How many have which status", query=_SEARCH),
    _fixed(
        "GET",
        "/histogram",
        looking.histogram,
        "GetHistogram",
        "How many were started when",
        query=(*_SEARCH, Parameter("from", _MOMENT), Parameter("to", _MOMENT), Parameter("buckets", integer(1, 500))),
    ),
    _fixed("GET", "/functions", looking.functions, "ListFunctions", "Functions, their workers and how they fare"),
    Route("GET", Shape(f"{PREFIX}/events"), streaming.changes, _CHANGES),
    _look("", looking.execution, "GetExecution", "One execution"),
    _look(
        "/operations",
        looking.operations,
        "ListOperations",
        "The operations inside one context",
        query=(Parameter("parent", TEXT), Parameter("flat", FLAG), *_PAGE),
    ),
    _look("/operation", looking.operation, "GetOperation", "One operation", query=(Parameter("id", TEXT, True),)),
    _look("/invocations", looking.invocations, "ListInvocations", "The invocations", query=_PAGE),
    _look("/events", looking.events, "ListEvents", "The raw history", query=(_ORDER, Parameter("data", FLAG), *_PAGE)),
    _look(
        "/payload",
        looking.payload,
        "GetPayload",
        "One payload, whole",
        query=(
            Parameter("part", {"type": "string", "enum": ["input", "result", "error"]}),
            Parameter("operation", TEXT),
        ),
    ),
    _look("/logs", looking.logs, "ListLogs", "What the function logged", query=(Parameter("operation", TEXT), *_PAGE)),
    _look("/related", looking.related, "ListRelated", "Parent, children, source and forks"),
    _look("/export", looking.export, "ExportExecution", "The execution and its history as one file"),
    _act("/rerun", acting.rerun, "Begin it again", {"input": ANY, "name": EXECUTION_NAME}, 201),
    _act("/fork", acting.fork, "Begin it again at an operation", {"operation_id": TEXT, "name": EXECUTION_NAME}, 201),
    _act("/stop", acting.stop, "End it now", {"error": _ERROR}),
    _act("/pause", acting.pause, "Hold it back", {"reason": TEXT, "timeout_paused": FLAG}),
    _act("/resume", acting.resume, "Let it go on", {"reason": TEXT}),
    _act("/retry", acting.retry, "Skip a pause or a wait", {"operation_id": TEXT}),
    Route("DELETE", Shape(f"{PREFIX}/executions/"), acting.delete, _DELETE),
    _callback("succeed", acting.succeed, "Answer a callback", {"result": ANY}),
    _callback("fail", acting.fail, "Fail a callback", {"error": _ERROR}),
    _callback("heartbeat", acting.heartbeat, "Keep a callback alive", {}),
    _fixed("GET", "/imports", importing.listed, "ListImports", "Histories that were brought along"),
    Route("POST", Shape(f"{PREFIX}/imports"), importing.begin, _IMPORT),
    Route("POST", Shape(f"{PREFIX}/imports/"), importing.extend, _EXTEND_IMPORT),
    Route("DELETE", Shape(f"{PREFIX}/imports/"), importing.remove, _REMOVE_IMPORT),
    Route("POST", Shape(f"{PREFIX}/bulk"), acting.begin_bulk, _BEGIN_BULK),
    _of_bulk("GET", looking.bulk, "GetBulk", "How far an act on many has come"),
    _of_bulk("DELETE", acting.break_off_bulk, "BreakOffBulk", "Break off an act on many"),
)
