// Payloads, however big: what is folded does not exist, and what is searched for is unfolded.
import { html, useMemo, useState } from "./vendor/preact-htm.js";
import { bytes, number } from "./format.js";
import { Copy, download, Problem } from "./parts.js";
import { useLoaded } from "./store.js";

const SHOWN_AT_ONCE = 100;
const LOADED_BYTES_MAX = 256 * 1024;
const MATCHES_MAX = 1000;

export function parse(text) {
  try {
    return { value: JSON.parse(text), isJson: true };
  } catch {
    return { value: text, isJson: false };
  }
}

// A payload of which only the size is known: small ones are loaded at once, big ones when somebody asks.
export function Payload({ title, size, load, name }) {
  const [isWanted, setWanted] = useState(size <= LOADED_BYTES_MAX);
  const loaded = useLoaded(async () => (isWanted ? load() : null), [isWanted, size]);
  return html`<section class="payload" aria-label=${title}>
    <h3>${title} <span class="faint">${bytes(size)}</span></h3>
    ${!isWanted && html`<button type="button" onClick=${() => setWanted(true)}>Load ${bytes(size)}</button>`}
    ${loaded.error && html`<${Problem} error=${loaded.error} />`}
    ${loaded.value !== null && html`<${Viewer} text=${loaded.value} name=${name} />`}
  </section>`;
}

export function Viewer({ text, name }) {
  const { value, isJson } = useMemo(() => parse(text), [text]);
  const [wanted, setWanted] = useState("");
  const [isRaw, setRaw] = useState(false);
  const isBig = text.length > 400;
  const found = useMemo(() => (wanted ? search(value, wanted.toLowerCase()) : null), [value, wanted]);
  return html`<div class="viewer">
    <div class="viewer-tools">
      ${isBig && html`<label><span class="unseen">Search in it</span><input type="search" placeholder="Search" value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></label>
        ${found && html`<span class="faint" role="status">${number(found.count)}${found.count === MATCHES_MAX ? "+" : ""} found</span>`}`}
      <span class="space"></span>
      ${isJson && html`<button type="button" class="quiet-button" aria-pressed=${isRaw} onClick=${() => setRaw(!isRaw)}>Raw</button>`}
      <${Copy} text=${isJson && !isRaw ? () => JSON.stringify(value, null, 2) : text} />
      <button type="button" class="quiet-button" onClick=${() => download(`${name}.json`, text)}>Download</button>
    </div>
    <div class="json" tabindex="0" role="region" aria-label=${`${name}, its content`}>${isRaw || !isJson
      ? html`<pre>${text.length > 200_000 ? `${text.slice(0, 200_000)}\n… download it to see the rest` : text}</pre>`
      : html`<${Node} value=${value} path="" depth=${0} found=${found} />`}</div>
  </div>`;
}

// The paths under which the text is found, and how often.
function search(root, wanted) {
  const paths = new Set();
  let count = 0;
  const walk = (value, path, key) => {
    if (count >= MATCHES_MAX) return false;
    let isHere = key !== null && String(key).toLowerCase().includes(wanted);
    if (value !== null && typeof value === "object") {
      for (const [name, member] of Object.entries(value)) {
        if (walk(member, `${path}/${name}`, Array.isArray(value) ? null : name)) paths.add(path);
      }
      if (isHere) count += 1;
      return isHere || paths.has(path);
    }
    isHere ||= String(value).toLowerCase().includes(wanted);
    if (isHere) {
      count += 1;
      paths.add(path);
    }
    return isHere;
  };
  walk(root, "", null);
  return { paths, count, wanted };
}

function Node({ value, path, depth, found, name = null }) {
  const isNested = value !== null && typeof value === "object";
  const size = isNested ? Object.keys(value).length : 0;
  const [choice, setChoice] = useState(null);
  const [limit, setLimit] = useState(SHOWN_AT_ONCE);
  const label = name !== null && html`<span class="key"><${Marked} text=${String(name)} found=${found} /></span>: `;
  if (!isNested) return html`<div class="leaf">${label}<${Leaf} value=${value} found=${found} /></div>`;
  const isArray = Array.isArray(value);
  const [before, after] = isArray ? ["[", "]"] : ["{", "}"];
  if (size === 0) return html`<div class="leaf">${label}${before}${after}</div>`;
  const isOpen = found ? found.paths.has(path) : choice ?? (depth < 2 && size <= 50);
  const names = isOpen ? Object.keys(value).filter((key) => !found || depth === 0 || keep(found, path, key, value)) : [];
  return html`<div class="node">
    <button type="button" class="fold" aria-expanded=${isOpen} onClick=${() => setChoice(!isOpen)}><span class="twist" aria-hidden="true">▸</span>${label}${before}${!isOpen && html`<span class="faint"> ${number(size)} ${isArray ? "items" : "members"} ${after}</span>`}</button>
    ${isOpen && html`<div class="inside">
      ${names.slice(0, limit).map((key) => html`<${Node} key=${key} name=${key} value=${value[key]} path=${`${path}/${key}`} depth=${depth + 1} found=${found} />`)}
      ${names.length > limit && html`<button type="button" class="quiet-button" onClick=${() => setLimit(limit * 4)}>Show more of ${number(names.length)}</button>`}
    </div>${after}`}
  </div>`;
}

const keep = (found, path, key, value) =>
  found.paths.has(`${path}/${key}`) || (!Array.isArray(value) && key.toLowerCase().includes(found.wanted));

function Leaf({ value, found }) {
  const kind = value === null ? "null" : typeof value;
  const [isWhole, setWhole] = useState(false);
  const text = kind === "string" ? JSON.stringify(value) : String(value);
  const isLong = text.length > 1000 && !isWhole;
  return html`<span class=${`value ${kind}`}><${Marked} text=${isLong ? text.slice(0, 1000) : text} found=${found} /></span>
    ${isLong && html`<button type="button" class="quiet-button" onClick=${() => setWhole(true)}>… all ${number(text.length)} characters</button>`}`;
}

function Marked({ text, found }) {
  const at = found ? text.toLowerCase().indexOf(found.wanted) : -1;
  if (at < 0) return text;
  const end = at + found.wanted.length;
  return html`${text.slice(0, at)}<mark>${text.slice(at, end)}</mark>${text.slice(end)}`;
}
