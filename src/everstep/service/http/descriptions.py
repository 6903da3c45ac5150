"""What the routes of the Lambda API, and of the official emulator, are described as."""

from everstep.core import limits
from everstep.core.model import ExecutionStatus
from everstep.service.http import schemas
from everstep.service.http.about import NO_CONTENT, About, Body, Parameter, Schema
from everstep.service.http.schemas import a_list, an_object, integer, one_of, ref, text

_ARN = ("DurableExecutionArn", schemas.ARN)
_DATA = Parameter("IncludeExecutionData", schemas.FLAG)
_PAGE = (Parameter("Marker", schemas.TEXT), Parameter("MaxItems", schemas.MAX_ITEMS))
_LIST = (
    Parameter("DurableExecutionName", schemas.EXECUTION_NAME),
    Parameter("Statuses", a_list(one_of(ExecutionStatus), most=limits.LIST_STATUSES_MAX)),
    Parameter("StartedAfter", schemas.TEXT),
    Parameter("StartedBefore", schemas.TEXT),
    Parameter("ReverseOrder", schemas.FLAG),
    *_PAGE,
)
_REASON = text(high=limits.PAUSE_REASON_CHARS_MAX)
_LISTED = an_object(
    {"DurableExecutions": a_list(ref("Summary")), "NextMarker": schemas.TEXT}, required=["DurableExecutions"]
)


def _of_execution(
    name: str,
    summary: str,
    answers: dict[int, Schema],
    *,
    query: tuple[Parameter, ...] = (),
    body: Body | None = None,
) -> About:
    subject, schema = _ARN
    return About(
        id=name,
        summary=summary,
        tag="Lambda",
        subject=subject,
        subject_schema=schema,
        query=query,
        body=body,
        answers=answers,
    )


def _of_callback(name: str, summary: str, body: Body | None = None) -> About:
    return About(
        id=name,
        summary=summary,
        tag="Lambda",
        subject="CallbackId",
        subject_schema=schemas.CALLBACK_ID,
        body=body,
        answers={200: an_object({})},
    )


INVOKE = About(
    id="Invoke",
    summary="Run a function, or begin an execution of a durable one",
    tag="Lambda",
    subject="FunctionName",
    subject_schema=schemas.FUNCTION,
    query=(Parameter("Qualifier", schemas.QUALIFIER),),
    headers=(
        Parameter("X-Amz-Invocation-Type", {"type": "string", "enum": ["RequestResponse", "Event", "DryRun"]}),
        Parameter("X-Amz-Durable-Execution-Name", schemas.EXECUTION_NAME),
        Parameter("X-Amz-Tenant-Id", schemas.TENANT_ID),
        Parameter("X-Amzn-Trace-Id", schemas.TEXT),
    ),
    body=Body(schema=schemas.ANY, required=False),
    answers={200: schemas.ANY, 202: NO_CONTENT, 204: NO_CONTENT},
)
CHECKPOINT = _of_execution(
    "CheckpointDurableExecution",
    "Save what a running function reports",
    {200: an_object({"CheckpointToken": schemas.TEXT, "NewExecutionState": ref("State")})},
    body=Body(
        schema=an_object(
            {
                "CheckpointToken": schemas.TOKEN,
                "ClientToken": schemas.CLIENT_TOKEN,
                "Updates": a_list(ref("Update")),
            },
            required=["CheckpointToken"],
        )
    ),
)
STATE = _of_execution(
    "GetDurableExecutionState",
    "A page of what a running function replays from",
    {200: ref("State")},
    query=(Parameter("CheckpointToken", schemas.TOKEN, required=True), *_PAGE),
)
GET = _of_execution("GetDurableExecution", "One execution", {200: ref("Execution")}, query=(_DATA,))
HISTORY = _of_execution(
    "GetDurableExecutionHistory",
    "A page of what happened",
    {200: an_object({"Events": a_list(ref("Event")), "NextMarker": schemas.TEXT}, required=["Events"])},
    query=(_DATA, Parameter("ReverseOrder", schemas.FLAG), *_PAGE),
)
STOP = _of_execution(
    "StopDurableExecution",
    "End an execution now",
    {200: an_object({"StopTimestamp": schemas.SECONDS}, required=["StopTimestamp"])},
    body=Body(schema=ref("ErrorObject"), required=False),
)
PAUSE = _of_execution(
    "PauseDurableExecution",
    "Invoke an execution's function no more until it is resumed",
    {202: an_object({})},
    body=Body(
        schema=an_object(
            {"ClientToken": schemas.CLIENT_TOKEN, "Reason": _REASON, "ExecutionTimeoutPaused": schemas.FLAG}
        ),
        required=False,
    ),
)
RESUME = _of_execution(
    "ResumeDurableExecution",
    "Let a paused execution go on",
    {202: an_object({})},
    body=Body(schema=an_object({"ClientToken": schemas.CLIENT_TOKEN, "Reason": _REASON}), required=False),
)
DELETE = _of_execution(
    "DeleteDurableExecution",
    "Forget a closed execution",
    {202: an_object({"DeletionRequestTimestamp": schemas.SECONDS})},
)
SUCCEED = _of_callback(
    "SendDurableExecutionCallbackSuccess",
    "Answer a callback",
    Body(schema={"type": "string"}, required=False, type="application/octet-stream"),
)
FAIL = _of_callback(
    "SendDurableExecutionCallbackFailure",
    "Answer a callback with an error",
    Body(schema=ref("ErrorObject"), required=False),
)
HEARTBEAT = _of_callback("SendDurableExecutionCallbackHeartbeat", "Keep a callback alive")
LIST_OF_FUNCTION = About(
    id="ListDurableExecutionsByFunction",
    summary="The executions of a function, newest first",
    tag="Lambda",
    subject="FunctionName",
    subject_schema=schemas.FUNCTION,
    query=(Parameter("Qualifier", schemas.QUALIFIER), *_LIST),
    answers={200: _LISTED},
)
LIST_ALL = About(
    id="ListDurableExecutions",
    summary="The executions of every function, newest first",
    tag="emulator",
    query=(Parameter("FunctionName", schemas.TEXT), *_LIST),
    answers={200: _LISTED},
)

_START_MEMBERS: dict[str, Schema] = {
    "AccountId": schemas.TEXT,
    "FunctionName": schemas.FUNCTION,
    "FunctionQualifier": schemas.TEXT,
    "ExecutionName": schemas.EXECUTION_NAME,
    "ExecutionTimeoutSeconds": integer(1, limits.SECONDS_MAX),
    "ExecutionRetentionPeriodDays": integer(1, limits.RETENTION_DAYS_MAX),
}
START = About(
    id="StartDurableExecution",
    summary="Begin an execution and answer before its function runs",
    tag="emulator",
    body=Body(
        schema=an_object(
            {
                **_START_MEMBERS,
                "Input": schemas.ANY,
                "TenantId": schemas.TENANT_ID,
                "LambdaEndpoint": schemas.TEXT,
                "InvocationId": schemas.TEXT,
                "TraceFields": an_object({"XAmznTraceId": schemas.TEXT}),
            },
            required=_START_MEMBERS,
        )
    ),
    answers={201: an_object({"ExecutionArn": schemas.TEXT}, required=["ExecutionArn"])},
)
MOVE_FUNCTIONS = About(
    id="UpdateLambdaEndpoint",
    summary="Invoke functions somewhere else from now on",
    tag="emulator",
    body=Body(schema=an_object({"EndpointUrl": schemas.TEXT, "RegionName": schemas.TEXT}, required=["EndpointUrl"])),
    answers={200: an_object({"message": schemas.TEXT})},
)
HEALTH = About(
    id="Health",
    summary="Whether the process is alive",
    answers={200: an_object({"status": schemas.TEXT}, required=["status"])},
    open=True,
)
READY = About(
    id="Ready",
    summary="Whether the service should be sent work: 503 and the reason when not",
    answers={
        200: an_object({"status": schemas.TEXT}, required=["status"]),
        503: an_object({"status": schemas.TEXT, "reason": schemas.TEXT}, required=["status", "reason"]),
    },
    open=True,
)
METRICS = About(
    id="Metrics",
    summary="What was done and what is owed, as Prometheus text",
    answers={200: schemas.TEXT},
    answer_type="text/plain",
)
OPENAPI = About(id="OpenApi", summary="This description", answers={200: an_object({})})
