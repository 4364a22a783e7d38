// What was typed, answered in full: the blended list, or one vertical by pages.

import { suggestionLine } from "../cards.js";
import { h, said } from "../dom.js";
import { nearTo, placeOf, suggestions, typedIn } from "../questions.js";
import { cuts, nothing } from "../states.js";
import { paged, tabs } from "./parts.js";

const TABS = [["all", "All"], ["user", "People"], ["hashtag", "Hashtags"], ["place", "Places"], ["group", "Groups"], ["media", "Captions"]];
const SIGNS = { "#": "hashtag", "@": "user" };

/** The results of `q`, in the section `in`. */
export async function results({ api, deeds, url, main, box, signal }) {
  const text = url.searchParams.get("q") ?? "";
  const section = TABS.some(([key]) => key === url.searchParams.get("in")) ? url.searchParams.get("in") : "all";
  box.set(text);
  const href = (key) => `/search?${new URLSearchParams(key === "all" ? { q: text } : { q: text, in: key })}`;
  const body = h("div", { class: "section" });
  main.replaceChildren(h("h1", { class: "asked" }, h("bdi", { dir: "auto" }, "Results for ", said(text))), tabs("Kinds of results", section, TABS.map(([key, name]) => [key, name, href(key)])), body);
  const empty = () => nothing("Nothing is called so", "Fewer letters find more; a # finds hashtags only, an @ people only.");
  if (section === "all") {
    const answer = await suggestions(api, text, { limit: 20, signal, patience: 10_000 });
    deeds.shown("search", text, answer.slots, answer.request_id);
    const line = (slot, place) => h("a", { class: "result", href: placeOf(slot), onclick: () => deeds.clicked(place) }, suggestionLine(slot));
    const lines = answer.slots.map((slot, place) => h("li", null, line(slot, place)));
    const note = answer.isPartial ? cuts({ complete: false }) : null;
    body.append(...[note, lines.length ? h("ol", { class: "results" }, lines) : empty()].filter(Boolean));
  } else {
    const words = SIGNS[text[0]] === section ? text.slice(1) : text;
    const shape = section === "media" ? "tile" : "card";
    const ask = async (cursor, at) => {
      const found = await typedIn(api, words, section, { cursor, limit: 20 }, { signal: at });
      if (cursor || found.results.length) return found;
      const near = await nearTo(api, words, section, { limit: 20 }, { signal: at });
      return { ...near, note: `Nothing has just these letters. This is near:` };
    };
    body.append(paged({ api, shape, signal, empty, label: text, ask }));
  }
  return text;
}
