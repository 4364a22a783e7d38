// Ask a query of the language: the editor, its choices, saved queries, and the answer below.

import { announce, fresh, h } from "../dom.js";
import { icon } from "../icons.js";
import { recall, remember } from "../memory.js";
import { failed, waiting } from "../states.js";
import { answerView } from "./answer.js";
import { EXAMPLES, FLAGS, VERTICALS, fromParams, toParams, toSearch } from "./asking.js";
import { Editor } from "./editor.js";

/** The view; `params` hold the question that the address names, `keep` puts one there, `load` goes to one. */
export function queryView({ api, params, keep, load, signal }) {
  const asking = fromParams(params);
  let tab = params.get("show") ?? "cards";
  let running = null;
  const out = h("div", { class: "out" });
  const editor = new Editor({
    label: "Query",
    value: asking.q,
    complete: (q) => api.get("/v1/completions", { q, vertical: asking.vertical, operator: asking.operator || null }, { signal, asKey: asking.operator }),
    run: () => run(),
    changed: () => (asking.q = editor.text),
  });
  api.get("/v1/language", {}, { signal }).then(({ operators, options, edges }) => {
    const names = (rows) => new Set(rows.map(({ name }) => name));
    editor.language = { operators: names(operators), options: names(options), edges: names(edges) };
  }).catch(() => {}); // without the tables all names look alike

  const field = (name, text, input) => h("span", { class: "field" }, h("label", { for: (input.id = fresh(name)) }, text), input);
  const vertical = h("select", { onchange: () => (asking.vertical = vertical.value) }, VERTICALS.map((name) => h("option", { value: name, selected: name === asking.vertical }, name || "any")));
  const limit = h("input", { type: "number", min: "1", max: "10000", value: asking.limit, oninput: () => (asking.limit = limit.value) });
  const whyNot = h("input", { type: "text", inputmode: "numeric", size: "20", placeholder: "an id", dir: "ltr", value: asking.why_not, oninput: () => (asking.why_not = whyNot.value.trim()) });
  const flag = ([name, text, meaning]) => {
    const cannot = name === "operator" && api.identity.keyId === null;
    return h("label", { class: "flag", title: meaning }, h("input", { type: "checkbox", name, checked: asking[name] && !cannot, disabled: cannot, onchange: ({ target }) => (asking[name] = target.checked) }), text);
  };
  if (api.identity.keyId === null) asking.operator = false;

  const shareable = () => ({ ...toParams(asking), ...(tab === "cards" ? {} : { show: tab }) });
  const share = async () => {
    keep(shareable());
    try {
      await navigator.clipboard.writeText(location.href);
      announce("The link is copied");
      link.replaceChildren(icon("link"), "Copied");
    } catch {
      announce("The link stands in the address");
    }
  };
  const link = h("button", { type: "button", class: "button", onclick: share }, icon("link"), "Share");

  async function run() {
    running?.abort();
    running = new AbortController();
    const mine = AbortSignal.any([signal, running.signal]);
    const ask = (cursor) => api.get("/v1/search", { ...toSearch(asking), cursor }, { signal: mine, asKey: asking.operator, patience: 30_000 });
    editor.fail(null);
    keep(shareable());
    out.replaceChildren(waiting("card", 3));
    out.setAttribute("aria-busy", "true");
    try {
      const begun = performance.now();
      show(await ask(null), performance.now() - begun, ask);
    } catch (error) {
      if (mine.aborted) return;
      out.replaceChildren();
      if (error.line || error.status === 400) editor.fail(error);
      else out.replaceChildren(failed(error, run));
    } finally {
      out.removeAttribute("aria-busy");
    }
  }

  function show(answer, took_ms, ask) {
    const more = async () => {
      try {
        const next = await ask(answer.cursor);
        show({ ...answer, ...next, results: [...answer.results, ...next.results], explain: answer.explain }, took_ms, ask);
      } catch (error) {
        if (!signal.aborted) out.append(failed(error, more));
      }
    };
    const onTab = (name) => {
      tab = name;
      keep(shareable());
      show(answer, took_ms, ask);
      out.querySelector(".shapes [aria-pressed=true]")?.focus();
    };
    out.replaceChildren(answerView(answer, { tab, onTab, more, took_ms, whyNot: asking.why_not }));
  }

  const view = h(
    "div",
    { class: "query" },
    h(
      "div",
      { class: "ask" },
      editor.node,
      h(
        "div",
        { class: "choices" },
        field("vertical", "Finds", vertical),
        field("limit", "Limit", limit),
        FLAGS.map(flag),
        field("why", "Why not", whyNot),
      ),
      h("div", { class: "choices" }, h("button", { type: "button", class: "button main", onclick: run }, "Run", h("kbd", null, "Ctrl ↵")), link, saving(() => toParams(asking), load)),
    ),
    h("aside", { class: "aside", "aria-label": "Queries" }, h("div", null, h("h2", null, "Examples"), h("ul", { class: "queries" }, EXAMPLES.map(([name, q]) => h("li", null, h("button", { type: "button", onclick: () => load(toParams({ ...asking, q })) }, name))))), saved(load)),
    out,
  );
  if (params.has("q")) run();
  return view;
}

function saving(question, load) {
  const name = h("input", { type: "text", maxlength: "60", placeholder: "a name", "aria-label": "Save under the name" });
  return h(
    "form",
    {
      class: "saving",
      onsubmit: (event) => {
        event.preventDefault();
        const called = name.value.trim();
        if (!called) return name.focus();
        remember("queries", [{ name: called, question: question() }, ...recall("queries", []).filter((other) => other.name !== called)].slice(0, 50));
        announce(`Saved as ${called}`);
        load(question());
      },
    },
    name,
    h("button", { class: "button" }, icon("star"), "Save"),
  );
}

function saved(load) {
  const list = recall("queries", []);
  const part = h("div", { hidden: list.length === 0 }, h("h2", null, "Saved"));
  const items = h("ul", { class: "queries" });
  for (const { name, question } of list) {
    const forget = () => {
      remember("queries", recall("queries", []).filter((other) => other.name !== name));
      item.remove();
      part.hidden = !items.children.length;
    };
    const item = h("li", null, h("button", { type: "button", title: question.q, onclick: () => load(question) }, name), h("button", { type: "button", class: "plain", "aria-label": `Forget ${name}`, onclick: forget }, icon("trash")));
    items.append(item);
  }
  part.append(items);
  return part;
}
