// The questions about one execution, or about a history that was brought along, which the service answers alike.
import { get, of, post } from "./api.js";
import { executionHref, go } from "./route.js";
import { createStore } from "./store.js";

const EVENTS = 500;
const PART_CHARS_MAX = 3_000_000; // a request may have 6 MiB
const INVOCATIONS_MAX = 10_000;

export function sourceOf(arn) {
  const ask = (part, params) => get(of(arn, part), params);
  return {
    arn,
    execution: () => ask("", {}),
    flat: () => ask("/operations", { flat: "true", limit: 1000 }),
    operations: (parent, cursor, limit) => ask("/operations", { parent, cursor, limit }),
    operation: (id) => ask("/operation", { id }),
    invocations: () => invocations(ask),
    events: (order, cursor) => ask("/events", { order, cursor, limit: EVENTS, data: "true" }),
    payload: async (part, operation) => (await ask("/payload", { part, operation })).text,
    logs: (cursor, operation) => ask("/logs", { cursor, operation, limit: 1000 }),
    related: () => ask("/related"),
    exported: () => ask("/export"),
  };
}

async function invocations(ask) {
  const found = [];
  let cursor = null;
  do {
    const page = await ask("/invocations", { limit: 1000, cursor });
    found.push(...page.invocations);
    cursor = page.next;
  } while (cursor !== null && found.length < INVOCATIONS_MAX);
  return found;
}

// Why the file that was chosen last cannot be looked at.
export const fileProblem = createStore(null);

export async function openFile(field) {
  const [chosen] = field.files;
  field.value = "";
  if (!chosen) return;
  try {
    go(executionHref(await brought(JSON.parse(await chosen.text()))));
    fileProblem.set(null);
  } catch (error) {
    fileProblem.set(new Error(`${chosen.name} cannot be shown: ${error.message}`));
  }
}

// Gives the history to the service, a long one in parts; answers what it is called there.
async function brought(file) {
  const { Events: events = [], ...head } = Array.isArray(file) ? { Events: file } : file;
  const [first, ...rest] = parts(events);
  const { arn } = await post("imports", { ...head, Events: first ?? [] });
  for (const part of rest) await post(`imports/${encodeURIComponent(arn)}`, { Events: part });
  return arn;
}

function parts(events) {
  const found = [];
  let room = 0;
  for (const event of events) {
    const size = JSON.stringify(event).length;
    if (room < size || found.length === 0) {
      found.push([]);
      room = PART_CHARS_MAX;
    }
    found.at(-1).push(event);
    room -= size;
  }
  return found;
}
