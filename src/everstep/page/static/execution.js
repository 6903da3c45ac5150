// One execution: what it is doing, why it waits, and what can be done about it.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { ActionButtons, WaitButtons } from "./actions.js";
import { plural } from "./format.js";
import { History } from "./history.js";
import { useKeys } from "./keys.js";
import { listen } from "./live.js";
import { Invocations, Logs } from "./logs.js";
import { OperationPanel, ExecutionPanel, Stack } from "./panels.js";
import { Moment, Problem, Status, Took, Waits } from "./parts.js";
import { adjust, go, href, route } from "./route.js";
import { paced, useLoaded, useStore } from "./store.js";
import { Waterfall } from "./waterfall.js";
import { shownStatus } from "./words.js";

const TABS = [["timeline", "Timeline"], ["history", "History"], ["logs", "Logs"], ["invocations", "Invocations"]];

export function Execution({ source }) {
  const { params } = useStore(route);
  const [version, setVersion] = useState(0);
  const execution = useLoaded(source.execution, [source.arn, version]);
  const invocations = useLoaded(source.invocations, [source.arn, version]);
  const [logNews, setLogNews] = useState(0);
  useEffect(() => {
    const refresh = paced(() => setVersion((old) => old + 1), 300);
    const forget = listen((kind, data) => {
      if (kind === "log" && data.arn === source.arn) setLogNews((old) => old + 1);
      if (kind === "reset" || (kind === "change" && data.arn === source.arn)) refresh();
    });
    return () => {
      refresh.stop();
      forget();
    };
  }, [source.arn]);
  const shown = execution.value;
  useEffect(() => {
    document.title = shown ? `${shown.name} · ${shown.status.toLowerCase()} · everstep` : "everstep";
  }, [shown?.name, shown?.status]);

  const tab = params.tab ?? "timeline";
  const select = (op) => adjust({ op });
  useKeys({
    ...Object.fromEntries(TABS.map(([name], index) => [String(index + 1), () => adjust({ tab: name })])),
    Escape: () => (params.op ? select(null) : go(href("executions"))),
  });
  if (!shown) return execution.error ? html`<${Gone} error=${execution.error} />` : html`<p class="faint">Loading…</p>`;
  return html`<article class="execution">
    ${execution.error && html`<${Problem} error=${execution.error} />`}
    <${Headline} execution=${shown} source=${source} />
    <div class="split">
      <div class="main-part">
        <div role="tablist" aria-label="Views of this execution" class="tabs" onKeyDown=${(event) => turn(event, tab)}>${TABS.map(([name, label]) =>
          html`<button type="button" role="tab" id=${`tab-${name}`} aria-selected=${tab === name} aria-controls="tab-panel" tabindex=${tab === name ? 0 : -1} onClick=${() => adjust({ tab: name })}>${label} <small>${countOf(name, shown)}</small></button>`)}</div>
        <div role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${tab}`}>
          ${tab === "timeline" && html`<${Waterfall} source=${source} execution=${shown} invocations=${invocations.value ?? []} version=${version} selected=${params.op ?? null} onSelect=${select} />`}
          ${tab === "history" && html`<${History} source=${source} version=${version} name=${shown.name} />`}
          ${tab === "logs" && html`<${Logs} source=${source} news=${logNews} onSelect=${select} />`}
          ${tab === "invocations" && html`<${Invocations} invocations=${invocations.value ?? []} />`}
        </div>
      </div>
      <aside class="panel" aria-label=${params.op ? "The operation" : "The execution"}>
        ${params.op
          ? html`<${OperationPanel} key=${params.op} source=${source} id=${params.op} execution=${shown} version=${version} logNews=${logNews} onClose=${() => select(null)} onSelect=${select} />`
          : html`<${ExecutionPanel} source=${source} execution=${shown} version=${version} />`}
      </aside>
    </div>
  </article>`;
}

function turn(event, tab) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  event.stopPropagation();
  const [name] = TABS[(TABS.findIndex(([one]) => one === tab) + by + TABS.length) % TABS.length];
  adjust({ tab: name });
  document.getElementById(`tab-${name}`).focus();
}

function countOf(tab, execution) {
  if (tab === "timeline") return execution.counts.total;
  if (tab === "history") return execution.events;
  return tab === "invocations" ? execution.invocations : "";
}

function Headline({ execution, source }) {
  const { waits, error, pause } = execution;
  return html`<div class="headline">
    <p class="crumbs"><a href=${href("executions")}>Executions</a> / <a href=${href("executions", null, { function: execution.function })}>${execution.function}</a>${execution.imported && " / a file that was brought along"}</p>
    <div class="title-line">
      <h1>${execution.name}</h1><${Status} status=${shownStatus(execution)} />
      <span class="space"></span>
      <${ActionButtons} execution=${execution} source=${source} />
    </div>
    <p class="facts">
      <span>started <${Moment} at=${execution.started_at} /></span>
      <span>${execution.ended_at === null ? "for" : "took"} <${Took} from=${execution.started_at} to=${execution.ended_at} /></span>
      <span>${plural(execution.invocations, "invocation")}</span>
      <span>version ${execution.version}</span>
      ${Object.entries(execution.attributes).map(([key, value]) => html`<span class="attribute">${key} ${typeof value === "string" ? value : JSON.stringify(value)}</span>`)}
    </p>
    ${waits && html`<div class="why" data-testid="why"><span>Waits for <${Waits} waits=${waits} /></span><${WaitButtons} execution=${execution} wait=${waits.first[0]} /></div>`}
    ${pause && html`<div class="why"><span>Held back since <${Moment} at=${pause.requested_at} />${pause.reason && `: ${pause.reason}`}</span></div>`}
    ${error && html`<div class="failure"><strong>${error.type ?? "Error"}</strong> ${error.message}<${Stack} error=${error} /></div>`}
  </div>`;
}

const Gone = ({ error }) => html`<div class="empty"><h1>${error.status === 404 ? "There is no such execution" : "This cannot be shown"}</h1>
  <p>${error.message}</p><a href=${href("executions")}>All executions</a></div>`;
