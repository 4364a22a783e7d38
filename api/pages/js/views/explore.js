// Pictures that the viewer may like.

import { h } from "../dom.js";
import { explore } from "../questions.js";
import { nothing } from "../states.js";
import { mediaGrid } from "./parts.js";

const LIMIT = 30;
const MOST_SEEN = 500;

/** The grid. */
export async function exploreView({ api, deeds, main, signal }) {
  const { viewer } = api.identity;
  const seen = [];
  // the next page of a ranking is a ranking without what was seen
  const ask = async (cursor, at) => {
    const answer = await explore(api, { limit: LIMIT, seen: seen.join(",") }, { signal: at });
    seen.push(...answer.results.map(({ id }) => id));
    return { ...answer, cursor: answer.results.length === LIMIT && seen.length + LIMIT <= MOST_SEEN ? "more" : undefined };
  };
  const empty = () => nothing("Nothing to explore yet", "Follow somebody, or like a picture: what they like and what is like it comes here.");
  main.replaceChildren(
    h("h1", null, "Explore"),
    h("p", { class: "lead" }, viewer ? "Chosen for you, from what people around you like." : "The newest pictures. Say who looks, and they are chosen for you."),
    mediaGrid(api, ask, signal, "Explore", { empty, told: { deeds, surface: "explore", query: "" } }),
  );
  return "Explore";
}
