// A group: what it is about, its media, its members.

import { spaced } from "../cards.js";
import { h, said } from "../dom.js";
import { icon } from "../icons.js";
import { one, search } from "../questions.js";
import { nothing } from "../states.js";
import { count } from "../words.js";
import { head, mediaGrid, missing, paged, tabs } from "./parts.js";

/** The page of one group. */
export async function groupView({ api, url, args: [id], main, signal }) {
  const group = await one(api, "group", id, { signal });
  if (group === null) return main.replaceChildren(missing("group")), "Not found";
  const section = url.searchParams.get("in") === "members" ? "members" : "media";
  const facts = [group.description && said(group.description), count(group.members, "member"), !group.is_public && "private group"];
  main.replaceChildren(
    head(h("span", { class: "face group-face huge" }, icon("group")), said(group.name), spaced(facts)),
    tabs("Sections of the group", section, [["media", "Media", `/groups/${id}`], ["members", "Members", `/groups/${id}?in=members`]]),
    section === "media"
      ? mediaGrid(api, (cursor, at) => search(api, `in_group:${id}`, "media", { cursor, limit: 24 }, { signal: at }), signal, `Media of ${group.name}`)
      : paged({ api, shape: "card", signal, label: "members", empty: () => nothing("Nobody here", "Nobody that you may see."), ask: (cursor, at) => search(api, `member_of:${id}`, "user", { cursor, limit: 20 }, { signal: at }) }),
  );
  return group.name;
}
