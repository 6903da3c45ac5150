// Where an execution is read from: the service, or a file with an exported history. Views do not know which.
import { get, of } from "./api.js";
import { pastOf } from "./past.js";
import { go, href } from "./route.js";
import { createStore, useStore } from "./store.js";

const EVENTS = 500;

export function remoteSource(arn) {
  const ask = (part, params) => get(of(arn, part), params);
  return {
    key: arn,
    arn,
    isFile: false,
    execution: () => ask("", {}),
    flat: () => ask("/operations", { flat: "true", limit: 1000 }),
    operations: (parent, cursor, limit) => ask("/operations", { parent, cursor, limit }),
    operation: (id) => ask("/operation", { id }),
    invocations: () => newest(ask),
    events: (order, cursor) => ask("/events", { order, cursor, limit: EVENTS, data: "true" }),
    payload: async (part, operation) => (await ask("/payload", { part, operation })).text,
    logs: (cursor, operation) => ask("/logs", { cursor, operation, limit: 1000 }),
    related: () => ask("/related"),
    exported: () => ask("/export"),
  };
}

async function newest(ask) {
  const found = [];
  let cursor = null;
  do {
    const page = await ask("/invocations", { limit: 1000, cursor });
    found.push(...page.invocations);
    cursor = page.next;
  } while (cursor !== null && found.length < 10_000);
  return found;
}

// A file that was opened in this tab. It never leaves the browser.
const file = createStore(null);
export const useFile = () => useStore(file);
export const fileProblem = createStore(null);

export async function openFile(field) {
  const [chosen] = field.files;
  field.value = "";
  if (!chosen) return;
  try {
    file.set(fileSource(pastOf(JSON.parse(await chosen.text()), chosen.name), chosen.name));
    fileProblem.set(null);
    go(href("file", chosen.name));
  } catch (error) {
    fileProblem.set(new Error(`${chosen.name} is no history: ${error.message}`));
  }
}

export function fileSource(past, name) {
  const page = (operations) => ({ operations, next: null });
  const inside = (parent) => past.operations.filter((operation) => (operation.parent_id ?? null) === parent);
  const one = (id) => past.operations.find((operation) => operation.id === id);
  return {
    key: `file ${name} ${past.events.length}`,
    arn: past.execution.arn,
    isFile: true,
    execution: async () => past.execution,
    flat: async () => page(past.operations),
    operations: async (parent, cursor, limit) => {
      const all = inside(parent);
      const from = Number(cursor ?? 0);
      return { operations: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
    },
    operation: async (id) => ({ ...one(id), path: [] }),
    invocations: async () => past.invocations,
    events: async (order) => ({ events: order === "newest" ? [...past.events].reverse() : past.events, next: null }),
    payload: async (part, operation) => past.payload(part, operation),
    logs: async () => ({ logs: [], next: "0", dropped: 0 }),
    related: async () => ({ parent: null, children: [], source: null, forks: [] }),
    exported: async () => past.file,
  };
}
