// Where the user is, in the address's fragment, so that a link can be sent and a proxy's path does not matter.
//
//     #/executions?status=RUNNING    #/execution/ARN?tab=logs    #/functions
import { createStore } from "./store.js";

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/");
  return {
    view: view || "executions",
    subject: rest.length ? decode(rest.join("/")) : null,
    params: Object.fromEntries(new URLSearchParams(query ?? "")),
  };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const route = createStore(parse());
addEventListener("hashchange", () => route.set(parse()));

export function href(view, subject = null, params = {}) {
  const kept = Object.entries(params).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(kept).toString();
  return `#/${view}${subject === null ? "" : `/${encodeURIComponent(subject)}`}${query ? `?${query}` : ""}`;
}

export const executionHref = (arn, params) => href("execution", arn, params);

export function go(to) {
  location.hash = to;
}

// Changes the address without a step back in the browser's history: for filters and what is selected.
export function adjust(changes) {
  const { view, subject, params } = route.get();
  history.replaceState(null, "", href(view, subject, { ...params, ...changes }));
  route.set(parse());
}
