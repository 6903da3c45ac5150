// The keyboard: views say which keys they know while they are shown; the newest one is asked first.
import { useEffect, useRef } from "./vendor/preact-htm.js";

const layers = [];

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return; // a dialog has its own keys
  const target = event.target;
  const isTyping = target.matches?.("input:not([type=checkbox]), textarea, select");
  if (isTyping && event.key !== "Escape") return;
  if (target.matches?.("button, a, summary, [role=tab]") && ["Enter", " "].includes(event.key)) return;
  for (const keys of [...layers].reverse()) {
    const act = keys.current[event.key];
    if (act && act(event) !== false) {
      event.preventDefault();
      return;
    }
  }
});

export function useKeys(keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    layers.push(latest);
    return () => layers.splice(layers.indexOf(latest), 1);
  }, []);
}
