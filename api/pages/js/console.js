// The console for engineers: ask, compare, look at the index. What is asked stands in the address, so that it can be shared.

import { Api } from "./api.js";
import { compareView } from "./console/compare.js";
import { indexView } from "./console/index.js";
import { queryView } from "./console/query.js";
import { h } from "./dom.js";
import { bar } from "./frame.js";
import { Identity } from "./identity.js";

const VIEWS = [["query", "Query", queryView], ["compare", "Compare", compareView], ["index", "Index", indexView]];

const identity = new Identity();
const api = new Api(identity);
const main = document.getElementById("main");
const body = h("div", { id: "view", role: "tabpanel", tabindex: "-1" });
let leaving = null;
let written = "";

/** What stands behind the `#` of the address. */
const state = () => new URLSearchParams(location.hash.slice(1));

/** Put the state of a view into the address, without a new place to go back to. */
function keep(params) {
  written = `#${params}`;
  history.replaceState(null, "", location.pathname + written);
}

function show() {
  leaving?.abort();
  leaving = new AbortController();
  const params = state();
  const [key, , view] = VIEWS.find(([name]) => name === params.get("view")) ?? VIEWS[0];
  for (const tab of tabs.children) {
    const isHere = tab.id === `tab-${key}`;
    tab.setAttribute("aria-selected", String(isHere));
    tab.tabIndex = isHere ? 0 : -1;
  }
  body.setAttribute("aria-labelledby", `tab-${key}`);
  const kept = (more) => keep(new URLSearchParams({ view: key, ...more }));
  body.replaceChildren(view({ api, params, keep: kept, load: (more) => (kept(more), show()), signal: leaving.signal }));
}

function open(key) {
  keep(new URLSearchParams({ view: key }));
  show();
}

const tabs = h(
  "div",
  {
    role: "tablist",
    class: "views",
    "aria-label": "Views of the console",
    onkeydown: (event) => {
      const { key } = event;
      const at = VIEWS.findIndex(([name]) => `tab-${name}` === document.activeElement.id);
      const step = document.documentElement.dir === "rtl" ? -1 : 1;
      const to = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: -1 }[key];
      if (to === undefined) return;
      const next = VIEWS.at(to % VIEWS.length)[0];
      event.preventDefault();
      open(next);
      document.getElementById(`tab-${next}`).focus();
    },
  },
  VIEWS.map(([key, text]) => h("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "view", onclick: () => open(key) }, text)),
);

main.append(h("h1", { class: "unseen" }, "Console"), tabs, body);
await identity.ready;
bar(api)("/console");
identity.addEventListener("change", show);
window.addEventListener("hashchange", () => location.hash !== written && show());
show();
