// A place: where it is, the best and the newest media from there, and who of one's people was there.

import { spaced } from "../cards.js";
import { h, said } from "../dom.js";
import { icon } from "../icons.js";
import { one } from "../questions.js";
import { count, country } from "../words.js";
import { head, missing } from "./parts.js";
import { sections } from "./sections.js";

/** The page of one place. */
export async function placeView(scene) {
  const { api, args: [id], main, signal } = scene;
  const place = await one(api, "place", id, { signal });
  if (place === null) return main.replaceChildren(missing("place")), "Not found";
  const where = Number.isFinite(place.lat) && (place.lat || place.lon) ? `${Math.abs(place.lat).toFixed(3)}° ${place.lat < 0 ? "S" : "N"}, ${Math.abs(place.lon).toFixed(3)}° ${place.lon < 0 ? "W" : "E"}` : "";
  const facts = [place.category && said(place.category), place.city && said(place.city), place.country && country(place.country), count(place.public_media, "public post"), where && h("span", { dir: "ltr" }, where)];
  main.replaceChildren(head(h("span", { class: "face place-face huge" }, icon("place")), said(place.name), spaced(facts)));
  sections(scene, `/v1/places/${id}`, `/places/${id}`, place.name, "place_top");
  return place.name;
}
