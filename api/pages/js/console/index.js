// The index and the service, as the metrics and the administrator's endpoints say: what is in force, how fresh, how fast, what went wrong.

import { h, said } from "../dom.js";
import { icon } from "../icons.js";
import { bytes, lasting, number, short } from "../words.js";

const EVERY_MS = 5_000;
/** Numbers past this are moments in ms since 1970, not lengths or counts. */
const LONG_AGO_MS = 1e12;
const TITLES = { generation: "Generation in force", generations: "Generations kept", lag: "Behind the stream", "dead-letters": "Dead letters", cache: "Cache", experiments: "Experiments", rankers: "Rankers" };
const DRAWN = { generations: generationsDrawn, lag: lagDrawn, experiments: experimentsDrawn };

/** The view, which looks again as long as it is open. */
export function indexView({ api, signal }) {
  const service = h("div", { class: "panels service" });
  const admin = h("div", { class: "panels" });
  const whole = h("div", { class: "index" }, service, admin);
  const look = async () => {
    if (signal.aborted) return;
    if (document.visibilityState === "visible") {
      await Promise.all([showMetrics(api, service, signal), showAdmin(api, admin, signal)]).catch(() => {});
    }
    setTimeout(look, EVERY_MS);
  };
  look();
  return whole;
}

/** Lines of Prometheus' text format as `[name, labels, value]`. */
export function samples(text) {
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*?)\})? (\S+)$/gmu)].map(([, name, labels, value]) => [
    name,
    Object.fromEntries([...(labels ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, key, said]) => [key, said])),
    Number(value),
  ]);
}

async function showMetrics(api, into, signal) {
  let found;
  try {
    found = samples(await api.text("/metrics", { signal }));
  } catch (error) {
    if (signal.aborted) return;
    into.replaceChildren(panel("Service", h("p", { class: "soft" }, "Metrics are shown to the machine itself and to the networks of --metrics-for.")));
    return;
  }
  const one = (name) => found.find(([other]) => other === name)?.[2];
  const sum = (name, fits = () => true) => found.filter(([other, labels]) => other === name && fits(labels)).reduce((total, [, , value]) => total + value, 0);
  const seconds = (value) => (value === undefined ? "—" : lasting(value));
  const requests = sum("monoceros_requests_total");
  const errors = sum("monoceros_requests_total", ({ status }) => status >= "500");
  const hits = sum("monoceros_cache_total", ({ result }) => result === "hit");
  const looks = sum("monoceros_cache_total");
  into.replaceChildren(
    panel(
      "Index",
      facts([
        ["generation", one("monoceros_generation") === undefined ? "—" : String(one("monoceros_generation")).padStart(6, "0")],
        ["publications over it", number(one("monoceros_sequence") ?? 0)],
        ["built", `${seconds(one("monoceros_generation_age_seconds"))} ago`],
        ["newest event that shows", one("monoceros_live_lag_seconds") === undefined ? "follows no stream" : `${seconds(one("monoceros_live_lag_seconds"))} ago`],
        ["answers are old by", one("monoceros_age_seconds") ? seconds(one("monoceros_age_seconds")) : "nothing"],
      ]),
    ),
    panel(
      "Service",
      facts([
        ["requests", short(requests)],
        ["errors of ours", short(errors)],
        ["refused for want of room", short(sum("monoceros_shed_total"))],
        ["partial answers", short(sum("monoceros_partial_total"))],
        ["from the cache", looks ? `${Math.round((100 * hits) / looks)} % of ${short(looks)}` : "not asked yet"],
        ["event loop late by", seconds(one("monoceros_loop_lag_seconds"))],
      ]),
    ),
    panel("Requests", endpoints(found)),
  );
}

/** Requests by endpoint, with the times within which half and nearly all of them were answered, as far as buckets say. */
function endpoints(found) {
  const names = [...new Set(found.filter(([name, , value]) => name === "monoceros_request_seconds_count" && value > 0).map(([, labels]) => labels.endpoint))];
  if (!names.length) return h("p", { class: "soft" }, "Nobody has asked yet.");
  const rows = names.map((endpoint) => {
    const buckets = found.filter(([name, labels]) => name === "monoceros_request_seconds_bucket" && labels.endpoint === endpoint).map(([, { le }, value]) => [le === "+Inf" ? Infinity : Number(le), value]).sort(([a], [b]) => a - b);
    const total = buckets.at(-1)?.[1] ?? 0;
    const within = (share) => buckets.find(([, value]) => value >= share * total)?.[0] ?? Infinity;
    const shown = (value) => (value === Infinity ? "longer" : `≤ ${lasting(value)}`);
    return h("tr", null, h("th", { scope: "row" }, endpoint), h("td", { class: "num" }, short(total)), h("td", { class: "num" }, shown(within(0.5))), h("td", { class: "num" }, shown(within(0.99))));
  });
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Requests by endpoint" }, h("table", null, h("thead", null, h("tr", null, ["endpoint", "requests", "half", "99 %"].map((name, place) => h("th", { scope: "col", class: place ? "num" : null }, name)))), h("tbody", null, rows)));
}

async function showAdmin(api, into, signal) {
  if (api.identity.keyId === null) {
    const names = Object.values(TITLES).join(", ").toLowerCase();
    into.replaceChildren(h("div", { class: "notice plain-notice" }, icon("key"), h("p", null, `With a key of the scope admin there is more: ${names}. A service of this machine prints an address of the console that has one; elsewhere, sign in with a file of keys.`)));
    return;
  }
  const panels = await Promise.all(
    Object.entries(TITLES).map(async ([name, title]) => {
      try {
        const { request_id, age_ms, ...content } = await api.get(`/v1/admin/${name}`, {}, { signal, asKey: true });
        return panel(title, (DRAWN[name] ?? shown)(content, title));
      } catch (error) {
        if (signal.aborted) throw error;
        return panel(title, h("p", { class: "soft" }, error.message));
      }
    }),
  );
  const isRead = into.querySelector("details[open]") !== null; // what somebody has opened does not close under their eyes
  if (!signal.aborted && !isRead) into.replaceChildren(...panels);
}

const panel = (title, ...content) => h("section", { class: "panel" }, h("h2", null, title), content);
const facts = (rows) => h("dl", null, rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));

/** A row for each generation; how many documents of each kind the one in force has stands in a panel of its own. */
function generationsDrawn({ current, kept }, title) {
  const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
  return shown(kept.map(({ generation, created_ms, documents, size }) => ({ generation: generation === current ? `${generation}, in force` : generation, created_ms, documents: sum(documents), size })), title);
}

/** How far the consumer is behind; an index without one says so. */
function lagDrawn(lag, title) {
  return lag.state === "none" ? h("p", { class: "soft" }, "This index follows no stream: monoceros ingest.") : shown(lag, title);
}

/** Each experiment with its arms, what they set, and which of them the viewer is in. */
function experimentsDrawn({ experiments }) {
  if (!experiments.length) return h("p", { class: "soft" }, "None runs: monoceros serve --experiments FILE.");
  return experiments.map(({ name, layer, traffic, arm, arms }) => {
    const rows = arms.map((one) => ({ arm: one.name, share: `${Math.round(1000 * one.share) / 10} %`, sets: Object.entries(one.parameters).map(([what, set]) => `${what} = ${set}`).join(", "), exposures: one.exposures }));
    const whose = arm === null ? "not for this viewer" : `this viewer is in ${arm}`;
    return [h("h3", null, said(name)), h("p", { class: "fine" }, `layer ${layer} · from ${traffic[0]} to ${traffic[1]} % of its viewers · ${whose}`), shown(rows, `Arms of ${name}`)];
  });
}

/** Any JSON for people: facts, tables of rows that are alike, times as times; `label` is what it is, for who hears it. */
function shown(content, label) {
  if (Array.isArray(content)) {
    if (!content.length) return h("p", { class: "soft" }, "None.");
    if (typeof content[0] !== "object") return said(content.join(", "));
    const names = [...new Set(content.flatMap((row) => Object.keys(row)))];
    return h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      h("table", null, h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col" }, words(name))))), h("tbody", null, content.map((row) => h("tr", null, names.map((name) => h("td", null, value(name, row[name]))))))),
    );
  }
  const entries = Object.entries(content);
  const plain = entries.filter(([, one]) => one === null || typeof one !== "object");
  const rest = entries.filter(([, one]) => one !== null && typeof one === "object");
  return [plain.length > 0 && facts(plain.map(([name, one]) => [words(name), value(name, one)])), rest.map(([name, one]) => [h("h3", null, words(name)), shown(one, `${label}: ${words(name)}`)])];
}

const words = (name) => name.replace(/_ms$/, "").replace(/_per_s$/, " a second").replaceAll("_", " ");

function value(name, one) {
  if (one === null || one === undefined || one === "") return "—";
  if (typeof one === "boolean") return one ? "yes" : "no";
  if (Array.isArray(one)) return one.length ? said(one.join(", ")) : "—";
  if (typeof one === "object") return said(Object.entries(one).map(([part, said]) => `${part} ${value(part, said)}`).join(", "));
  if (typeof one !== "number") return said(String(one));
  if (one > LONG_AGO_MS) return `${new Date(one).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (name === "size") return bytes(one);
  if (/_ms$/.test(name)) return lasting(one / 1000);
  return Number.isInteger(one) ? number(one) : String(one);
}
