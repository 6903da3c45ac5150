// What the keyboard can do, and how things are shown.
import { html } from "./vendor/preact-htm.js";
import { Form } from "./dialogs.js";
import { change, nextTheme, settings } from "./settings.js";
import { openFile } from "./source.js";
import { useStore } from "./store.js";

const KEYS = [
  ["j  k", "next, previous row"],
  ["Enter", "open it"],
  ["x", "select it (for acting on many)"],
  ["←  →", "close, open what an operation holds"],
  ["/", "search"],
  ["Esc", "back, or let go of what is selected"],
  ["e  f", "executions, functions"],
  ["n", "start an execution"],
  ["1 … 4", "timeline, history, logs, invocations"],
  ["Ctrl Enter", "send a dialog"],
  ["?", "this"],
];

export const Help = ({ version }) => html`<${Form} title="Help and settings">
  <div class="fields"><${Choices} /></div>
  <dl class="keys">${KEYS.map(([keys, what]) => html`<dt>${keys.split(/\s{2,}/).map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd>`)}</dl>
  ${version && html`<p class="faint">everstep ${version}. All of this can be done from a terminal too: <code>everstep --help</code></p>`}
<//>`;

// In the header, and on a phone, which has no room there, in the dialog above.
export function Choices() {
  const { theme, zone } = useStore(settings);
  return html`<button type="button" class="quiet-button choice" title="Time zone of everything shown" onClick=${() => change({ zone: zone === "utc" ? "local" : "utc" })}>${zone === "utc" ? "UTC" : "Local time"}</button>
    <button type="button" class="quiet-button choice" title="Colours: as the system, light, or dark" onClick=${nextTheme}>${{ auto: "Auto", light: "Light", dark: "Dark" }[theme]}<span class="unseen"> colours</span></button>
    <label class="quiet-button file" title="Look at a history that was exported">Open file<input type="file" class="unseen" accept=".json,application/json" onChange=${(event) => openFile(event.target)} /></label>`;
}
