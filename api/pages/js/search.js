// The search page: one bar, one place for what is looked at, and the way between addresses.

import { Api } from "./api.js";
import { suggestionLine } from "./cards.js";
import { Combobox } from "./combobox.js";
import { Deeds } from "./deeds.js";
import { announce } from "./dom.js";
import { bar } from "./frame.js";
import { Identity } from "./identity.js";
import { placeOf, suggestions } from "./questions.js";
import { failed } from "./states.js";
import { exploreView } from "./views/explore.js";
import { hashtagView } from "./views/hashtag.js";
import { groupView } from "./views/group.js";
import { home } from "./views/home.js";
import { mediaView } from "./views/media.js";
import { placeView } from "./views/place.js";
import { profile } from "./views/profile.js";
import { results } from "./views/results.js";

const ROUTES = [
  [/^\/$/, home],
  [/^\/search$/, results],
  [/^\/explore$/, exploreView],
  [/^\/users\/(-?\d+)$/, profile],
  [/^\/hashtags\/(.+)$/, hashtagView],
  [/^\/places\/(-?\d+)$/, placeView],
  [/^\/groups\/(-?\d+)$/, groupView],
  [/^\/media\/(-?\d+)$/, mediaView],
];

const identity = new Identity();
const api = new Api(identity);
const deeds = new Deeds(api);
const main = document.getElementById("main");
let leaving = null;

const box = new Combobox({
  label: "Search people, hashtags, places and groups",
  placeholder: "Search",
  ask: async (text, signal) => {
    const answer = await suggestions(api, text, { limit: 10, signal });
    return { ...answer, note: answer.isPartial ? "There may be more: not everything was looked at in time." : "" };
  },
  draw: suggestionLine,
  shown: (text, { slots, request_id }) => deeds.shown("typeahead", text, slots, request_id),
  pick: (slot, place) => {
    deeds.clicked(place);
    go(placeOf(slot));
  },
  submit: (text) => go(`/search?${new URLSearchParams({ q: text })}`),
});

/** Go to an address of this site. */
function go(address, { replaces = false } = {}) {
  history[replaces ? "replaceState" : "pushState"]({}, "", address);
  show({ moves: true });
}

/** A piece of an address as text; as it stands where it is not the UTF-8 of any. */
function decoded(piece) {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

/** Show what the address names. */
async function show({ moves = false } = {}) {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const url = new URL(location.href);
  const [found, view] = ROUTES.map(([form, shown]) => [form.exec(url.pathname), shown]).find(([match]) => match) ?? [[], home];
  mark(url.pathname);
  if (view !== results) box.set("");
  document.body.dataset.view = view.name;
  main.setAttribute("aria-busy", "true");
  if (moves) window.scrollTo(0, 0);
  try {
    const title = await view({ api, deeds, url, args: found.slice(1).map(decoded), signal, go, main, box, again: () => show() });
    if (signal.aborted) return;
    document.title = title ? `${title} · Monoceros` : "Monoceros";
    if (moves) {
      main.focus({ preventScroll: true });
      announce(title);
    }
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    main.replaceChildren(failed(error, () => show()));
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || !ROUTES.some(([form]) => form.test(url.pathname)) || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  go(url.pathname + url.search);
});
window.addEventListener("popstate", () => show());
identity.addEventListener("change", () => show());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, dialog")) return;
  event.preventDefault();
  box.input.focus();
  box.input.select();
});

await identity.ready;
const mark = bar(api, box.node);
show();
