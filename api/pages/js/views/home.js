// The first page: the search box, people one may know, and pictures one may like.

import { card, tile } from "../cards.js";
import { h, said } from "../dom.js";
import { constellation } from "../icons.js";
import { recall, remember } from "../memory.js";
import { avatar } from "../pictures.js";
import { explore, search, suggested } from "../questions.js";
import { waiting } from "../states.js";

/** The home of the viewer, or of a stranger, who is asked who to be. */
export async function home({ api, main, signal }) {
  const { viewer } = api.identity;
  const people = h("section", { class: "part", "aria-labelledby": "people" }, h("h2", { id: "people" }, viewer ? "People you may know" : "Look around as"), waiting("card", 3));
  const pictures = h("section", { class: "part", "aria-labelledby": "pictures" }, h("h2", { id: "pictures" }, viewer ? "You may like" : "New"), waiting("tile", 6));
  main.replaceChildren(
    h("div", { class: "hero" }, constellation("large"), h("h1", null, "Monoceros"), h("p", null, "People, hashtags, places, groups and pictures, and what stands between them.")),
    people,
    pictures,
  );
  const fill = async (part, ask) => {
    try {
      const filled = await ask();
      if (signal.aborted) return;
      if (filled === null) part.remove();
      else part.lastElementChild.replaceWith(filled);
    } catch {
      if (!signal.aborted) part.remove(); // each part stands for itself; what is wrong with the service the search box says
    }
  };
  await Promise.all([
    fill(people, () => (viewer ? mayKnow(api, signal) : whoToBe(api, signal))),
    fill(pictures, () => mayLike(api, signal)),
  ]);
  return "";
}

async function mayKnow(api, signal) {
  const { results } = await suggested(api, 6, { signal });
  return results.length ? h("ul", { class: "cards two" }, results.map((hit) => card(hit))) : null;
}

async function whoToBe(api, signal) {
  const { results } = await search(api, "name:*", "user", { limit: 8 }, { signal });
  const be = ({ id, name }) => {
    remember("viewers", [{ id, name }, ...recall("viewers", []).filter((other) => other.id !== id)].slice(0, 5));
    api.identity.become({ id, name });
  };
  return h("ul", { class: "viewers wide" }, results.map((hit) => h("li", null, h("button", { type: "button", class: "viewer", onclick: () => be(hit) }, avatar(hit.id, hit.fields.fullname), said(hit.name)))));
}

async function mayLike(api, signal) {
  const { results } = await explore(api, { limit: 12 }, { signal });
  return results.length ? h("ul", { class: "grid" }, results.map(tile)) : null;
}
