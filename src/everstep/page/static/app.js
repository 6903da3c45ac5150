// The frame: where one is, what is live, and the view of the day.
import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { get, lockedOut, setToken } from "./api.js";
import { Dialogs, show } from "./dialogs.js";
import { Execution } from "./execution.js";
import { Executions } from "./executions.js";
import { Functions } from "./functions.js";
import { Choices, Help } from "./help.js";
import { useKeys } from "./keys.js";
import { Problem } from "./parts.js";
import { fileProblem, sourceOf } from "./source.js";
import { connection, goLive, listen } from "./live.js";
import { go, href, route } from "./route.js";
import { StartForm } from "./starting.js";
import { setServerNow, useLoaded, useStore } from "./store.js";

let isLive = false;

export function App() {
  const { view, subject } = useStore(route);
  const isLocked = useStore(lockedOut);
  const server = useLoaded(() => get("server"), [isLocked]);
  useEffect(() => {
    if (server.value) setServerNow(server.value.now);
  }, [server.value]);
  useEffect(() => {
    if (!isLive) goLive();
    isLive = true;
    return listen((kind) => kind === "reset" && server.again());
  }, []);
  const isReadOnly = server.value?.read_only ?? false;
  const problem = useStore(fileProblem);
  useKeys({
    "?": () => show(html`<${Help} />`),
    e: () => go(href("executions")),
    f: () => go(href("functions")),
    n: () => !isReadOnly && show(html`<${StartForm} />`),
  });
  if (isLocked) return html`<${Locked} />`;
  return html`<a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById("main").focus();
    }}>Skip to content</a>
    <${Header} view=${view} server=${server.value} isReadOnly=${isReadOnly} />
    <main id="main" tabindex="-1">${problem && html`<${Problem} error=${problem} />`}${shown(view, subject, isReadOnly)}</main>
    <${Dialogs} />`;
}

function shown(view, subject, isReadOnly) {
  switch (view) {
    case "execution":
      return html`<${OneExecution} key=${subject} arn=${subject} />`;
    case "functions":
      return html`<${Functions} isReadOnly=${isReadOnly} />`;
    default:
      return html`<${Executions} isReadOnly=${isReadOnly} />`;
  }
}

function OneExecution({ arn }) {
  const [source] = useState(() => sourceOf(arn));
  return html`<${Execution} source=${source} />`;
}

function Header({ view, server, isReadOnly }) {
  const tab = (name, label) =>
    html`<a href=${href(name)} aria-current=${view === name ? "page" : undefined}>${label}</a>`;
  return html`<header>
    <a class="brand" href=${href("executions")}>
      <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M5 24h7v-7h7v-7h7" fill="none" stroke="currentColor" stroke-width="3.6" stroke-linecap="round" stroke-linejoin="round" /></svg>
      everstep</a>
    <nav aria-label="Views">${tab("executions", "Executions")}${tab("functions", "Functions")}</nav>
    <span class="space"></span>
    ${isReadOnly && html`<span class="tag">read-only</span>`}
    <${Connection} />
    <${Choices} />
    <button type="button" class="quiet-button" aria-label="Help and settings" onClick=${() => show(html`<${Help} version=${server?.version} />`)}>?</button>
    ${!isReadOnly && html`<button type="button" class="primary" onClick=${() => show(html`<${StartForm} />`)}>Start…</button>`}
  </header>`;
}

function Connection() {
  const state = useStore(connection);
  const words = { live: "Live", connecting: "Connecting", lost: "Not connected" };
  return html`<span class=${`connection ${state}`} role="status"><i aria-hidden="true"></i>${words[state]}</span>`;
}

function Locked() {
  const [token, setValue] = useState("");
  return html`<main id="main" class="locked"><form onSubmit=${(event) => {
    event.preventDefault();
    setToken(token);
  }}>
    <h1>This service asks for its token</h1>
    <p>It is what <code>EVERSTEP_TOKEN</code> says where the service was started. This tab forgets it when it is closed.</p>
    <label>Token<input type="password" autocomplete="off" required value=${token} onInput=${(event) => setValue(event.target.value)} /></label>
    <button type="submit" class="primary">Look</button>
  </form></main>`;
}
