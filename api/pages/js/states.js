// What stands where results will be or would be: waiting, nothing, an error, a part of the answer.

import { h } from "./dom.js";
import { constellation, icon } from "./icons.js";
import { lasting } from "./words.js";

/** Placeholders in the shape of what comes. */
export const waiting = (shape, times) =>
  h("ul", { class: shape === "tile" ? "grid" : "cards", "aria-hidden": "true" }, Array.from({ length: times }, () => h("li", { class: `ghost ${shape}-ghost` })));

/** Nothing was found: what that may mean, and what to do. */
export const nothing = (title, hint, ...more) => h("div", { class: "state" }, constellation("faint"), h("h2", null, title), hint && h("p", null, hint), ...more);

/** An error, with the way to try again. */
export function failed(error, again) {
  return h(
    "div",
    { class: "state error", role: "alert" },
    h("h2", null, TITLES[error.code] ?? "That did not work"),
    h("p", null, error.message),
    error.hint && h("p", { class: "hint" }, error.hint),
    again && h("button", { type: "button", class: "button", onclick: again }, "Try again"),
    error.request_id && h("p", { class: "fine" }, `request ${error.request_id}`),
  );
}

const TITLES = {
  unreachable: "Nobody answers",
  overloaded: "Too busy just now",
  unsigned: "The service wants to know who asks",
  "token-expired": "The viewer token has ended",
  "no-scope": "Your token does not open this",
  deadline: "It took too long",
};

/** What was cut from an answer, and how old it is; null where it is whole and of now. */
export function cuts(answer) {
  const said = (answer.incomplete ?? []).map(cutText);
  if (!said.length && answer.complete === false) said.push("This is a part of the answer.");
  if (answer.age_ms !== undefined) said.push(`The index is ${lasting(answer.age_ms / 1000)} behind what happens.`);
  return said.length ? h("div", { class: "notice", role: "status" }, icon("clock"), h("div", null, said.map((line) => h("p", null, line)))) : null;
}

/** One thing that was cut, in words. */
export function cutText(reason) {
  switch (reason.reason) {
    case "inner limit":
      return reason.found === undefined
        ? `Only the first ${reason.kept} of ${reason.form} were looked at.`
        : `${reason.form} took ${reason.kept} of ${reason.found} inner results, by ${reason.order}.`;
    case "deadline":
      return "Time ran out: these are the best that were found by then.";
    default:
      return Object.entries(reason).map(([name, value]) => (name === "reason" ? value : `${name} ${value}`)).join(", ");
  }
}
