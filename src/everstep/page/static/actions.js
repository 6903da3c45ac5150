// What can be done about one execution. The service says what makes sense now; nothing else is offered.
import { html } from "./vendor/preact-htm.js";
import { of, ofCallback, post, remove } from "./api.js";
import { confirm, say } from "./dialogs.js";
import { show } from "./dialogs.js";
import { download } from "./parts.js";
import { go, href } from "./route.js";
import { AnswerForm, RerunForm } from "./starting.js";

async function told(act, words) {
  try {
    await act();
    say(words);
  } catch (error) {
    say(error.message);
  }
}

export function ActionButtons({ execution, source }) {
  const can = (action) => execution.actions.includes(action);
  const { arn, name } = execution;
  const rerun = async () => {
    const input = execution.input === null ? "null" : await source.payload("input");
    let text = input;
    try {
      text = JSON.stringify(JSON.parse(input), null, 2);
    } catch {
      // An input that is no JSON is shown as it is; the form says what is wrong with it.
    }
    show(html`<${RerunForm} execution=${execution} input=${text} />`);
  };
  const stop = () => confirm({
    title: `Stop ${name}?`,
    text: "It ends at once, and nothing of it runs any more. This cannot be taken back.",
    action: "Stop it",
    act: async () => {
      await post(of(arn, "/stop"));
      say(`Stopped ${name}`);
    },
  });
  const forget = () => confirm({
    title: `Delete ${name}?`,
    text: "Its history, its result and its logs are gone for good.",
    action: "Delete it",
    act: async () => {
      await remove(of(arn));
      say(`Deleted ${name}`);
      go(href("executions"));
    },
  });
  const save = async () => download(`${name}.json`, JSON.stringify(await source.exported(), null, 2));
  return html`<div class="actions" role="group" aria-label="Actions">
    ${can("pause") && html`<button type="button" onClick=${() => told(() => post(of(arn, "/pause")), `Pausing ${name}`)}>Pause</button>`}
    ${can("resume") && html`<button type="button" onClick=${() => told(() => post(of(arn, "/resume")), `${name} goes on`)}>Resume</button>`}
    ${can("rerun") && html`<button type="button" onClick=${rerun}>Run again…</button>`}
    <button type="button" onClick=${() => told(save, "Exported")}>Export</button>
    ${can("stop") && html`<button type="button" class="danger" onClick=${stop}>Stop</button>`}
    ${can("delete") && html`<button type="button" class="danger" onClick=${forget}>Delete</button>`}
  </div>`;
}

// What can be done about one thing that is waited for.
export function WaitButtons({ execution, wait }) {
  if (wait.kind === "CALLBACK") {
    return execution.actions.length > 0 && html`<${CallbackButtons} id=${wait.callback_id} name=${wait.name} />`;
  }
  if (!execution.actions.includes("retry") || wait.kind === "CHAINED_INVOKE") return null;
  const retry = () => post(of(execution.arn, "/retry"), wait.operation_id === null ? {} : { operation_id: wait.operation_id });
  return html`<span class="actions"><button type="button" onClick=${() => told(retry, wait.kind === "WAIT" ? "Skipped" : "Trying again")}>${wait.kind === "WAIT" ? "Skip the wait" : "Retry now"}</button></span>`;
}

export function CallbackButtons({ id, name }) {
  const answer = (isFailure) => show(html`<${AnswerForm} callbackId=${id} name=${name} isFailure=${isFailure} />`);
  return html`<span class="actions">
    <button type="button" class="primary" onClick=${() => answer(false)}>Complete…</button>
    <button type="button" onClick=${() => answer(true)}>Fail…</button>
    <button type="button" onClick=${() => told(() => post(ofCallback(id, "heartbeat")), "Heartbeat sent")}>Heartbeat</button>
  </span>`;
}
