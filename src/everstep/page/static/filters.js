// What the list is narrowed to. All of it stands in the address.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { get } from "./api.js";
import { Glyph } from "./parts.js";
import { moment, number } from "./format.js";
import { adjust } from "./route.js";
import { settings } from "./settings.js";
import { useLoaded, useStore } from "./store.js";
import { statusName, STATUSES } from "./words.js";

const NAMES = ["status", "function", "name", "error", "attribute", "since", "from", "to", "parent", "source"];
export const isFiltered = (params) => NAMES.some((name) => params[name]);

const SPANS = [["", "Any time"], ["15m", "Last 15 min"], ["1h", "Last hour"], ["24h", "Last 24 h"], ["7d", "Last 7 days"]];
const ALWAYS = ["RUNNING", "SUCCEEDED", "FAILED"];

export function Filters({ params, counts }) {
  const functions = useLoaded(() => get("functions"), []);
  const { zone } = useStore(settings);
  const names = (functions.value?.functions ?? []).map((one) => one.name);
  const chosen = params.status ? params.status.split(",") : [];
  const toggle = (status) => {
    const next = chosen.includes(status) ? chosen.filter((one) => one !== status) : [...chosen, status];
    adjust({ status: next.join(",") });
  };
  const shown = STATUSES.filter((status) => ALWAYS.includes(status) || counts?.[status] || chosen.includes(status));
  return html`<div class="filters" role="search">
    <div class="chips" role="group" aria-label="Status">
      ${shown.map((status) => html`<button type="button" class="chip" aria-pressed=${chosen.includes(status)} onClick=${() => toggle(status)}>
        <${Glyph} status=${status} />${statusName(status)} <b>${counts ? number(counts[status] ?? 0) : ""}</b></button>`)}
    </div>
    <div class="fields">
      <${Typed} id="search" label="Name contains" name="name" params=${params} hint="/" />
      <label><span class="unseen">Function</span><select value=${params.function ?? ""} onChange=${(event) => adjust({ function: event.target.value })}>
        <option value="">Every function</option>
        ${[...new Set([...names, ...(params.function ? [params.function] : [])])].map((name) => html`<option value=${name} selected=${name === params.function}>${name}</option>`)}
      </select></label>
      <label><span class="unseen">Started</span><select value=${params.from ? "chosen" : params.since ?? ""} onChange=${(event) => adjust({ since: event.target.value, from: null, to: null })}>
        ${SPANS.map(([value, name]) => html`<option value=${value}>${name}</option>`)}
        ${params.from && html`<option value="chosen">${moment(Number(params.from), zone)} – ${params.to ? moment(Number(params.to), zone) : "now"}</option>`}
      </select></label>
      <${Typed} label="Attribute" name="attribute" params=${params} example="customer=ada" />
      <${Typed} label="Error contains" name="error" params=${params} />
      ${["parent", "source"].map((name) => params[name] && html`<button type="button" class="chip" onClick=${() => adjust({ [name]: null })}>${name === "parent" ? "Called by one execution" : "Made from one execution"} ✕</button>`)}
      ${isFiltered(params) && html`<button type="button" class="quiet-button" onClick=${() => adjust(Object.fromEntries(NAMES.map((name) => [name, null])))}>Clear</button>`}
    </div>
  </div>`;
}

// Searches while one types, but not at every key.
function Typed({ id, label, name, params, hint, example }) {
  const [text, setText] = useState(params[name] ?? "");
  useEffect(() => setText(params[name] ?? ""), [params[name]]);
  useEffect(() => {
    if (text === (params[name] ?? "")) return undefined;
    const planned = setTimeout(() => adjust({ [name]: text }), 250);
    return () => clearTimeout(planned);
  }, [text]);
  return html`<label class="typed"><span class="unseen">${label}</span>
    <input id=${id} type="search" autocomplete="off" spellcheck=${false} placeholder=${example ? `${label}: ${example}` : label} value=${text} onInput=${(event) => setText(event.target.value)} />
    ${hint && !text && html`<kbd aria-hidden="true">${hint}</kbd>`}</label>`;
}
