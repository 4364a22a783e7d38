// Two answers side by side: two ways to find, two rankers or two generations, on the same question and for the same viewer.

import { face, tieLine } from "../cards.js";
import { fresh, h, said } from "../dom.js";
import { placeOf, suggestions } from "../questions.js";
import { cuts, failed, waiting } from "../states.js";
import { ms } from "../words.js";

const LIMIT = 20;
/** The one knob that takes a key: what a viewer saw of an older generation is not for that viewer any more. */
const OF_OPERATORS = "generation";

/** What the service has for each knob, as far as who asks may know. */
async function known(api) {
  const found = { ranker: ["hand", "learned"], arm: [], generation: [] };
  if (api.identity.keyId === null) return found;
  const look = (what) => api.get(`/v1/admin/${what}`, {}, { asKey: true }).catch(() => null);
  const [rankers, experiments, generations] = await Promise.all(["rankers", "experiments", "generations"].map(look));
  found.ranker.push(...(rankers?.rankers ?? []).flatMap(({ task, kept }) => kept.map((version) => `${task}/${version}`)));
  found.arm.push(...(experiments?.experiments ?? []).flatMap(({ name, arms }) => arms.map((arm) => `${name}/${arm.name}`)));
  found.generation.push(...(generations?.kept ?? []).map(({ generation }) => generation));
  return found;
}

const lists = (answer) => ({ ...answer, rows: answer.results ?? answer.slots ?? [] });
const ordered = (q, option) => q.replace(/^\((apply)\s(.*)\)$/su, `($1 $2 ${option})`);

/** The ways to find: a name, and how it is asked. `takes` says what the question is: a query, words, or nothing; `knobs` what else a side may choose. */
const WAYS = {
  query: { knobs: ["generation"], name: "Query, by static rank", takes: "query", ask: (api, q, more, o) => api.get("/v1/search", { q, limit: LIMIT, lineage: true, ...more }, o) },
  hits: { knobs: ["generation"], name: "Query, by hits", takes: "query", ask: (api, q, more, o) => api.get("/v1/search", { q: ordered(q, ":order hits"), limit: LIMIT, lineage: true, ...more }, o) },
  affinity: { knobs: ["generation"], name: "Query, by affinity", takes: "query", ask: (api, q, more, o) => api.get("/v1/search", { q: ordered(q, ":order hits :inner affinity"), limit: LIMIT, lineage: true, ...more }, o) },
  typeahead: { knobs: ["ranker", "arm"], name: "Search box", takes: "words", ask: (api, q, more, o) => suggestions(api, q, { limit: LIMIT, ...more, ...o }) },
  people: { knobs: ["ranker", "arm"], name: "People, as typed", takes: "words", ask: (api, text, more, o) => api.get("/v1/search", { text, vertical: "user", limit: LIMIT, ...more }, o) },
  explore: { knobs: ["ranker", "arm"], name: "Explore", takes: "nothing", ask: (api, _, more, o) => api.get("/v1/explore", { limit: LIMIT, ...more }, o) },
  suggested: { knobs: [], name: "Suggested people", takes: "nothing", ask: (api, _, more, o) => api.get("/v1/users/me/suggested", { limit: LIMIT, ...more }, o) },
  top: { knobs: ["ranker", "arm"], name: "Hashtag, top", takes: "words", ask: (api, tag, more, o) => api.get(`/v1/hashtags/${encodeURIComponent(tag.replace(/^#/, ""))}/top`, { limit: LIMIT, ...more }, o) },
  recent: { knobs: [], name: "Hashtag, recent", takes: "words", ask: (api, tag, more, o) => api.get(`/v1/hashtags/${encodeURIComponent(tag.replace(/^#/, ""))}/recent`, { limit: LIMIT, ...more }, o) },
};
const FIRST = { query: "(apply followed_by: followed_by:me)", words: "mar", nothing: "" };

/** The view; the two ways and their questions stand in the address. */
export function compareView({ api, params, keep, signal }) {
  const out = h("div", { class: "versus" });
  const verdict = h("p", { class: "verdict", role: "status" });
  const sides = ["a", "b"].map((key) => side(api, params, key, () => run()));

  async function run() {
    keep(Object.assign({}, ...sides.map((one) => one.state())));
    verdict.textContent = "";
    out.replaceChildren(waiting("card", 4), waiting("card", 4));
    const found = await Promise.all(sides.map((one) => one.ask(signal).catch((error) => error)));
    if (signal.aborted) return;
    const [a, b] = found.map((one) => (one instanceof Error ? null : one.rows));
    out.replaceChildren(...found.map((one, at) => column(sides[at].name(), one, [b, a][at], run)));
    if (a && b) verdict.textContent = agreement(a, b);
  }

  Promise.all(sides.map((one) => one.fill())).then(() => !signal.aborted && run());
  return h("div", { class: "compare" }, h("form", { class: "sides", onsubmit: (event) => (event.preventDefault(), run()) }, sides.map((one) => one.node), h("button", { class: "button main" }, "Compare")), verdict, out);
}

function side(api, params, key, changed) {
  let there = {};
  const way = h("select", { id: fresh("way"), onchange: () => (fit(), knobs(), changed()) });
  const text = h("input", { type: "text", id: fresh("what"), dir: "auto", spellcheck: "false" });
  const more = h("span", { class: "knobs" });
  const chosen = () => WAYS[way.value] ?? WAYS.query;
  let kept = params.get(`${key}q`);

  function fit() {
    const { takes } = chosen();
    if (kept !== null) text.value = kept;
    else if (!text.value || (takes === "query") !== text.value.startsWith("(")) text.value = FIRST[takes];
    kept = null;
    text.disabled = takes === "nothing";
  }

  /** A choice for each parameter of the endpoint that changes how it ranks. */
  function knobs() {
    const inputs = chosen().knobs.map((name) => {
      const isShut = name === OF_OPERATORS && api.identity.keyId === null;
      const list = h("datalist", { id: fresh("known") }, there[name].map((value) => h("option", { value })));
      const input = h("input", { name, id: fresh(name), type: "text", dir: "ltr", list: list.id, value: params.get(`${key}.${name}`) ?? "", placeholder: "in force", disabled: isShut, title: isShut ? "takes a key with the scope operator" : null });
      return h("span", { class: "field" }, h("label", { for: input.id }, name), input, list);
    });
    more.replaceChildren(...inputs);
  }

  const set = () => Object.fromEntries([...more.querySelectorAll("select, input")].filter(({ value }) => value).map(({ name, value }) => [name, value]));
  return {
    node: h("fieldset", null, h("legend", null, key === "a" ? "One" : "The other"), h("span", { class: "field" }, h("label", { for: way.id }, "By"), way), h("span", { class: "field grow" }, h("label", { for: text.id }, "For"), text), more),
    name: () => `${chosen().name}${Object.entries(set()).map(([name, value]) => `, ${name} ${value}`).join("")}`,
    state: () => ({ [key]: way.value, [`${key}q`]: text.value, ...Object.fromEntries(Object.entries(set()).map(([name, value]) => [`${key}.${name}`, value])) }),
    ask: async (signal) => {
      const begun = performance.now();
      const answer = lists(await chosen().ask(api, text.value, set(), { signal, patience: 20_000, ...(OF_OPERATORS in set() ? { asKey: true } : {}) }));
      return { ...answer, here_ms: performance.now() - begun };
    },
    fill: async () => {
      way.append(...Object.entries(WAYS).map(([name, { name: called }]) => h("option", { value: name }, called)));
      there = await known(api);
      way.value = params.get(key) ?? (key === "a" ? "query" : "hits");
      if (!way.value) way.selectedIndex = 0;
      fit();
      knobs();
    },
  };
}

const keyOf = ({ vertical, id }) => `${vertical} ${id}`;

/** One answer, each line with how it stands on the other side. */
function column(name, answer, other, again) {
  const label = fresh("side");
  if (answer instanceof Error) return h("section", { "aria-labelledby": label }, h("h2", { id: label }, name), failed(answer, again));
  const there = new Map((other ?? []).map((row, place) => [keyOf(row), place]));
  const line = (row, place) =>
    h(
      "li",
      null,
      h("span", { class: "rank" }, String(place + 1)),
      face(row),
      h("a", { class: "line", href: placeOf(row) }, h("span", { class: "line-name" }, said(row.name)), h("span", { class: "line-below" }, row.reason ? said(row.reason) : tieLine(row.lineage?.[0]))),
      moved(place, there.get(keyOf(row)), other !== null),
    );
  return h(
    "section",
    { "aria-labelledby": label },
    h("h2", { id: label }, name, h("span", { class: "fine" }, ` · ${answer.rows.length} · ${ms(answer.here_ms)}`)),
    cuts(answer),
    answer.rows.length ? h("ol", { class: "ranked" }, answer.rows.map(line)) : h("p", { class: "soft" }, "No results."),
  );
}

function moved(place, other, isKnown) {
  if (!isKnown) return null;
  if (other === undefined) return h("span", { class: "moved only" }, "only here");
  if (other === place) return h("span", { class: "moved" }, "same place");
  return h("span", { class: `moved ${other > place ? "up" : "down"}` }, `${other > place ? "↑" : "↓"} ${Math.abs(other - place)}`, h("span", { class: "unseen" }, other > place ? " higher here" : " lower here"));
}

/** How alike two lists are: how many stand in both, and how far these are in the same order (Kendall's tau). */
export function agreement(a, b) {
  const places = new Map(b.map((row, place) => [keyOf(row), place]));
  const both = a.map((row) => places.get(keyOf(row))).filter((place) => place !== undefined);
  let balance = 0;
  for (let i = 0; i < both.length; i++) for (let j = i + 1; j < both.length; j++) balance += Math.sign(both[j] - both[i]);
  const pairs = (both.length * (both.length - 1)) / 2;
  const tau = pairs ? `, in the same order to ${(balance / pairs).toFixed(2)} (Kendall’s τ, 1 is the same)` : "";
  return `${both.length} of ${Math.max(a.length, b.length)} stand in both${tau}.`;
}
