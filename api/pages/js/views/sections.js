// The two sections of hashtag and place pages: the best, and the newest.

import { media } from "../questions.js";
import { mediaGrid, tabs } from "./parts.js";

/** Append the sections to the page. `path` is that of the service, `page` that of this site; `surface` what the best are told as. */
export function sections({ api, deeds, url, main, signal }, path, page, name, surface) {
  const section = url.searchParams.get("in") === "recent" ? "recent" : "top";
  const ask = (cursor, at) => media(api, `${path}/${section}`, { limit: 24, cursor }, { signal: at });
  main.append(
    tabs(`Media of ${name}`, section, [["top", "Top", page], ["recent", "Recent", `${page}?in=recent`]]),
    mediaGrid(api, ask, signal, `${section} media of ${name}`, { told: section === "top" ? { deeds, surface, query: name } : null }),
  );
}
