// Highlighting by the ranges of the service, which count code points; JavaScript's strings count UTF-16 units.

/** A text in pieces `[piece, isMarked]`, by ranges `[start, end)` of code points in ascending order. */
export function pieces(text, ranges) {
  const points = Array.from(text);
  const cut = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start < at || end <= start || end > points.length) continue; // no range of this text
    if (start > at) cut.push([points.slice(at, start).join(""), false]);
    cut.push([points.slice(start, end).join(""), true]);
    at = end;
  }
  if (at < points.length) cut.push([points.slice(at).join(""), false]);
  return cut;
}

/** The place in UTF-16 units of a place in code points. */
export function unitsOf(text, points) {
  let units = 0;
  for (const char of text) {
    if (points-- <= 0) break;
    units += char.length;
  }
  return units;
}
