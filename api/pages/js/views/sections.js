// The two sections of hashtag and place pages: top, where the service ranks one, and recent.

import { media } from "../questions.js";
import { mediaGrid, tabs } from "./parts.js";

/** Append the sections to the page. `form` is the path as OpenAPI has it, `path` that of the service, `page` that of this site. */
export async function sections({ api, deeds, url, main, signal }, form, path, page, name) {
  const hasTop = await api.has(`${form}/top`);
  const section = hasTop && url.searchParams.get("in") !== "recent" ? "top" : "recent";
  const all = [["top", "Top", page], ["recent", "Recent", hasTop ? `${page}?in=recent` : page]].slice(hasTop ? 0 : 1);
  const takesCursor = await api.param(`${form}/${section}`, "cursor");
  const takesFields = await api.param(`${form}/${section}`, "fields");
  const ask = (cursor, at) => media(api, `${path}/${section}`, { limit: 24, ...(takesCursor ? { cursor } : {}), ...(takesFields ? {} : { fields: null }) }, { signal: at });
  main.append(tabs(`Media of ${name}`, section, all), mediaGrid(api, ask, signal, `${section} media of ${name}`, { told: section === "top" ? { deeds, surface: form.includes("hashtag") ? "hashtag_top" : "place_top", query: name } : null }));
}
