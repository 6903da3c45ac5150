// Starting executions: new ones, and old ones again with another input.
import { html, useState } from "./vendor/preact-htm.js";
import { get, of, post } from "./api.js";
import { close, Form, say } from "./dialogs.js";
import { executionHref, go } from "./route.js";
import { remember, remembered } from "./settings.js";
import { useLoaded } from "./store.js";
import { callbackName } from "./words.js";

const key = (name) => `everstep.input.${name}`;

// What is wrong with a JSON text; null: nothing. An empty one means null.
export function jsonProblem(text) {
  try {
    JSON.parse(text.trim() || "null");
    return null;
  } catch (error) {
    return error.message;
  }
}

export function JsonField({ label, value, onInput, rows = 8 }) {
  const problem = jsonProblem(value);
  return html`<label class="field">${label}<textarea rows=${rows} spellcheck=${false} value=${value} aria-invalid=${problem !== null} onInput=${(event) => onInput(event.target.value)}></textarea>
    <span class=${problem ? "hint bad" : "hint"}>${problem ?? "JSON"}</span></label>`;
}

const NameField = ({ value, onInput }) =>
  html`<label class="field">Name <span class="faint">(one is made up if you give none)</span><input value=${value} maxlength="64" pattern="[A-Za-z0-9_\\-]*" autocomplete="off" onInput=${(event) => onInput(event.target.value)} /></label>`;

export function StartForm({ preset = "" }) {
  const functions = useLoaded(() => get("functions"), []);
  const names = (functions.value?.functions ?? []).filter((one) => one.is_known).map((one) => one.name);
  const [chosen, setChosen] = useState(preset);
  const [name, setName] = useState("");
  const [inputs, setInputs] = useState({});
  const of_ = chosen || names[0] || "";
  const input = inputs[of_] ?? remembered(key(of_), "{}");
  const act = async () => {
    const { arn, existing } = await post("executions", { function: of_, input: JSON.parse(input.trim() || "null"), name: name || undefined });
    remember(key(of_), input);
    close();
    say(existing ? "It was started before, under this name and with this input" : `Started ${of_}`);
    go(executionHref(arn));
  };
  return html`<${Form} title="Start an execution" action="Start" act=${act} isReady=${of_ !== "" && jsonProblem(input) === null}>
    <label class="field">Function${names.length > 0
      ? html`<select value=${of_} onChange=${(event) => setChosen(event.target.value)}>${names.map((one) => html`<option value=${one} selected=${one === of_}>${one}</option>`)}</select>`
      : html`<input required value=${chosen} autocomplete="off" onInput=${(event) => setChosen(event.target.value)} />`}</label>
    <${JsonField} label="Input" value=${input} onInput=${(text) => setInputs({ ...inputs, [of_]: text })} />
    <${NameField} value=${name} onInput=${setName} />
  <//>`;
}

export function RerunForm({ execution, input: first }) {
  const [input, setInput] = useState(first);
  const [name, setName] = useState("");
  const act = async () => {
    const value = JSON.parse(input.trim() || "null");
    const { arn } = await post(of(execution.arn, "/rerun"), { input: value, name: name || undefined });
    close();
    say(`Started ${execution.function} again`);
    go(executionHref(arn));
  };
  return html`<${Form} title=${`Run ${execution.name} again`} action="Run again" act=${act} isReady=${jsonProblem(input) === null}>
    <p class="faint">A new execution of ${execution.function}, from the beginning. This one stays as it is.</p>
    <${JsonField} label="Input" value=${input} onInput=${setInput} />
    <${NameField} value=${name} onInput=${setName} />
  <//>`;
}

export function ForkForm({ execution, operation }) {
  const [name, setName] = useState("");
  const act = async () => {
    const { arn, copied } = await post(of(execution.arn, "/fork"), { operation_id: operation.id, name: name || undefined });
    close();
    say(`Forked; ${copied} operations came along`);
    go(executionHref(arn));
  };
  return html`<${Form} title=${`Fork from ${operation.name ?? "this operation"}`} action="Fork" act=${act}>
    <p>A new execution that knows everything that had ended when this operation began. The operation itself, and all that follows, runs anew, with the code of today.</p>
    <${NameField} value=${name} onInput=${setName} />
  <//>`;
}

export function AnswerForm({ callbackId, name, isFailure }) {
  const [result, setResult] = useState("null");
  const [message, setMessage] = useState("");
  const act = async () => {
    const id = encodeURIComponent(callbackId);
    if (isFailure) await post(`callbacks/${id}/fail`, { error: { type: "CallbackFailed", message } });
    else await post(`callbacks/${id}/succeed`, { result: JSON.parse(result.trim() || "null") });
    close();
    say(isFailure ? "The callback failed, as you said" : "The callback has its answer");
  };
  return html`<${Form} title=${`${isFailure ? "Fail" : "Complete"} ${callbackName(name) ?? "the callback"}`} action=${isFailure ? "Fail it" : "Complete"} act=${act} isDangerous=${isFailure} isReady=${isFailure || jsonProblem(result) === null}>
    ${isFailure
      ? html`<label class="field">Message<input value=${message} onInput=${(event) => setMessage(event.target.value)} /></label>`
      : html`<${JsonField} label="Result" value=${result} onInput=${setResult} rows="5" />`}
  <//>`;
}
