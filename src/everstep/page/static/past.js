// A history file as an execution that can be looked at: what the service tells, told again from the events alone. Pure.
//
//     {"Execution": {…}, "Events": […]}   as `everstep executions export` writes it, or only {"Events": […]} or […],
//                                         as `aws lambda get-durable-execution-history` does
const CLOSING = { ExecutionSucceeded: "SUCCEEDED", ExecutionFailed: "FAILED", ExecutionTimedOut: "TIMED_OUT", ExecutionStopped: "STOPPED" };
const KINDS = { Step: "STEP", Wait: "WAIT", Callback: "CALLBACK", ChainedInvoke: "CHAINED_INVOKE", Context: "CONTEXT" };
const ENDS = { Succeeded: "SUCCEEDED", Failed: "FAILED", TimedOut: "TIMED_OUT", Cancelled: "CANCELLED", Stopped: "STOPPED" };

export function pastOf(file, fileName) {
  const events = Array.isArray(file) ? file : file?.Events;
  if (!Array.isArray(events) || events.length === 0) throw new Error("it has no Events");
  const told = new Map(); // operations by id, in start order
  const invocations = [];
  const texts = new Map();
  const ends = { status: "RUNNING", at: null };
  for (const event of [...events].sort((a, b) => a.EventId - b.EventId)) {
    const details = event[`${event.EventType}Details`] ?? {};
    const at = moment(event.EventTimestamp);
    if (event.EventType === "InvocationCompleted") invocations.push(invocation(details, invocations.length + 1));
    else if (event.EventType.startsWith("Execution")) takeExecution(event, details, at, texts, ends);
    else takeOperation(event, details, at, told, texts);
  }
  const operations = [...told.values()];
  countInside(operations);
  const execution = executionOf(file.Execution ?? {}, { events, operations, invocations, texts, ends, fileName });
  return { file, events, operations, invocations, execution, payload: (part, id = null) => texts.get(`${id ?? ""} ${part}`) ?? "null" };
}

export const moment = (value) => (typeof value === "number" ? Math.round(value * 1000) : value ? Date.parse(value) : null);
const key = (id, part) => `${id ?? ""} ${part}`;

function takeExecution(event, details, at, texts, ends) {
  keep(texts, null, details);
  if (event.EventType === "ExecutionStarted") ends.startedAt = at;
  if (event.EventType === "ExecutionPaused") ends.status = "PAUSED";
  if (event.EventType === "ExecutionResumed") ends.status = "RUNNING";
  if (event.EventType in CLOSING) Object.assign(ends, { status: CLOSING[event.EventType], at, error: errorOf(details) });
}

function keep(texts, id, details) {
  for (const part of ["Input", "Result"]) {
    const payload = details[part]?.Payload;
    if (typeof payload === "string") texts.set(key(id, part.toLowerCase()), payload);
  }
}

function errorOf(details) {
  const payload = details.Error?.Payload;
  if (!payload) return null;
  return { type: payload.ErrorType ?? null, message: payload.ErrorMessage ?? null, stack_trace: payload.StackTrace ?? null, data: payload.ErrorData ?? null };
}

function invocation(details, number) {
  return {
    number,
    request_id: details.RequestId,
    started_at: moment(details.StartTimestamp),
    ended_at: moment(details.EndTimestamp),
    status: details.Error?.Payload ? "FAILED" : "COMPLETED",
    error: errorOf(details),
    version: "",
  };
}

function takeOperation(event, details, at, told, texts) {
  const [, kind, what] = /^([A-Z][A-Za-z]*?)(Started|Succeeded|Failed|TimedOut|Cancelled|Stopped)$/.exec(event.EventType) ?? [];
  if (!(kind in KINDS)) return;
  keep(texts, event.Id, details);
  const known = told.get(event.Id) ?? begun(event, KINDS[kind], at, told.size + 1);
  told.set(event.Id, known);
  const last = known.attempts.at(-1);
  if (what === "Started") {
    Object.assign(known, { status: "STARTED", ended_at: null });
    if (kind === "Step") known.attempts.push({ number: known.attempts.length + 1, status: "STARTED", started_at: at, ended_at: null, error: null, retry_at: null });
    if (kind === "Wait") known.wait = { seconds: details.Duration, ends_at: moment(details.ScheduledEndTimestamp) };
    if (kind === "Callback") known.callback = { id: details.CallbackId, timeout_seconds: details.Timeout ?? 0, heartbeat_timeout_seconds: details.HeartbeatTimeout ?? 0, expires_at: null };
    if (kind === "ChainedInvoke") known.invoke = { function: details.FunctionName, arn: null };
    return;
  }
  const delay = details.RetryDetails?.NextAttemptDelaySeconds;
  const isRetry = kind === "Step" && what === "Failed" && delay !== undefined && delay !== null;
  const error = errorOf(details);
  if (last) Object.assign(last, { ended_at: at, error, status: isRetry ? "RETRIED" : ENDS[what], retry_at: isRetry ? at + delay * 1000 : null });
  Object.assign(known, isRetry ? { status: "PENDING", until: at + delay * 1000 } : { status: ENDS[what], ended_at: at, error, until: null });
  known.result_bytes = texts.get(key(event.Id, "result"))?.length ?? 0;
}

const begun = (event, kind, at, number) => ({
  id: event.Id,
  parent_id: event.ParentId ?? null,
  kind,
  sub_type: event.SubType ?? null,
  name: event.Name ?? null,
  status: "STARTED",
  started_at: at,
  ended_at: null,
  number,
  until: null,
  attempts: [],
  error: null,
  input_bytes: 0,
  result_bytes: 0,
  callback: null,
  invoke: null,
  wait: null,
  is_copied: false,
  inside: kind === "CONTEXT" ? { children: 0, total: 0, by_status: {}, started_at: null, ended_at: null, failed: 0 } : null,
});

function countInside(operations) {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  for (const operation of operations) {
    const parent = byId.get(operation.parent_id);
    if (parent?.inside) parent.inside.children += 1;
    for (let above = parent; above?.inside; above = byId.get(above.parent_id)) {
      above.inside.total += 1;
      above.inside.by_status[operation.status] = (above.inside.by_status[operation.status] ?? 0) + 1;
    }
  }
}

const text = (value) => (value === undefined ? null : { bytes: value.length, text: value.slice(0, 2000), is_cut: value.length > 2000 });

function executionOf(head, { events, operations, invocations, texts, ends, fileName }) {
  const byStatus = {};
  for (const operation of operations) byStatus[operation.status] = (byStatus[operation.status] ?? 0) + 1;
  const arn = head.DurableExecutionArn ?? fileName;
  const last = Math.max(...events.map((event) => moment(event.EventTimestamp)));
  return {
    arn,
    name: head.DurableExecutionName ?? fileName,
    function: /function:([^:/]+)/.exec(arn)?.[1] ?? "a function",
    version: head.Version ?? "as the file says",
    status: ends.status,
    started_at: ends.startedAt ?? moment(events[0].EventTimestamp),
    ended_at: ends.at ?? last, // a file does not go on
    waits: null,
    error: ends.error ?? null,
    attributes: {},
    operations: operations.length,
    invocations: invocations.length,
    events: events.length,
    input: text(texts.get(key(null, "input"))),
    result: text(texts.get(key(null, "result"))),
    pause: null,
    invocation: null,
    counts: { total: operations.length, by_status: byStatus, by_kind: {} },
    actions: [],
  };
}
