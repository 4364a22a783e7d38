// A person: who they are to the viewer, their media, who follows them and whom they follow.

import { tieLine } from "../cards.js";
import { h, said } from "../dom.js";
import { icon, verified } from "../icons.js";
import { avatar } from "../pictures.js";
import { media, one, search, ties } from "../questions.js";
import { nothing } from "../states.js";
import { spaced } from "../cards.js";
import { count, country } from "../words.js";
import { head, mediaGrid, missing, paged, tabs } from "./parts.js";

/** The profile of one user. */
export async function profile({ api, url, args: [id], main, signal }) {
  const user = await one(api, "user", id, { signal });
  if (user === null) return main.replaceChildren(missing("person")), "Not found";
  const isMe = api.identity.viewer?.id === id;
  const section = ["followers", "following"].includes(url.searchParams.get("in")) ? url.searchParams.get("in") : "media";
  const href = (key) => `/users/${id}${key === "media" ? "" : `?in=${key}`}`;
  const tie = h("p", { class: "tie" });
  const status = h("span", { class: "status" }, isMe && h("span", { class: "badge" }, "You"));
  const facts = [said(user.fullname), count(user.followers, "follower"), user.country && country(user.country), user.is_private && h("span", { class: "lock" }, icon("lock"), " private")];
  main.replaceChildren(
    head(avatar(id, user.fullname || user.name, "huge"), [said(user.name), user.is_verified && verified(), status], spaced(facts), tie),
    tabs("Sections of the profile", section, [["media", "Media", href("media")], ["followers", "Followers", href("followers")], ["following", "Following", href("following")]]),
  );
  if (!isMe)
    ties(api, [user.name], { signal })
      .then((found) => {
        tie.replaceChildren(...tieLine(found[user.name]));
        if (found[user.name]?.isFollowed) status.append(h("span", { class: "badge" }, "Following"));
      })
      .catch(() => {});
  if (section === "media") {
    const empty = () =>
      user.is_private && !isMe ? nothing("This account is private", "Only people whom it lets follow see its media.") : nothing("No media yet", "");
    main.append(mediaGrid(api, (cursor, at) => media(api, `/v1/users/${id}/media`, { cursor, limit: 24 }, { signal: at }), signal, `Media of ${user.name}`, { empty }));
  } else {
    const query = section === "followers" ? `follower:${id}` : `followed_by:${id}`;
    const empty = () => nothing("Nobody here", "Nobody that you may see.");
    main.append(paged({ api, shape: "card", signal, empty, label: section, ask: (cursor, at) => search(api, query, "user", { cursor, limit: 20 }, { signal: at }) }));
  }
  return user.name;
}
