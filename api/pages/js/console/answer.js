// An answer of the console: its size, then results as cards, as a table, the plan, or as it came.

import { card, tile } from "../cards.js";
import { h, said } from "../dom.js";
import { placeOf } from "../questions.js";
import { cuts, nothing } from "../states.js";
import { ms, number } from "../words.js";
import { planView } from "./plan.js";

/** The answer. `more` asks for the next page, null where there is none; `took_ms` is the time that the browser saw. */
export function answerView(answer, { tab, onTab, more, took_ms, whyNot }) {
  const shapes = { cards: () => cards(answer), table: () => table(answer), plan: () => planView(answer.explain), json: () => h("pre", { class: "json", dir: "ltr", tabindex: "0" }, JSON.stringify({ ...answer, age_ms: undefined }, null, 2)) };
  if (!answer.explain) delete shapes.plan;
  const here = tab in shapes ? tab : "cards";
  return h(
    "section",
    { class: "answer", "aria-label": "Answer" },
    h(
      "div",
      { class: "answer-head" },
      h("p", { class: "summary", role: "status" }, summary(answer), h("span", { class: "soft" }, ` · ${ms(answer.took_ms)} in the engine · ${ms(took_ms)} here`)),
      h("div", { class: "shapes", role: "group", "aria-label": "Show as" }, Object.keys(shapes).map((name) => h("button", { type: "button", "aria-pressed": String(name === here), onclick: () => onTab(name) }, name === "json" ? "JSON" : name[0].toUpperCase() + name.slice(1)))),
    ),
    ...[
      cuts(answer),
      answer.why_not && h("p", { class: "notice plain-notice" }, h("span", null, h("strong", null, `Why not ${whyNot}? `), answer.why_not)),
      shapes[here](),
      answer.ends === "limit" && h("p", { class: "fine" }, "A list has no more than this."),
      more && answer.cursor && here !== "plan" && h("div", { class: "foot" }, h("button", { type: "button", class: "button", onclick: more }, "Show more")),
    ].filter(Boolean),
  );
}

function summary({ results, total, total_is_exact, complete }) {
  const shown = results.length;
  const count = (n) => (n === 0 ? "no results" : n === 1 ? "1 result" : `${number(n)} results`);
  const size = !total_is_exact ? `${count(shown)}${complete ? ", there may be more" : ""}` : total > shown ? `${number(shown)} of ${count(total)}` : count(shown);
  return `${size} · ${complete ? "complete" : "not complete"}`;
}

const none = () => nothing("No results", "The plan says where they were lost; why-not says it of one document.");

function cards({ results }) {
  if (!results.length) return none();
  return results[0].vertical === "media" ? h("ul", { class: "grid" }, results.map(tile)) : h("ul", { class: "cards" }, results.map((hit) => card(hit)));
}

/** Columns for id, name, the fields that any result has, and the lineage where it was asked for. */
function table({ results }) {
  if (!results.length) return none();
  const fields = [...new Set(results.flatMap((hit) => Object.keys(hit.fields ?? {})))];
  const hasLineage = results.some((hit) => hit.lineage);
  const cell = (value) => (Array.isArray(value) ? value.join(" ") : value === null || value === undefined ? "" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Results as a table" },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, ["#", "id", "name", ...fields, ...(hasLineage ? ["reached by"] : [])].map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        null,
        results.map((hit, place) =>
          h(
            "tr",
            null,
            h("td", { class: "num soft" }, String(place + 1)),
            h("td", { class: "num" }, h("code", null, hit.id)),
            h("th", { scope: "row" }, h("a", { href: placeOf(hit) }, said(hit.name))),
            fields.map((name) => h("td", null, said(cell(hit.fields?.[name])))),
            hasLineage && h("td", { class: "lineage" }, (hit.lineage ?? []).map((lead) => h("p", null, h("span", null, lead.reads), h("code", { class: "soft", dir: "ltr" }, lead.form)))),
          ),
        ),
      ),
    ),
  );
}
