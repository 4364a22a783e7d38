// Pieces that several views are made of: lists that go on, sections with tabs, the head of a page.

import { card, tieCards, tile } from "../cards.js";
import { announce, h } from "../dom.js";
import { ties } from "../questions.js";
import { cuts, failed, nothing, waiting } from "../states.js";

/** Why a list ends where it does, where that is not simply that there is no more. */
const ENDS = { limit: "A list has no more than this.", cut: "Not everything could be found in time." };

/**
 * A list by pages. `ask(cursor)` gives a page; `shape` is "card" or "tile". The next page comes at the press of a button, which keeps
 * the place for the keyboard and for screen readers. A page's `note` stands above the list. `told`: the surface and query under which the service is told what was seen.
 */
export function paged({ api, ask, shape, signal, empty, label, told = null }) {
  const clicked = ({ target }) => {
    const place = [...list.children].indexOf(target.closest("li")) - before;
    if (told && place >= 0 && target.closest("a")) told.deeds.clicked(place);
  };
  const list = h("ul", { class: shape === "tile" ? "grid" : "cards", "aria-label": label, onclick: clicked });
  const foot = h("div", { class: "foot" });
  const whole = h("div", { class: "paged" }, waiting(shape, shape === "tile" ? 12 : 6));
  const draw = shape === "tile" ? tile : card;
  let seen = 0;
  let before = 0;

  async function next(cursor) {
    foot.replaceChildren(h("span", { class: "fine" }, cursor ? "Looking for more…" : ""));
    let answer;
    try {
      answer = await ask(cursor, signal);
    } catch (error) {
      if (signal?.aborted || error.name === "AbortError") return;
      if (error.code === "cursor-ended") return void foot.replaceChildren(h("p", { class: "fine" }, "Things have changed meanwhile. ", again("Begin anew")));
      const said = failed(error, () => (cursor ? next(cursor) : restart()));
      return void (cursor ? foot.replaceChildren(said) : whole.replaceChildren(said));
    }
    if (signal?.aborted) return;
    const items = answer.results;
    if (!cursor && !items.length) return void whole.replaceChildren(...[cuts(answer), empty()].filter(Boolean));
    if (!cursor) whole.replaceChildren(...[cuts(answer), answer.note && h("p", { class: "near" }, answer.note), list, foot].filter(Boolean));
    const nodes = items.map((item) => draw(item));
    list.append(...nodes);
    before = seen;
    seen += items.length;
    if (told && items.length) told.deeds.shown(told.surface, told.query, items, answer.request_id);
    foot.replaceChildren();
    if (answer.cursor) foot.append(h("button", { type: "button", class: "button more", onclick: () => next(answer.cursor) }, "Show more"));
    else if (ENDS[answer.ends]) foot.append(h("p", { class: "fine" }, ENDS[answer.ends]));
    if (cursor) {
      nodes[0]?.querySelector("a")?.focus({ preventScroll: true });
      announce(`${items.length} more, ${seen} in all`);
    }
    const people = items.filter(({ vertical }) => vertical === "user").map(({ name }) => name);
    if (people.length)
      ties(api, people, { signal })
        .then((found) => tieCards(list, found))
        .catch(() => {}); // a token that does not open raw queries shows lists without them
  }

  const again = (text) => h("button", { type: "button", class: "plain link", onclick: restart }, text);
  function restart() {
    list.replaceChildren();
    seen = 0;
    whole.replaceChildren(waiting(shape, 6));
    next(null);
  }
  next(null);
  return whole;
}

/** A grid of media by pages. */
export const mediaGrid = (api, ask, signal, label, { empty = () => nothing("No pictures here", "None that you may see."), told = null } = {}) =>
  paged({ api, ask, shape: "tile", signal, empty, label, told });

/** Sections of a page as links, one of them the page's own: `[[key, text, href]…]`. */
export function tabs(label, here, all) {
  return h(
    "nav",
    { class: "tabs", "aria-label": label },
    all.map(([key, text, href]) => h("a", { href, "aria-current": key === here ? "page" : null }, text)),
  );
}

/** The head of a page: picture, name, what is said of it. */
export const head = (picture, name, below, ...more) =>
  h("header", { class: "head" }, picture, h("div", { class: "head-text" }, h("h1", null, name), h("p", { class: "head-below" }, below), ...more));

/** What there is no page for: unknown, or not for this viewer; which of them nobody says. */
export const missing = (kind) => nothing(`There is no such ${kind}`, "Or it is not there for the one who looks.");
