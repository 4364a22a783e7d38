// Icons: drawn with the colour of the text around them, never the only thing that says something.

import { svg } from "./dom.js";

const PATHS = {
  search: ["M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Z", "M15.3 15.3 20 20"],
  user: ["M12 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5Z", "M4.8 20c.6-3.6 3.5-5.6 7.2-5.6s6.6 2 7.2 5.6"],
  hashtag: ["M9.5 4 7.5 20", "M16.5 4l-2 16", "M4.5 9h16", "M3.5 15h16"],
  place: ["M12 21c4.4-4.6 6.6-8.1 6.6-11a6.6 6.6 0 1 0-13.2 0c0 2.9 2.2 6.4 6.6 11Z", "M12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z"],
  media: ["M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v11a2.5 2.5 0 0 1-2.5 2.5h-11A2.5 2.5 0 0 1 4 17.5Z", "m4.5 17 4.7-5 3.6 3.7 2.5-2.6 4.2 4.2", "M15.5 9.2h.01"],
  group: ["M9 11.2a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2Z", "M3 19c.5-3 2.8-4.7 6-4.7s5.5 1.7 6 4.7", "M15.5 5.3a3.1 3.1 0 0 1 0 5.7", "M17.5 14.7c2 .7 3.2 2.2 3.5 4.3"],
  lock: ["M7 11h10a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 17 20H7a1.5 1.5 0 0 1-1.5-1.5v-6A1.5 1.5 0 0 1 7 11Z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  compass: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "m15.5 8.5-2 5-5 2 2-5Z"],
  sliders: ["M4 8h9", "M17 8h3", "M15 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z", "M4 16h3", "M11 16h9", "M9 18.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M12 7.5V12l3 2"],
  play: ["M8 5.5v13l10.5-6.5Z"],
  stack: ["M8.5 4h9A2.5 2.5 0 0 1 20 6.5v9", "M6.5 7.5h7a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 4 17v-7a2.5 2.5 0 0 1 2.5-2.5Z"],
  arrow: ["M5 12h14", "m13 6 6 6-6 6"],
  terminal: ["m5 7 5 5-5 5", "M12.5 17H19"],
  key: ["M8.5 19a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Z", "m11.7 11.3 7.8-7.8", "m16 7 2.5 2.5"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"],
  star: ["m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.7-5 2.7.9-5.6-4-4 5.6-.8Z"],
  trash: ["M5 7h14", "M9 7V5h6v2", "M7 7l.8 12h8.4L17 7"],
};

/** An icon by name, as large as the text. */
export function icon(name, more = "") {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon ${more}`, "aria-hidden": "true", focusable: "false" },
    ...PATHS[name].map((d) => svg("path", { d })),
  );
}

/** The sign of a verified account, which says so to everybody. */
export function verified() {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "verified", role: "img", "aria-label": "verified" },
    svg("path", { class: "seal", d: "M12 2.5l2.3 1.9 3-.2.9 2.9 2.6 1.5-1 2.8 1 2.8-2.6 1.5-.9 2.9-3-.2L12 21.5l-2.3-1.9-3 .2-.9-2.9-2.6-1.5 1-2.8-1-2.8 2.6-1.5.9-2.9 3 .2Z" }),
    svg("path", { class: "tick", d: "m8.3 12.2 2.6 2.6 4.9-5.3" }),
  );
}

/** The constellation that the project has its name from. */
export function constellation(more = "") {
  const stars = [[5, 23, 1.6], [12, 17.5, 2.1], [14.5, 8.5, 1.5], [21, 19, 2.1], [27, 12.5, 1.7], [23, 27, 1.4]];
  return svg(
    "svg",
    { viewBox: "0 0 32 32", class: `constellation ${more}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "M5 23 12 17.5 14.5 8.5M12 17.5 21 19 27 12.5M21 19 23 27" }),
    ...stars.map(([cx, cy, r]) => svg("circle", { cx, cy, r })),
  );
}
