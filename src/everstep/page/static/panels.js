// Beside the timeline: everything about the execution, or about the operation that is selected.
import { html } from "./vendor/preact-htm.js";
import { CallbackButtons, WaitButtons } from "./actions.js";
import { show } from "./dialogs.js";
import { duration } from "./format.js";
import { LogLines, useLogs } from "./logs.js";
import { Copy, Moment, Problem, Status, Took } from "./parts.js";
import { Payload } from "./payload.js";
import { executionHref } from "./route.js";
import { ForkForm } from "./starting.js";
import { useLoaded } from "./store.js";
import { kindName, operationName, shownStatus } from "./words.js";

export const Stack = ({ error }) =>
  error.stack_trace?.length ? html`<details class="stack"><summary>Stack trace</summary><pre tabindex="0">${error.stack_trace.join("\n")}</pre></details>` : null;

const Fact = ({ name, children }) => html`<dt>${name}</dt><dd>${children}</dd>`;

export function ExecutionPanel({ source, execution, version }) {
  const related = useLoaded(source.related, [source.arn, version]);
  const { input, result, error } = execution;
  return html`
    ${input && html`<${Payload} title="Input" size=${input.bytes} load=${() => source.payload("input")} name="input" />`}
    ${result && html`<${Payload} title="Result" size=${result.bytes} load=${() => source.payload("result")} name="result" />`}
    ${error?.data && html`<${Payload} title="Error" size=${error.data.length} load=${() => source.payload("error")} name="error" />`}
    ${related.value && html`<${Related} related=${related.value} />`}
    <section aria-label="Facts"><h3>Facts</h3><dl class="fact-list">
      <${Fact} name="ARN"><code class="arn">${execution.arn}</code> <${Copy} text=${execution.arn} /><//>
      <${Fact} name="Code">version ${execution.version}<//>
      <${Fact} name="Started"><${Moment} at=${execution.started_at} /><//>
      ${execution.ended_at !== null && html`<${Fact} name="Ended"><${Moment} at=${execution.ended_at} /><//>`}
      ${execution.timeout_at && html`<${Fact} name="Time limit"><${Moment} at=${execution.timeout_at} /><//>`}
      ${execution.expires_at && html`<${Fact} name="Kept until"><${Moment} at=${execution.expires_at} /><//>`}
      ${execution.tenant_id && html`<${Fact} name="Tenant">${execution.tenant_id}<//>`}
      ${execution.trace_header && html`<${Fact} name="Trace"><code class="arn">${execution.trace_header}</code><//>`}
    </dl></section>`;
}

function Related({ related }) {
  const groups = [
    ["Called by", related.parent ? [related.parent] : []],
    ["Calls", related.children],
    ["Made from", related.source ? [related.source] : []],
    ["Forks and reruns", related.forks],
  ].filter(([, lines]) => lines.length > 0);
  if (groups.length === 0) return null;
  return html`<section aria-label="Related executions"><h3>Related</h3>${groups.map(([title, lines]) => html`<h4>${title}</h4>
    <ul class="related">${lines.map((line) => html`<li><a href=${executionHref(line.arn)}>${line.name}</a> <span class="faint">${line.function}</span> <${Status} status=${shownStatus(line)} /></li>`)}</ul>`)}</section>`;
}

export function OperationPanel({ source, id, execution, version, logNews, onClose, onSelect }) {
  const { value: operation, error } = useLoaded(() => source.operation(id), [source.arn, id, version]);
  if (!operation) return error ? html`<${Problem} error=${error} /><button type="button" onClick=${onClose}>Close</button>` : html`<p class="faint">Loading…</p>`;
  const load = (part) => () => source.payload(part, id);
  const canFork = execution.actions.includes("fork");
  return html`
    <div class="panel-head"><div><p class="crumbs">${operation.path.map((one) => html`<button type="button" class="operation-link" onClick=${() => onSelect(one.id)}>${one.name ?? one.sub_type ?? "context"}</button> / `)}${kindName(operation)}</p>
      <h2>${operationName(operation)}</h2></div>
      <button type="button" class="quiet-button" onClick=${onClose} aria-label="Close the operation">✕</button></div>
    <p class="facts"><${Status} status=${operation.status} /><span>started <${Moment} at=${operation.started_at} /></span><span>${operation.ended_at === null ? "for" : "took"} <${Took} from=${operation.started_at} to=${operation.ended_at} /></span></p>
    <div class="actions">
      <${OperationButtons} execution=${execution} operation=${operation} />
      ${canFork && html`<button type="button" onClick=${() => show(html`<${ForkForm} execution=${execution} operation=${operation} />`)}>Fork from here…</button>`}
    </div>
    ${operation.invoke && html`<p>Calls ${operation.invoke.arn ? html`<a href=${executionHref(operation.invoke.arn)}>${operation.invoke.function}</a>` : operation.invoke.function}</p>`}
    ${operation.wait && html`<p>A wait of ${duration(operation.wait.seconds * 1000)}, until <${Moment} at=${operation.wait.ends_at} /></p>`}
    ${operation.error && html`<div class="failure"><strong>${operation.error.type ?? "Error"}</strong> ${operation.error.message}<${Stack} error=${operation.error} /></div>`}
    ${operation.attempts.length > 1 && html`<${Attempts} attempts=${operation.attempts} />`}
    ${operation.callback && html`<${Callback} callback=${operation.callback} />`}
    ${operation.input_bytes > 0 && html`<${Payload} title="Input" size=${operation.input_bytes} load=${load("input")} name="input" />`}
    ${operation.result_bytes > 0 && html`<${Payload} title="Result" size=${operation.result_bytes} load=${load("result")} name="result" />`}
    <${OperationLogs} source=${source} id=${id} news=${logNews} />
    <p class="faint">Operation <code class="arn">${operation.id}</code>, number ${operation.number}${operation.is_copied && ", copied from the execution that this is a fork of"}</p>`;
}

function OperationButtons({ execution, operation }) {
  if (operation.ended_at !== null || execution.actions.length === 0) return null;
  if (operation.kind === "CALLBACK" && operation.callback.id) return html`<${CallbackButtons} id=${operation.callback.id} name=${operation.name} />`;
  const wait = { kind: operation.kind, operation_id: operation.id };
  const isAsleep = operation.kind === "WAIT" || (operation.kind === "STEP" && operation.until !== null);
  return isAsleep ? html`<${WaitButtons} execution=${execution} wait=${wait} />` : null;
}

const Attempts = ({ attempts }) => html`<section aria-label="Attempts"><h3>Attempts</h3><ol class="attempts">${attempts.map((attempt) => html`<li value=${attempt.number}>
  <${Status} status=${attempt.status} /> <span class="faint"><${Moment} at=${attempt.started_at} />${attempt.ended_at !== null && attempt.started_at !== null && ` · ${duration(attempt.ended_at - attempt.started_at)}`}</span>
  ${attempt.error && html`<div class="error-line">${attempt.error.type}${attempt.error.message ? `: ${attempt.error.message}` : ""}</div>`}</li>`)}</ol></section>`;

const Callback = ({ callback }) => html`<section aria-label="Callback"><h3>Callback</h3><dl class="fact-list">
  <${Fact} name="Id"><code class="arn">${callback.id}</code> <${Copy} text=${callback.id} /><//>
  ${callback.timeout_seconds > 0 && html`<${Fact} name="Time limit">${duration(callback.timeout_seconds * 1000)}<//>`}
  ${callback.heartbeat_timeout_seconds > 0 && html`<${Fact} name="Heartbeat">every ${duration(callback.heartbeat_timeout_seconds * 1000)}<//>`}
  ${callback.expires_at && html`<${Fact} name="Until"><${Moment} at=${callback.expires_at} /><//>`}
</dl></section>`;

function OperationLogs({ source, id, news }) {
  const { logs } = useLogs(source, id, news);
  if (logs.length === 0) return null;
  return html`<section aria-label="Logs of the operation"><h3>Logs</h3><${LogLines} logs=${logs} /></section>`;
}
