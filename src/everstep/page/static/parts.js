// The small pieces that every view is made of.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/preact-htm.js";
import { distance, duration, exactMoment, moment } from "./format.js";
import { settings } from "./settings.js";
import { serverNow, useNow, useStore } from "./store.js";
import { shapeOf, statusName, toneOf, waitName } from "./words.js";

const SHAPES = {
  dot: html`<circle cx="8" cy="8" r="4.5" fill="currentColor" />`,
  ring: html`<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" />`,
  half: html`<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" />
    <path d="M8 3a5 5 0 0 0 0 10z" fill="currentColor" />`,
  check: html`<path d="M3 8.5l3.4 3.4L13 5" fill="none" stroke="currentColor" stroke-width="2.2" />`,
  cross: html`<path d="M4 4l8 8M12 4l-8 8" fill="none" stroke="currentColor" stroke-width="2.4" />`,
  clock: html`<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8" />
    <path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.8" />`,
  pause: html`<path d="M5.5 3.5v9M10.5 3.5v9" fill="none" stroke="currentColor" stroke-width="2.6" />`,
  square: html`<rect x="4" y="4" width="8" height="8" fill="currentColor" />`,
  retry: html`<path d="M12.6 9.5A5 5 0 1 1 12 5M12.6 2.2V5.6H9.2" fill="none" stroke="currentColor" stroke-width="1.9" />`,
};

export const Glyph = ({ status }) =>
  html`<svg class=${`glyph ${toneOf(status)}`} viewBox="0 0 16 16" aria-hidden="true">${SHAPES[shapeOf(status)]}</svg>`;

export const Status = ({ status }) =>
  html`<span class=${`status ${toneOf(status)}`}><${Glyph} status=${status} />${statusName(status)}</span>`;

export function Moment({ at }) {
  const { zone } = useStore(settings);
  if (at === null || at === undefined) return null;
  return html`<time datetime=${new Date(at).toISOString()} title=${exactMoment(at, zone)}>${moment(at, zone)}</time>`;
}

// How long something takes: counted on while it is open.
export function Took({ from, to }) {
  const now = useNow(to === null);
  return html`<span class="took">${duration((to ?? now) - from)}</span>`;
}

export function Countdown({ to }) {
  const now = useNow();
  return html`<span class="countdown">${distance(to - now)}</span>`;
}

// "the callback approval until 14:05 (in 3 min)"
export function Waits({ waits }) {
  const [first] = waits.first;
  const more = waits.count - 1;
  return html`<span class="waits">
    <span class="waits-for">${waitName(first)}</span>
    ${first.until !== null && html` <span class="until">until <${Moment} at=${first.until} /> <${Countdown} to=${first.until} /></span>`}
    ${more > 0 && html` <span class="more">and ${more} more</span>`}
  </span>`;
}

export const Problem = ({ error }) => html`<p class="problem" role="alert"><${Glyph} status="FAILED" />${error.message}</p>`;

export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2>${children}</div>`;

export function Copy({ text, label = "Copy" }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const value = typeof text === "function" ? await text() : text;
    if (await toClipboard(value)) {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    }
  };
  return html`<button type="button" class="quiet-button" onClick=${copy}>${isCopied ? "Copied" : label}</button>`;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages that came over plain HTTP from another machine may not use the clipboard; the old way still works.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const STEP = 10;

// Rows of one height, of which only those in sight exist: a list may be as long as it likes.
export function Rows({ count, height, row, onEnd, label }) {
  const place = useRef(null);
  const [[first, last], setRange] = useState([0, 40]);
  const measure = () => {
    if (place.current === null) return;
    const top = place.current.getBoundingClientRect().top;
    // In steps of several rows: most moves of the page then change nothing.
    const from = Math.max(0, Math.min(count, (Math.floor(-top / height / STEP) - 1) * STEP));
    const to = Math.max(from, Math.min(count, (Math.ceil((innerHeight - top) / height / STEP) + 1) * STEP));
    setRange((old) => (old[0] === from && old[1] === to ? old : [from, to]));
    if (to >= count) onEnd?.();
  };
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => latest.current(), [count, height]);
  useEffect(() => {
    const look = () => latest.current();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, []);
  const shown = [];
  for (let index = first; index < Math.min(last, count); index += 1) shown.push(row(index));
  const padding = { paddingTop: `${first * height}px`, paddingBottom: `${Math.max(0, count - last) * height}px` };
  return html`<div role="rowgroup" class="rows" ref=${place} style=${padding} aria-label=${label}>${shown}</div>`;
}

// Brings the row into sight below what sticks to the top.
export function reveal(container, index, height) {
  const rows = container?.querySelector(".rows");
  if (!rows) return;
  const top = rows.getBoundingClientRect().top + scrollY + index * height;
  const room = 170;
  if (top < scrollY + room) scrollTo({ top: top - room });
  else if (top + height > scrollY + innerHeight - 70) scrollTo({ top: top + height - innerHeight + 70 });
}

const narrow = matchMedia("(max-width: 720px)");
export function useNarrow() {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const follow = () => setNarrow(narrow.matches);
    narrow.addEventListener("change", follow);
    return () => narrow.removeEventListener("change", follow);
  }, []);
  return isNarrow;
}

export const since = (at) => distance(at - serverNow());
