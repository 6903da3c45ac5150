// Functions: which there are, from where, and how they fare.
import { html, useEffect } from "./vendor/preact-htm.js";
import { get } from "./api.js";
import { show } from "./dialogs.js";
import { duration, number, plural } from "./format.js";
import { listen } from "./live.js";
import { Empty, Glyph, Moment, Problem, Status } from "./parts.js";
import { executionHref, href } from "./route.js";
import { StartForm } from "./starting.js";
import { paced, useLoaded } from "./store.js";
import { statusName, STATUSES } from "./words.js";

export function Functions({ isReadOnly }) {
  const { value, error, again } = useLoaded(() => get("functions"), []);
  useEffect(() => {
    document.title = "Functions · everstep";
    const refresh = paced(again, 1500);
    const forget = listen((kind) => kind !== "log" && refresh());
    const timer = setInterval(() => document.hidden || refresh(), 5000); // workers change without an execution
    return () => {
      refresh.stop();
      forget();
      clearInterval(timer);
    };
  }, []);
  const functions = value?.functions ?? [];
  return html`<section class="functions" aria-labelledby="title"><div class="title-line"><h1 id="title">Functions</h1><span class="faint">${value && plural(functions.length, "function")}</span></div>
    ${error && html`<${Problem} error=${error} />`}
    ${value && functions.length === 0 && html`<${Empty} title="No function is known yet"><p>A service whose functions run somewhere else learns of them when they are called.</p><//>`}
    <ul class="cards">${functions.map((one) => html`<li key=${one.name}><${Card} of=${one} isReadOnly=${isReadOnly} /></li>`)}</ul>
  </section>`;
}

function Card({ of: one, isReadOnly }) {
  const { workers, recent } = one;
  return html`<article class="card" aria-label=${one.name}>
    <div class="title-line"><h2><a href=${href("executions", null, { function: one.name })}>${one.name}</a></h2>
      ${!one.is_known && html`<span class="tag">not known any more</span>`}${one.is_durable === false && html`<span class="tag">plain</span>`}
      <span class="space"></span>${!isReadOnly && one.is_known && html`<button type="button" onClick=${() => show(html`<${StartForm} preset=${one.name} />`)}>Start…</button>`}</div>
    <p class="facts">${one.app && html`<span>from <code>${one.app}</code></span>`}${one.timeout_seconds && html`<span>${duration(one.timeout_seconds * 1000)} an invocation</span>`}
      ${one.execution_timeout_seconds && html`<span>${duration(one.execution_timeout_seconds * 1000)} an execution</span>`}${one.retention_days && html`<span>kept ${plural(one.retention_days, "day")}</span>`}</p>
    ${workers && html`<p class="facts workers"><span><${Glyph} status=${workers.problem ? "FAILED" : "SUCCEEDED"} /> workers: ${workers.busy} busy, ${workers.idle} idle, ${workers.max} at most</span>
      <span>code ${workers.generation > 1 ? html`reloaded ${plural(workers.generation - 1, "time")}${workers.reloaded_at && html`, last <${Moment} at=${workers.reloaded_at} />`}` : "as it was at the start"}</span></p>`}
    ${workers?.problem && html`<p class="problem"><${Glyph} status="FAILED" /><span>The newest code is not in use: ${workers.problem}</span></p>`}
    <p class="tallies">${STATUSES.filter((status) => one.by_status[status]).map((status) => html`<a href=${href("executions", null, { function: one.name, status })}><${Glyph} status=${status} /><b>${number(one.by_status[status])}</b> ${statusName(status).toLowerCase()}</a>`)}
      ${Object.keys(one.by_status).length === 0 && html`<span class="faint">never started</span>`}</p>
    ${recent.count > 0 && html`<p class="facts"><span>last ${recent.count}: half took under ${duration(recent.median_ms)}, 95 % under ${duration(recent.p95_ms)}</span><span>${plural(recent.failed, "failure")}</span>${one.last_started_at && html`<span>last started <${Moment} at=${one.last_started_at} /></span>`}</p>`}
    ${one.failures.length > 0 && html`<details><summary>Recent failures</summary><ul class="related">${one.failures.map((line) => html`<li><a href=${executionHref(line.arn)}>${line.name}</a> <${Status} status=${line.status} /> <span class="error-line">${line.error?.type}${line.error?.message ? `: ${line.error.message}` : ""}</span></li>`)}</ul></details>`}
  </article>`;
}
