// What the function logged, and how it was invoked.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { clock, duration } from "./format.js";
import { Moment, Problem, Status } from "./parts.js";
import { settings } from "./settings.js";
import { serverNow, useStore } from "./store.js";

// All lines so far; `news` says that there are more.
export function useLogs(source, operation, news) {
  const [state, setState] = useState({ logs: [], dropped: 0, error: null, isLoading: true });
  const cursor = useRef(null);
  const isBusy = useRef(false);
  useEffect(() => {
    if (isBusy.current) return;
    isBusy.current = true;
    const load = async () => {
      try {
        for (;;) {
          const page = await source.logs(cursor.current, operation);
          cursor.current = page.next;
          setState((old) => ({ logs: [...old.logs, ...page.logs], dropped: page.dropped, error: null, isLoading: false }));
          if (page.logs.length < 1000) break;
        }
      } catch (error) {
        setState((old) => ({ ...old, error, isLoading: false }));
      }
      isBusy.current = false;
    };
    load();
  }, [source.arn, operation, news]);
  return state;
}

export function Logs({ source, news, onSelect }) {
  const { logs, dropped, error, isLoading } = useLogs(source, null, news);
  const [wanted, setWanted] = useState("");
  const [level, setLevel] = useState("");
  const levels = [...new Set(logs.map((line) => line.level).filter(Boolean))];
  const low = wanted.toLowerCase();
  const shown = logs.filter((line) => (!level || line.level === level) && (!low || line.message.toLowerCase().includes(low)));
  return html`<div class="log-view">
    <div class="fields"><label><span class="unseen">Lines that contain</span><input type="search" placeholder="Contains" value=${wanted} onInput=${(event) => setWanted(event.target.value)} /></label>
      <label><span class="unseen">Level</span><select value=${level} onChange=${(event) => setLevel(event.target.value)}><option value="">Every level</option>${levels.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
      ${dropped > 0 && html`<span class="faint">${dropped} older lines are gone</span>`}</div>
    ${error && html`<${Problem} error=${error} />`}
    ${shown.length === 0 && !isLoading && html`<p class="faint">${logs.length ? "No line fits." : "Nothing was logged."}</p>`}
    <${LogLines} logs=${shown} onSelect=${onSelect} />
  </div>`;
}

export function LogLines({ logs, onSelect }) {
  const { zone } = useStore(settings);
  if (logs.length === 0) return null;
  return html`<ol class="logs">${logs.map((line) => html`<li key=${line.number} class=${`log ${(line.level ?? "plain").toLowerCase()}`}>
    <time>${clock(line.at, zone)}</time><span class="level">${line.level ?? line.stream}</span>
    <span class="message">${line.message}${line.fields && html` <span class="faint">${Object.entries(line.fields).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ")}</span>`}</span>
    ${onSelect && line.operation_id && html`<button type="button" class="operation-link" onClick=${() => onSelect(line.operation_id)}>${line.operation_name ?? "operation"}${line.attempt > 1 ? ` · attempt ${line.attempt}` : ""}</button>`}</li>`)}</ol>`;
}

export function Invocations({ invocations }) {
  if (invocations.length === 0) return html`<p class="faint">The function was not called yet.</p>`;
  return html`<div class="table-box" tabindex="0" role="region" aria-label="Invocations"><table><thead><tr><th scope="col">#</th><th scope="col">Status</th><th scope="col">Started</th><th scope="col">Took</th><th scope="col">Version</th><th scope="col">Request</th><th scope="col">Error</th></tr></thead>
    <tbody>${invocations.slice(-1000).map((one) => html`<tr key=${one.number}><td class="number">${one.number}</td><td><${Status} status=${one.status} /></td>
      <td class="number"><${Moment} at=${one.started_at} /></td><td class="number">${one.started_at !== null && duration((one.ended_at ?? serverNow()) - one.started_at)}</td>
      <td>${one.version}</td><td><code>${one.request_id}</code></td><td>${one.error && html`<span class="error-line">${one.error.type}: ${one.error.message}</span>`}</td></tr>`)}</tbody></table></div>`;
}
