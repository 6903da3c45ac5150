// The stream of changes: one for the whole page, read with fetch because an EventSource cannot send a token.
//
// It ends while nobody sees the page (a browser allows six connections to a service, over all tabs) and goes on after
// the last event that was seen; the service says `reset` where it no longer can.
import { address, headers, lockedOut } from "./api.js";
import { createStore, setServerNow } from "./store.js";

export const connection = createStore("connecting"); // live | connecting | lost
const listeners = new Set();
let lastId = null;
let running = null;

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const tell = (kind, data) => [...listeners].forEach((listener) => listener(kind, data));

export function goLive() {
  const follow = () => {
    if (document.hidden) {
      running?.abort();
      running = null;
    } else if (running === null) {
      running = new AbortController();
      stay(running.signal);
    }
  };
  document.addEventListener("visibilitychange", follow);
  lockedOut.listen(follow);
  follow();
}

async function stay(signal) {
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (!lockedOut.get()) {
        await read(signal, () => (failures = 0));
      }
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
    }
    if (signal.aborted) return;
    connection.set(failures > 1 ? "lost" : "connecting");
    await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 300 * 2 ** failures)));
  }
}

async function read(signal, onOpen) {
  const response = await fetch(address("events", { last_event_id: lastId }), { signal, headers: headers() });
  if (response.status === 401) lockedOut.set(true);
  if (!response.ok) throw new Error(`the stream answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the stream ended");
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) take(event, onOpen);
  }
}

function take(event, onOpen) {
  const fields = { event: "message", data: "" };
  for (const line of event.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
  }
  if (fields.id) lastId = fields.id;
  if (!fields.data) return;
  const data = JSON.parse(fields.data);
  if (fields.event === "hello") {
    setServerNow(data.now);
    onOpen();
    connection.set("live");
  } else {
    tell(fields.event, data);
  }
}
