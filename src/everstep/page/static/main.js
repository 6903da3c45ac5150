// The page begins here: settings first, so that nothing is ever painted in the wrong colours.
import { html, render } from "./vendor/preact-htm.js";
import { App } from "./app.js";
import { applyTheme } from "./settings.js";

applyTheme();
render(html`<${App} />`, document.getElementById("page"));
