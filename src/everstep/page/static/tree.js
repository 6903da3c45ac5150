// The operations of an execution that are in sight: all of a small one, of a large one what somebody opened.
import { useEffect, useRef, useState } from "./vendor/preact-htm.js";

const FLAT_MAX = 1000;
const PAGE = 200;
const OPENED_CHILDREN_MAX = 12;
const TOP = "";

export function useTree(source, total, version) {
  const [groups, setGroups] = useState(null);
  const [choices, setChoices] = useState(new Map());
  const [error, setError] = useState(null);
  const now = useRef({});
  now.current = { groups, choices };
  const isFlat = total <= FLAT_MAX;
  const turn = useRef(0);

  const refresh = async () => {
    const mine = ++turn.current;
    try {
      const next = isFlat ? grouped((await source.flat()).operations) : await reloaded(source, now.current.groups);
      if (mine !== turn.current) return;
      setGroups(next);
      setError(null);
    } catch (refused) {
      if (mine === turn.current) setError(refused);
    }
  };
  useEffect(() => {
    refresh();
  }, [source.arn, version, isFlat]);

  const load = async (parent, cursor) => {
    if (isFlat || now.current.loading === `${parent}${cursor}`) return;
    now.current.loading = `${parent}${cursor}`;
    const page = await source.operations(parent || null, cursor, PAGE);
    setGroups((old) => new Map(old).set(parent, { operations: [...(cursor ? old.get(parent).operations : []), ...page.operations], next: page.next }));
  };
  const isOpen = (operation) =>
    operation.inside !== null && operation.inside.children > 0 &&
    (choices.get(operation.id) ?? (isFlat && operation.sub_type !== "MapIteration" && operation.inside.children <= OPENED_CHILDREN_MAX));
  const toggle = (operation, wanted = !isOpen(operation)) => {
    if (operation.inside === null) return;
    setChoices((old) => new Map(old).set(operation.id, wanted));
    if (wanted && !now.current.groups.has(operation.id)) load(operation.id, null);
  };
  return { rows: groups === null ? null : flattened(groups, isOpen), isOpen, toggle, load, error };
}

function grouped(operations) {
  const groups = new Map([[TOP, { operations: [], next: null }]]);
  for (const operation of operations) {
    const parent = operation.parent_id ?? TOP;
    if (!groups.has(parent)) groups.set(parent, { operations: [], next: null });
    groups.get(parent).operations.push(operation);
  }
  return groups;
}

// What was loaded, loaded again.
async function reloaded(source, groups) {
  const loaded = groups ?? new Map([[TOP, { operations: [], next: null }]]);
  const found = new Map();
  for (const [parent, { operations }] of loaded) {
    const limit = Math.min(FLAT_MAX, Math.max(PAGE, operations.length));
    const page = await source.operations(parent || null, null, limit);
    const rest = operations.slice(limit);
    found.set(parent, rest.length ? { operations: [...page.operations, ...rest], next: groups.get(parent).next } : page);
  }
  return found;
}

function flattened(groups, isOpen) {
  const rows = [];
  const walk = (parent, depth) => {
    const group = groups.get(parent);
    if (!group) return;
    for (const operation of group.operations) {
      rows.push({ operation, depth });
      if (isOpen(operation)) walk(operation.id, depth + 1);
    }
    if (group.next !== null) rows.push({ more: { parent, cursor: group.next }, depth });
  };
  walk(TOP, 0);
  return rows;
}
