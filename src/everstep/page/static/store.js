// Values that several parts of the page look at, each owned by the module that makes it.
import { useEffect, useRef, useState } from "./vendor/preact-htm.js";

export function createStore(first) {
  let value = first;
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === "function" ? next(value) : next;
      for (const listener of [...listeners]) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

// The value now, and again whenever it changes.
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(() => store.get());
    return store.listen((next) => setValue(() => next));
  }, [store]);
  return value;
}

// The service's clock, not the browser's: a countdown must end when the service acts.
let offset = 0;
export const setServerNow = (now) => (offset = now - Date.now());
export const serverNow = () => Date.now() + offset;

const ticks = createStore(0);
let timer = null;
let watchers = 0;

// Renders again every second for as long as `isRunning`; gives the service's moment.
export function useNow(isRunning = true) {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!isRunning) return undefined;
    const stop = ticks.listen(setTick);
    watchers += 1;
    timer ??= setInterval(() => document.hidden || ticks.set((tick) => tick + 1), 1000);
    return () => {
      stop();
      watchers -= 1;
      if (watchers === 0) {
        clearInterval(timer);
        timer = null;
      }
    };
  }, [isRunning]);
  return serverNow();
}

// What `load` gives, asked anew when a key changes or `again` is called; the old value stays until the new one is here.
export function useLoaded(load, keys) {
  const [state, setState] = useState({ value: null, error: null, isLoading: true });
  const turn = useRef(0);
  const again = async () => {
    const mine = ++turn.current;
    try {
      const value = await load();
      if (mine === turn.current) setState({ value, error: null, isLoading: false });
    } catch (error) {
      if (mine === turn.current) setState((old) => ({ value: old.value, error, isLoading: false }));
    }
  };
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    setState((old) => ({ ...old, isLoading: true }));
    latest.current();
    return () => (turn.current += 1);
  }, keys);
  return { ...state, again: () => latest.current() };
}

// Runs `act` soon, and never more often than it can bear: a service under load is not asked faster than it answers.
export function paced(act, pauseMs) {
  let planned = null;
  let isWanted = false;
  let isOver = false;
  const run = async () => {
    isWanted = false;
    const began = performance.now();
    try {
      await act();
    } finally {
      const took = performance.now() - began;
      planned = isOver ? null : setTimeout(() => {
        planned = null;
        if (isWanted) ask();
      }, Math.max(pauseMs, took * 4));
    }
  };
  const ask = () => {
    isWanted = true;
    if (planned === null && !isOver) planned = setTimeout(run, 40);
  };
  ask.stop = () => {
    isOver = true;
    clearTimeout(planned);
  };
  return ask;
}
