// A hashtag: the best and the newest media that carry it.

import { h, said } from "../dom.js";
import { icon } from "../icons.js";
import { search, quoted } from "../questions.js";
import { count } from "../words.js";
import { head } from "./parts.js";
import { sections } from "./sections.js";

/** The page of one hashtag. */
export async function hashtagView(scene) {
  const { api, args: [tag], main, signal } = scene;
  const found = await search(api, `name:${quoted(tag)}`, "hashtag", { limit: 20 }, { signal }).catch(() => ({ results: [] }));
  const fields = found.results.find(({ name }) => name === `#${tag}`)?.fields;
  main.replaceChildren(head(h("span", { class: "face hashtag-face huge" }, icon("hashtag")), said(`#${tag}`), fields ? said(count(fields.public_media, "public post")) : ""));
  sections(scene, `/v1/hashtags/${encodeURIComponent(tag)}`, `/hashtags/${encodeURIComponent(tag)}`, `#${tag}`, "hashtag_top");
  return `#${tag}`;
}
