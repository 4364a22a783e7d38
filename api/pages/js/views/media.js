// One media: the picture, whose it is, what it carries, who likes it.

import { spaced } from "../cards.js";
import { h, said } from "../dom.js";
import { avatar, scene as picture } from "../pictures.js";
import { one, search } from "../questions.js";
import { nothing } from "../states.js";
import { ago, day } from "../words.js";
import { missing, paged } from "./parts.js";

/** The page of one media. */
export async function mediaView({ api, deeds, args: [id], main, signal }) {
  const found = await one(api, "media", id, { signal });
  if (found === null) return main.replaceChildren(missing("picture")), "Not found";
  deeds.viewed(id);
  const tags = found.hashtags.map((tag) => h("a", { class: "chip", href: `/hashtags/${encodeURIComponent(tag.replace(/^#/, ""))}` }, said(tag)));
  const facts = [found.content_type, found.place && said(found.place), found.visibility !== "public" && `for ${found.visibility === "followers" ? "followers" : "the owner"} only`];
  main.replaceChildren(
    h(
      "article",
      { class: "media" },
      h("div", { class: "media-picture" }, picture(id, found.hashtags, `${found.content_type} by ${found.name}, drawn from its id and hashtags`)),
      h(
        "div",
        { class: "media-text" },
        h("h1", { class: "media-owner" }, h("a", { href: `/users/${found.owner}` }, avatar(found.owner, found.name), said(found.name))),
        h("p", { class: "head-below" }, spaced([...facts.filter(Boolean), h("time", { datetime: new Date(found.created_at_ms).toISOString(), title: day(found.created_at_ms) }, ago(found.created_at_ms))])),
        tags.length > 0 && h("p", { class: "chips" }, tags),
        h("h2", null, "Liked by"),
        paged({ api, shape: "card", signal, label: "people who like it", empty: () => nothing("Nobody yet", "Nobody that you may see."), ask: (cursor, at) => search(api, `liked:${id}`, "user", { cursor, limit: 6 }, { signal: at }) }),
      ),
    ),
  );
  return `Media by ${found.name}`;
}
