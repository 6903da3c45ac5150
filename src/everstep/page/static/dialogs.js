// Dialogs, one at a time, and the words that follow an act.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { Problem } from "./parts.js";
import { createStore, useStore } from "./store.js";

const open = createStore(null);
const said = createStore("");

export const show = (dialog) => open.set(() => dialog);
export const close = () => open.set(null);

export function say(text) {
  said.set(text);
  setTimeout(() => said.get() === text && said.set(""), 4000);
}

export function Dialogs() {
  const dialog = useStore(open);
  const text = useStore(said);
  return html`${dialog}
    <div class=${text ? "said" : "said nothing"} role="status" aria-live="polite">${text}</div>`;
}

// A form in a dialog: `act` may raise, and what it raises is told where the user looks.
export function Form({ title, children, action, act, isDangerous = false, isReady = true }) {
  const place = useRef(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    return () => before?.focus?.();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  const keys = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit(event);
  return html`<dialog ref=${place} onClose=${close} onKeyDown=${keys} aria-labelledby="dialog-title">
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${children}
      ${error && html`<${Problem} error=${error} />`}
      <div class="dialog-buttons">
        <button type="button" onClick=${close}>${action ? "Cancel" : "Close"}</button>
        ${action && html`<button type="submit" class=${isDangerous ? "danger" : "primary"} disabled=${isBusy || !isReady}>${action}</button>`}
      </div>
    </form>
  </dialog>`;
}

// Asks once before something is lost.
export const confirm = ({ title, text, action, act }) =>
  show(html`<${Form} title=${title} action=${action} isDangerous act=${async () => {
    await act();
    close();
  }}><p>${text}</p><//>`);
