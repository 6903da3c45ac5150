// Acts on many executions at once, with their progress.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { get, post, remove } from "./api.js";
import { close, Form, say, show } from "./dialogs.js";
import { number, plural } from "./format.js";
import { searchOf } from "./listing.js";

const ACTS = { stop: "Stop", pause: "Pause", resume: "Resume", delete: "Delete" };
const WARNINGS = {
  stop: "They end at once and cannot go on.",
  pause: "They go on when somebody resumes them.",
  resume: "",
  delete: "Their histories are gone for good. Only closed executions can be deleted.",
};

export function BulkBar({ arns, params, total, onDone, again }) {
  const [isEvery, setEvery] = useState(false);
  const count = isEvery ? total : arns.length;
  const body = (action) => (isEvery ? { action, filter: filterOf(params) } : { action, arns });
  const begin = (action) => show(html`<${Act} action=${action} count=${count} body=${body(action)} onDone=${() => { onDone(); again(); }} />`);
  return html`<div class="bulk-bar" role="region" aria-label="Act on what is selected">
    <b>${plural(count, "execution")}</b>
    ${total > arns.length && html`<label><input type="checkbox" checked=${isEvery} onChange=${() => setEvery(!isEvery)} /> all ${number(total)} that fit the filters</label>`}
    <span class="space"></span>
    ${Object.entries(ACTS).map(([action, name]) => html`<button type="button" class=${action === "delete" ? "danger" : ""} onClick=${() => begin(action)}>${name}</button>`)}
    <button type="button" class="quiet-button" onClick=${onDone}>Cancel</button>
  </div>`;
}

// The list's filters as the members of a request.
function filterOf(params) {
  const search = searchOf(params);
  const found = {};
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === "") continue;
    if (name === "status") found.status = value.split(",");
    else if (name === "attribute") found.attribute = [value];
    else found[name] = name.startsWith("started_") ? Number(value) : value;
  }
  return found;
}

function Act({ action, count, body, onDone }) {
  const [progress, setProgress] = useState(null);
  const act = async () => setProgress(await post("bulk", body));
  useEffect(() => {
    if (progress === null || progress.is_over) return undefined;
    const planned = setTimeout(async () => setProgress(await get(`bulk/${progress.id}`)), 250);
    return () => clearTimeout(planned);
  }, [progress]);
  useEffect(() => {
    if (!progress?.is_over) return;
    onDone();
    if (progress.refused === 0) {
      say(`${ACTS[action]}: ${plural(progress.done, "execution")} done`);
      close();
    }
  }, [progress?.is_over]);
  if (progress === null) {
    return html`<${Form} title=${`${ACTS[action]} ${plural(count, "execution")}?`} action=${ACTS[action]} act=${act} isDangerous=${["stop", "delete"].includes(action)}><p>${WARNINGS[action]}</p><//>`;
  }
  return html`<${Form} title=${`${ACTS[action]}: ${number(progress.done + progress.refused)} of ${number(progress.total)}`}>
    <progress max=${progress.total} value=${progress.done + progress.refused} aria-label="Progress"></progress>
    ${!progress.is_over && html`<button type="button" onClick=${async () => setProgress(await remove(`bulk/${progress.id}`))}>Break off</button>`}
    ${progress.refused > 0 && html`<p>${plural(progress.refused, "execution was", "executions were")} left as they are:</p>
      <ul class="refused">${progress.errors.slice(0, 20).map((error) => html`<li>${error.message}</li>`)}</ul>`}
  <//>`;
}
