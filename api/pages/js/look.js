// Theme and direction, as the person at this browser likes them. `early.js` applies them before the first paint.

import { recall, remember } from "./memory.js";

const root = document.documentElement;

/** What is chosen: `theme` is "auto", "light" or "dark", `dir` is "ltr" or "rtl". */
export function look() {
  const { theme, dir } = recall("look", {});
  return { theme: theme ?? "auto", dir: dir ?? "ltr" };
}

/** Choose, for this page and the ones to come. */
export function setLook(change) {
  const chosen = { ...look(), ...change };
  remember("look", chosen);
  if (chosen.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = chosen.theme;
  root.dir = chosen.dir;
}
