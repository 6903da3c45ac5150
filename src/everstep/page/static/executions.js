// Executions: what there is, what each waits for, and what to do about many of them.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { BulkBar } from "./bulk.js";
import { Filters, isFiltered } from "./filters.js";
import { number, plural } from "./format.js";
import { Histogram } from "./histogram.js";
import { useKeys } from "./keys.js";
import { useListing } from "./listing.js";
import { Empty, Moment, Problem, reveal, Rows, Status, Took, useNarrow, Waits } from "./parts.js";
import { adjust, executionHref, go, route } from "./route.js";
import { useStore } from "./store.js";
import { shownStatus } from "./words.js";

export function Executions({ isReadOnly }) {
  const { params } = useStore(route);
  const list = useListing(params);
  const [selected, setSelected] = useState(new Set());
  const [at, setAt] = useState(-1);
  const place = useRef(null);
  const isNarrow = useNarrow();
  const height = isNarrow ? 76 : 38;
  const total = totalOf(list.counts, params.status);
  useEffect(() => {
    document.title = "Executions · everstep";
  }, []);
  useEffect(() => {
    setSelected(new Set());
    setAt(-1);
  }, [JSON.stringify(params)]);

  const move = (by) => {
    const to = Math.max(0, Math.min(list.rows.length - 1, at + by));
    setAt(to);
    reveal(place.current, to, height);
  };
  const toggle = (arn) =>
    setSelected((old) => {
      const next = new Set(old);
      if (!next.delete(arn)) next.add(arn);
      return next;
    });
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => list.rows[at] && go(executionHref(list.rows[at].arn)),
    x: () => list.rows[at] && !isReadOnly && toggle(list.rows[at].arn),
    "/": () => document.getElementById("search").focus(),
    Escape: () => {
      if (document.activeElement?.id === "search") document.activeElement.blur();
      setSelected(new Set());
    },
  });

  const row = (index) => {
    const line = list.rows[index];
    return html`<${Row} key=${line.arn} line=${line} index=${index} height=${height} isAt=${index === at} onToggle=${isReadOnly ? null : toggle} isSelected=${selected.has(line.arn)} />`;
  };
  return html`<section class="executions" aria-labelledby="title">
    <div class="title-line"><h1 id="title">Executions</h1>
      <span class="faint" role="status">${total !== null && plural(total, "execution")}</span></div>
    <${Filters} params=${params} counts=${list.counts} />
    ${list.histogram && html`<${Histogram} data=${list.histogram} onChoose=${(from, to) => adjust({ from, to, since: null })} />`}
    ${list.error && html`<${Problem} error=${list.error} />`}
    ${list.rows.length > 0 &&
    html`<div role="table" aria-label="Executions" aria-rowcount=${total ?? -1} class="list" ref=${place}>
      <div role="rowgroup" class="list-head"><div role="row" class="line">
        <span role="columnheader" class="check">${!isReadOnly && html`<${SelectAll} rows=${list.rows} selected=${selected} onChange=${setSelected} />`}</span>
        ${["Status", "Name", "Function", "Started", "Took", "Waits for"].map((name) => html`<span role="columnheader">${name}</span>`)}
      </div></div>
      <${Rows} count=${list.rows.length} height=${height} row=${row} onEnd=${list.more} />
    </div>`}
    ${list.rows.length === 0 && !list.isLoading && !list.error && html`<${Nothing} params=${params} />`}
    ${list.next !== null && html`<p class="faint list-end">${number(list.rows.length)} loaded${total !== null ? ` of ${number(total)}` : ""}; scroll for more</p>`}
    ${selected.size > 0 && html`<${BulkBar} arns=${[...selected]} params=${params} total=${total} onDone=${() => setSelected(new Set())} again=${list.again} />`}
  </section>`;
}

function totalOf(counts, status) {
  if (!counts) return null;
  const wanted = status ? status.split(",") : Object.keys(counts);
  return wanted.reduce((sum, one) => sum + (counts[one] ?? 0), 0);
}

function Row({ line, index, height, isAt, isSelected, onToggle }) {
  const classes = `line${isAt ? " at" : ""}${isSelected ? " selected" : ""}`;
  const open = (event) => !event.target.closest("a, input, label") && !getSelection().toString() && go(executionHref(line.arn));
  return html`<div role="row" class=${classes} aria-rowindex=${index + 2} style=${{ height: `${height}px` }} onClick=${open}>
    <span role="cell" class="check">${onToggle && html`<label><input type="checkbox" checked=${isSelected} onChange=${() => onToggle(line.arn)} /><span class="unseen">Select ${line.name}</span></label>`}</span>
    <span role="cell"><${Status} status=${shownStatus(line)} /></span>
    <span role="cell" class="name"><a href=${executionHref(line.arn)}>${line.name}</a><${Attributes} attributes=${line.attributes} /></span>
    <span role="cell" class="function">${line.function}</span>
    <span role="cell" class="number"><${Moment} at=${line.started_at} /></span>
    <span role="cell" class="number"><${Took} from=${line.started_at} to=${line.ended_at} /></span>
    <span role="cell" class="what">${line.waits ? html`<${Waits} waits=${line.waits} />` : line.error && html`<span class="error-line">${line.error.type}${line.error.message ? `: ${line.error.message}` : ""}</span>`}</span>
  </div>`;
}

const Attributes = ({ attributes }) =>
  Object.entries(attributes).slice(0, 3).map(([key, value]) => html` <span class="attribute">${key} ${typeof value === "string" ? value : JSON.stringify(value)}</span>`);

function SelectAll({ rows, selected, onChange }) {
  const isAll = rows.length > 0 && rows.every((row) => selected.has(row.arn));
  return html`<label><input type="checkbox" checked=${isAll} onChange=${() => onChange(isAll ? new Set() : new Set(rows.map((row) => row.arn)))} /><span class="unseen">Select all that are loaded</span></label>`;
}

const Nothing = ({ params }) =>
  isFiltered(params)
    ? html`<${Empty} title="Nothing fits these filters"><button type="button" onClick=${() => go("#/executions")}>Take the filters away</button><//>`
    : html`<${Empty} title="No executions yet">
        <p>Start one with the button above, or from anywhere that invokes Lambda functions:</p>
        <pre>everstep executions start FUNCTION --input '{}'</pre>
      <//>`;
