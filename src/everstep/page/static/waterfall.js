// What happened when: a row for each operation, a bar on an axis that all of them share.
import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact-htm.js";
import { duration, number, plural } from "./format.js";
import { useKeys } from "./keys.js";
import { Glyph, Problem, reveal, Rows, useNarrow } from "./parts.js";
import { change, settings } from "./settings.js";
import { serverNow, useNow, useStore } from "./store.js";
import { makeScale } from "./timeline.js";
import { useTree } from "./tree.js";
import { kindName, operationName, statusName, toneOf } from "./words.js";

export function Waterfall({ source, execution, invocations, version, selected, onSelect }) {
  const tree = useTree(source, execution.counts.total, version);
  const { compress } = useStore(settings);
  const isOpen = execution.ended_at === null;
  const now = useNow(isOpen);
  const place = useRef(null);
  const isNarrow = useNarrow();
  const height = isNarrow ? 46 : 30;
  const rows = tree.rows ?? [];
  const scale = useMemo(() => scaleOf(execution, rows, invocations, compress, isNarrow), [execution, tree.rows, invocations, compress, isNarrow, isOpen && now]);
  const at = rows.findIndex((row) => row.operation?.id === selected);

  const move = (by) => {
    const to = Math.max(0, Math.min(rows.length - 1, at + by));
    if (rows[to]?.operation) onSelect(rows[to].operation.id);
    reveal(place.current, to, height);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ArrowRight: () => rows[at]?.operation && tree.toggle(rows[at].operation, true),
    ArrowLeft: () => rows[at]?.operation && tree.toggle(rows[at].operation, false),
    Enter: () => rows[at]?.operation && tree.toggle(rows[at].operation),
  });
  if (tree.error && !tree.rows) return html`<${Problem} error=${tree.error} />`;
  if (tree.rows === null) return html`<p class="faint">Loading…</p>`;
  const row = (index) => {
    const { operation, depth, more } = rows[index];
    return more
      ? html`<${More} key=${`more ${more.parent}`} depth=${depth} height=${height} onSeen=${() => tree.load(more.parent, more.cursor)} cursor=${more.cursor} />`
      : html`<${Row} key=${operation.id} operation=${operation} depth=${depth} scale=${scale} height=${height} now=${operation.ended_at === null ? now : 0}
          isOpen=${tree.isOpen(operation)} isSelected=${operation.id === selected} onSelect=${onSelect} onToggle=${tree.toggle} />`;
  };
  return html`<div class="waterfall" role="treegrid" aria-label="Operations" aria-rowcount=${rows.length} ref=${place}>
    <div role="rowgroup" class="axis-row"><div role="row" class="operation">
      <span role="columnheader" class="operation-name">${plural(execution.counts.total, "operation")}
        <label class="toggle" title="Show the time between as it was"><input type="checkbox" checked=${compress} onChange=${() => change({ compress: !compress })} /> shorten gaps</label></span>
      <span role="columnheader" class="operation-bar"><${Axis} scale=${scale} /></span>
    </div>
    ${invocations.length > 0 && html`<div role="row" class="operation invocation-row"><span role="gridcell" class="operation-name faint">invocations</span>
      <span role="gridcell" class="operation-bar"><${Invocations} invocations=${invocations} scale=${scale} /></span></div>`}</div>
    <${Rows} count=${rows.length} height=${height} row=${row} />
    ${rows.length === 0 && html`<div role="rowgroup"><div role="row"><p role="gridcell" class="faint">No operation yet.</p></div></div>`}
  </div>`;
}

function scaleOf(execution, rows, invocations, isCompressed, isNarrow) {
  const now = serverNow();
  const to = Math.max(execution.ended_at ?? now, execution.started_at + 1);
  const starts = rows.flatMap(({ operation }) => (operation ? [operation.started_at] : []));
  const from = Math.min(execution.began_at ?? execution.started_at, execution.started_at, ...starts.slice(0, 50));
  const busy = [[from, from], [execution.started_at, execution.started_at]];
  for (const one of invocations) if (one.started_at !== null) busy.push([one.started_at, one.ended_at ?? now]);
  for (const { operation } of rows) {
    if (!operation) continue;
    busy.push([operation.started_at, operation.started_at]);
    if (operation.ended_at !== null) busy.push([operation.ended_at, operation.ended_at]);
    for (const { started_at, ended_at } of operation.attempts) if (started_at !== null) busy.push([started_at, ended_at ?? (operation.status === "STARTED" ? now : started_at)]);
  }
  return makeScale({ from, to, busy, isCompressed, room: isNarrow ? 0.2 : 0.12 });
}

const Axis = ({ scale }) => html`<span class="axis">
  ${scale.segments.filter((segment) => segment.isGap).map((gap) => html`<span class="axis-gap" style=${{ left: percent(gap.x0), width: percent(gap.x1 - gap.x0) }} title=${`${duration(gap.to - gap.from)} without anything happening, shortened`}>${gap.x1 - gap.x0 > 0.07 ? duration(gap.to - gap.from) : ""}</span>`)}
  ${scale.ticks.map((tick) => html`<span class="tick" style=${{ left: percent(tick.x) }}>${tick.label}</span>`)}
</span>`;

const Invocations = ({ invocations, scale }) => html`<svg aria-hidden="true">
  <${Gaps} scale=${scale} />
  ${invocations.slice(-400).filter((one) => one.started_at !== null).map((one) => html`<${Bar} from=${scale.at(one.started_at)} to=${scale.at(one.ended_at ?? serverNow())} kind=${`invocation ${one.status === "FAILED" ? "bad" : ""}`} y="10" height="8" />`)}
</svg>`;

export const percent = (part) => `${(part * 100).toFixed(3)}%`;

const Gaps = ({ scale }) =>
  scale.segments.filter((one) => one.isGap).slice(0, 40).map((gap) => html`<rect class="gap" x=${percent(gap.x0)} width=${percent(gap.x1 - gap.x0)} y="0" height="100%" />`);

const Bar = ({ from, to, kind, y = "9", height = "12" }) =>
  html`<rect class=${`bar ${kind}`} x=${percent(Math.min(from, 0.997))} width=${percent(Math.max(0.003, to - from))} y=${y} height=${height} rx="2" />`;

function Row({ operation, depth, scale, height, now, isOpen, isSelected, onSelect, onToggle }) {
  const { inside } = operation;
  const canOpen = inside !== null && inside.children > 0;
  const end = operation.ended_at ?? now;
  const x = scale.at(end);
  const label = html`<span class=${x > 0.8 ? "took left" : "took"} style=${x > 0.8 ? { right: percent(1 - scale.at(operation.started_at)) } : { left: percent(x) }}>${duration(end - operation.started_at)}${retries(operation)}</span>`;
  return html`<div role="row" class=${`operation${isSelected ? " selected" : ""}`} style=${{ height: `${height}px` }} aria-level=${depth + 1} aria-expanded=${canOpen ? isOpen : undefined} aria-selected=${isSelected} onClick=${() => onSelect(operation.id)}>
    <span role="gridcell" class="operation-name" style=${{ paddingLeft: `${Math.min(depth, 10) * 14}px` }}>
      ${canOpen
        ? html`<button type="button" class="fold" aria-label=${`${isOpen ? "Close" : "Open"} ${operationName(operation)}`} onClick=${(event) => { event.stopPropagation(); onToggle(operation); }}><span class="twist" data-open=${isOpen} aria-hidden="true">▸</span></button>`
        : html`<span class="no-fold"></span>`}
      <${Glyph} status=${operation.status} /><span class="unseen">${statusName(operation.status)}</span>
      <button type="button" class="operation-link" title=${operationName(operation)} onClick=${(event) => { event.stopPropagation(); onSelect(operation.id); }}>${operationName(operation)}</button>
      <span class="kind">${kindName(operation)}${canOpen ? ` · ${number(inside.children)}` : ""}${operation.is_copied ? " · copied" : ""}</span>
    </span>
    <span role="gridcell" class="operation-bar"><svg aria-hidden="true"><${Gaps} scale=${scale} />${bars(operation, scale, end, isOpen)}</svg>${label}</span>
  </div>`;
}

const retries = ({ attempts }) => (attempts.length > 1 ? ` · ${attempts.at(-1).number} attempts` : "");

function bars(operation, scale, end, isOpen) {
  const from = scale.at(operation.started_at);
  const to = scale.at(end);
  if (operation.kind === "STEP" && operation.attempts.length > 0) return attempts(operation, scale, end);
  if (operation.kind === "CONTEXT") {
    return isOpen || !operation.inside || operation.inside.total < 2
      ? html`<${Bar} from=${from} to=${to} kind=${`context ${toneOf(operation.status)}`} y="13" height="4" />`
      : shares(operation, from, to);
  }
  const isWait = operation.kind === "WAIT" || operation.kind === "CALLBACK";
  return html`<${Bar} from=${from} to=${to} kind=${`${isWait ? "waiting " : ""}${toneOf(operation.status)}`} />`;
}

function attempts(operation, scale, end) {
  return operation.attempts.map((attempt, index) => {
    const last = index === operation.attempts.length - 1;
    const stop = attempt.ended_at ?? (last ? end : attempt.started_at);
    const began = attempt.started_at ?? stop;
    const next = operation.attempts[index + 1]?.started_at ?? (attempt.retry_at !== null ? end : null);
    return html`${next !== null && next > stop && html`<line class="backoff" x1=${percent(scale.at(stop))} x2=${percent(scale.at(next))} y1="15" y2="15" />`}
      <${Bar} from=${scale.at(began)} to=${scale.at(stop)} kind=${toneOf(attempt.status)} />`;
  });
}

// What a closed context holds, as shares of its bar: ten thousand operations are one row.
function shares(operation, from, to) {
  const { total, by_status } = operation.inside;
  let x = from;
  return Object.entries(by_status).map(([status, count]) => {
    const wide = ((to - from) * count) / total;
    x += wide;
    return html`<${Bar} from=${x - wide} to=${x} kind=${toneOf(status)} y="11" height="8" />`;
  });
}

function More({ depth, height, onSeen, cursor }) {
  const [isAsked, setAsked] = useState(null);
  useEffect(() => {
    if (isAsked === cursor) return;
    setAsked(cursor);
    onSeen();
  }, [cursor]);
  return html`<div role="row" class="operation" style=${{ height: `${height}px` }}><span role="gridcell" class="operation-name faint" style=${{ paddingLeft: `${depth * 14 + 18}px` }}>loading more…</span></div>`;
}
