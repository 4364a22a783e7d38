// How documents look: as a line under the search box, as a card in a list, as a tile in a grid.

import { h, said } from "./dom.js";
import { icon, verified } from "./icons.js";
import { avatar, scene } from "./pictures.js";
import { placeOf } from "./questions.js";
import { pieces } from "./ranges.js";
import { ago, count, country } from "./words.js";

const KIND = { user: "person", hashtag: "hashtag", place: "place", group: "group", media: "media" };

/** The picture of a document: a face, or the icon of its kind. */
export function face({ id, vertical, name, text }, more = "") {
  if (vertical === "user") return avatar(id, text?.fullname || name, more);
  if (vertical === "media") return h("span", { class: `face media-face ${more}` }, scene(id));
  return h("span", { class: `face ${vertical}-face ${more}` }, icon(vertical));
}

/** A text with the service's ranges marked. */
export function marked(text, ranges, tag = "bdi") {
  return h(tag, { dir: "auto" }, pieces(text, ranges).map(([piece, isMarked]) => (isMarked ? h("mark", null, piece) : piece)));
}

/** A suggestion: picture, name with what was typed marked, what else it is called, why it is here. */
export function suggestionLine(slot) {
  const ranges = (field) => slot.matches.find((match) => match.field === field)?.ranges ?? [];
  const [main, ...others] = Object.entries(slot.text).filter(([, text]) => text);
  const below = [
    ...others.map(([field, text]) => marked(text, ranges(field))),
    slot.reason && h("span", { class: "reason", dir: "auto" }, slot.reason),
  ].filter(Boolean);
  return [
    face(slot),
    h(
      "span",
      { class: "line" },
      h("span", { class: "line-name" }, marked(main[1], ranges(main[0]))),
      below.length > 0 && h("span", { class: "line-below why" }, ...spaced(below)),
    ),
    h("span", { class: "kind" }, KIND[slot.vertical]),
  ];
}

/** Pieces with a dot between, which is heard as a comma, each in the direction of its own script. */
export function spaced(parts) {
  const whole = parts.filter(Boolean).map((part) => (typeof part === "string" ? said(part) : part));
  return whole.flatMap((part, at) => (at ? [h("span", { class: "dot", "aria-hidden": "true" }, " · "), h("span", { class: "unseen" }, ", "), part] : [part]));
}

/** A result in a list. `tie`: how the viewer stands to a person. */
export function card(hit, tie) {
  const fields = hit.fields ?? hit;
  return h(
    "li",
    { class: "card" },
    h(
      "a",
      { class: "card-link", href: placeOf(hit), "data-id": hit.id, "data-vertical": hit.vertical },
      face({ ...hit, text: fields }, "large"),
      h(
        "span",
        { class: "line" },
        h("span", { class: "line-name" }, said(hit.name), fields.is_verified && [" ", verified()], fields.is_private && lock()),
        h("span", { class: "line-below" }, ...spaced(below(hit.vertical, fields))),
        h("span", { class: "tie", "data-name": hit.name }, ...tieLine(tie ?? leadOf(hit))),
      ),
      badge(tie),
    ),
  );
}

const lock = () => h("span", { class: "lock" }, icon("lock"), h("span", { class: "unseen" }, ", private"));
const leadOf = (hit) => (hit.lineage?.length ? { reads: hit.lineage[0].reads, by: hit.lineage[0].by } : undefined);
const badge = (tie) => tie?.isFollowed && h("span", { class: "badge" }, "Following");

/** "followed by ann, bob and 12 more", with their faces. */
export function tieLine(tie) {
  if (!tie?.reads) return [];
  return [
    h("span", { class: "faces", "aria-hidden": "true" }, tie.by.filter(({ vertical }) => vertical === "user").slice(0, 3).map((person) => avatar(person.id, person.name, "tiny"))),
    h("span", { dir: "auto" }, tie.reads),
  ];
}

/** Put ties, which come later, into cards that are there. */
export function tieCards(list, found) {
  for (const line of list.querySelectorAll(".tie")) {
    const tie = found[line.dataset.name];
    if (tie === undefined) continue;
    line.replaceChildren(...tieLine(tie));
    if (tie.isFollowed && !line.closest(".card-link").querySelector(".badge")) line.closest(".card-link").append(badge(tie));
  }
}

function below(vertical, fields) {
  switch (vertical) {
    case "user":
      return [fields.fullname && said(fields.fullname), fields.followers !== undefined && count(fields.followers, "follower"), fields.country && country(fields.country)];
    case "hashtag":
      return [fields.public_media !== undefined && count(fields.public_media, "post")];
    case "place":
      return [fields.category && said(fields.category), fields.city && said(fields.city), fields.country && country(fields.country), fields.public_media > 0 && count(fields.public_media, "post")];
    case "group":
      return [fields.description && said(fields.description), fields.members !== undefined && count(fields.members, "member"), fields.is_public === false && "private group"];
    default:
      return [fields.hashtags?.length > 0 && said(fields.hashtags.slice(0, 4).join(" ")), fields.created_at_ms && ago(fields.created_at_ms)];
  }
}

/** A media in a grid. */
export function tile(hit) {
  const { content_type: kind = "photo", hashtags = [], place, created_at_ms } = hit.fields ?? {};
  const words = [`${kind[0].toUpperCase()}${kind.slice(1)} by ${hit.name}`, place && `at ${place}`, created_at_ms && ago(created_at_ms), hit.reason].filter(Boolean).join(", ");
  return h(
    "li",
    { class: "tile" },
    h(
      "a",
      { href: placeOf(hit), "aria-label": words, "data-id": hit.id, "data-vertical": "media" },
      scene(hit.id, hashtags),
      kind !== "photo" && h("span", { class: "tile-kind" }, icon(kind === "video" ? "play" : "stack")),
      h("span", { class: "tile-below", "aria-hidden": "true" }, said(hit.name), hit.reason && h("span", { class: "tile-reason" }, hit.reason)),
    ),
  );
}
