// What the keyboard can do.
import { html } from "./vendor/preact-htm.js";
import { Form } from "./dialogs.js";

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

export const Help = ({ version }) => html`<${Form} title="Keyboard">
  <dl class="keys">${KEYS.map(([keys, what]) => html`<dt>${keys.split(/\s{2,}/).map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd>`)}</dl>
  ${version && html`<p class="faint">everstep ${version}. All of this can be done from a terminal too: <code>everstep --help</code></p>`}
<//>`;
