// The executions that fit the filters: as many as were scrolled to, kept up to date.
import { useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { get } from "./api.js";
import { listen } from "./live.js";
import { paced, serverNow } from "./store.js";

const PAGE = 100;
const REFRESHED_MAX = 300;
const PAUSE_MS = 700;
const SPANS = { "15m": 900_000, "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 };

// What the address says, as the API wants it.
export function searchOf(params) {
  const { status, function: name, name: contains, error, attribute, since, from, to, parent, source } = params;
  return {
    status,
    function: name,
    name: contains,
    error,
    attribute,
    parent,
    source,
    started_after: since in SPANS ? serverNow() - SPANS[since] : from,
    started_before: to,
  };
}

export function useListing(params) {
  const key = JSON.stringify(params);
  const [state, setState] = useState({ rows: [], next: null, error: null, isLoading: true });
  const [summary, setSummary] = useState({ counts: null, histogram: null });
  const turn = useRef(0);
  const now = useRef(state);
  now.current = state;

  const load = async () => {
    const mine = ++turn.current;
    const wanted = Math.min(REFRESHED_MAX, Math.max(PAGE, now.current.rows.length));
    try {
      const page = await get("executions", { ...searchOf(params), limit: wanted });
      if (mine === turn.current) setState({ rows: page.executions, next: page.next, error: null, isLoading: false });
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ ...old, error, isLoading: false }));
    }
  };
  const summarise = async () => {
    const mine = turn.current;
    const { status, ...others } = searchOf(params);
    try {
      const [counts, histogram] = await Promise.all([
        get("counts", others),
        get("histogram", { ...others, status, buckets: 72 }),
      ]);
      if (mine === turn.current) setSummary({ counts: counts.by_status, histogram });
    } catch {
      // The list itself says what is wrong.
    }
  };
  const more = async () => {
    const { next, isLoading } = now.current;
    if (next === null || isLoading) return;
    const mine = turn.current;
    setState((old) => ({ ...old, isLoading: true }));
    try {
      const page = await get("executions", { ...searchOf(params), limit: PAGE * 2, cursor: next });
      if (mine !== turn.current) return;
      setState((old) => ({ ...old, rows: [...old.rows, ...page.executions], next: page.next, isLoading: false }));
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ ...old, error, isLoading: false }));
    }
  };

  useEffect(() => {
    now.current = { ...now.current, rows: [] };
    setState((old) => ({ ...old, isLoading: true }));
    load().then(summarise);
    const refresh = paced(async () => {
      // Whoever has scrolled down reads: rows do not move away under their eyes, only what they say changes.
      if (scrollY < 200) await load();
      await summarise();
    }, PAUSE_MS);
    const forget = listen((kind, data) => {
      if (kind === "change") setState((old) => patched(old, data));
      if (kind !== "log") refresh();
    });
    return () => {
      turn.current += 1;
      refresh.stop();
      forget();
    };
  }, [key]);
  return { ...state, ...summary, more, again: load };
}

// What the stream tells of a row that is shown already.
function patched(state, change) {
  const index = state.rows.findIndex((row) => row.arn === change.arn);
  if (index < 0 || state.rows[index].status === change.status) return state;
  const rows = [...state.rows];
  const isClosed = ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"].includes(change.status);
  rows[index] = { ...rows[index], status: change.status, ...(isClosed ? { ended_at: change.at, waits: null } : {}) };
  return { ...state, rows };
}
