// The raw history, event by event, in both directions.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { clock } from "./format.js";
import { Problem } from "./parts.js";
import { Viewer } from "./payload.js";
import { settings } from "./settings.js";
import { useStore } from "./store.js";

export function History({ source, version, name }) {
  const [order, setOrder] = useState("oldest");
  const [state, setState] = useState({ events: [], next: null, error: null });
  const turn = useRef(0);
  const count = useRef(0);
  const load = async (isFresh) => {
    const mine = ++turn.current;
    try {
      let { events, next } = isFresh ? { events: [], next: null } : state;
      do {
        const page = await source.events(order, next);
        if (mine !== turn.current) return;
        events = [...events, ...page.events];
        next = page.next;
      } while (isFresh && next !== null && events.length < count.current);
      count.current = events.length;
      setState({ events, next, error: null });
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ ...old, error }));
    }
  };
  useEffect(() => {
    load(true);
    return () => (turn.current += 1);
  }, [source.arn, order, version]);
  return html`<div class="history">
    <div class="fields"><button type="button" aria-pressed=${order === "newest"} onClick=${() => { count.current = 0; setOrder(order === "newest" ? "oldest" : "newest"); }}>${order === "newest" ? "Newest first" : "Oldest first"}</button></div>
    ${state.error && html`<${Problem} error=${state.error} />`}
    <ol class="events">${state.events.map((event) => html`<${Event} key=${event.EventId} event=${event} name=${name} />`)}</ol>
    ${state.next !== null && html`<button type="button" onClick=${() => load(false)}>Load more</button>`}
  </div>`;
}

// In the Lambda API's own words, where moments are seconds.
const momentOf = (value) => Math.round(value * 1000);

function Event({ event, name }) {
  const { zone } = useStore(settings);
  const [isOpen, setOpen] = useState(false);
  return html`<li><details onToggle=${(toggled) => setOpen(toggled.target.open)}>
    <summary><span class="number event-id">${event.EventId}</span><time>${clock(momentOf(event.EventTimestamp), zone)}</time><span class="event-type">${event.EventType}</span><span>${event.Name ?? ""}</span></summary>
    ${isOpen && html`<${Viewer} text=${JSON.stringify(event)} name=${`${name}-event-${event.EventId}`} />`}
  </details></li>`;
}
