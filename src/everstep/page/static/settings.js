// What a user chose to see: colours and time zone. Remembered in this browser, where it allows that.
import { createStore } from "./store.js";

const KEY = "everstep.settings";

export function remembered(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that remembers nothing is a user's choice too.
  }
}

export const settings = createStore({ theme: "auto", zone: "local", compress: true, ...remembered(KEY, {}) });
settings.listen((value) => remember(KEY, value));

export const change = (changes) => settings.set((old) => ({ ...old, ...changes }));

export function applyTheme() {
  const apply = ({ theme }) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  settings.listen(apply);
  apply(settings.get());
}

export function nextTheme() {
  const order = ["auto", "light", "dark"];
  change({ theme: order[(order.indexOf(settings.get().theme) + 1) % order.length] });
}
