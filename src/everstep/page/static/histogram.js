// How many executions were started when, in the colours of what became of them. Drag over it to choose a time.
import { html, useRef, useState } from "./vendor/preact-htm.js";
import { moment, number } from "./format.js";
import { settings } from "./settings.js";
import { useStore } from "./store.js";
import { statusName, STATUSES, toneOf } from "./words.js";

const ORDER = ["SUCCEEDED", "RUNNING", "PAUSING", "PAUSED", "STOPPED", "DELETING", "TIMED_OUT", "FAILED"];

export function Histogram({ data, onChoose }) {
  const { zone } = useStore(settings);
  const place = useRef(null);
  const [drag, setDrag] = useState(null);
  const count = Math.max(1, Math.ceil((data.to - data.from) / data.bucket_ms));
  const most = Math.max(1, ...data.buckets.map((bucket) => bucket.total));
  if (data.buckets.length === 0) return null;
  const where = (event) => {
    const box = place.current.getBoundingClientRect();
    return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const end = () => {
    if (!drag) return;
    const [low, high] = [Math.min(...drag), Math.max(...drag)];
    setDrag(null);
    onChoose(data.from + low * data.bucket_ms - 1, data.from + (high + 1) * data.bucket_ms);
  };
  const bars = data.buckets.map((bucket) => {
    let y = 100;
    const x = ((bucket.at - data.from) / data.bucket_ms) * 10;
    return html`<g><title>${moment(bucket.at, zone)}: ${STATUSES.filter((s) => bucket.by_status[s]).map((s) => `${number(bucket.by_status[s])} ${statusName(s).toLowerCase()}`).join(", ")}</title>
      <rect class="ground" x=${x} y="0" width="10" height="100" />
      ${ORDER.filter((status) => bucket.by_status[status]).map((status) => {
        const height = Math.max(2, (bucket.by_status[status] / most) * 96);
        y -= height;
        return html`<rect class=${`bar ${toneOf(status)}`} x=${x + 1} y=${y} width="8" height=${height} />`;
      })}</g>`;
  });
  return html`<figure class="histogram" aria-label="Executions by the time they were started">
    <svg ref=${place} viewBox=${`0 0 ${count * 10} 100`} preserveAspectRatio="none" aria-hidden="true"
      onPointerDown=${(event) => { event.currentTarget.setPointerCapture(event.pointerId); setDrag([where(event), where(event)]); }}
      onPointerMove=${(event) => drag && setDrag([drag[0], where(event)])} onPointerUp=${end} onPointerCancel=${() => setDrag(null)}>
      ${drag && html`<rect class="chosen" x=${Math.min(...drag) * 10} y="0" width=${(Math.abs(drag[1] - drag[0]) + 1) * 10} height="100" />`}
      ${bars}
    </svg>
    <figcaption><span>${moment(data.from, zone)}</span><span>most at once ${number(most)}</span><span>${moment(data.to, zone)}</span></figcaption>
  </figure>`;
}
