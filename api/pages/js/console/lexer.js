// The words of a query text and what each of them is, by the tables of the service: known names look like names, others like errors.

const TOKEN = /(?<space>\s+)|(?<comment>;[^\n]*)|(?<open>\()|(?<close>\))|(?<text>(?:[^\s();"]+|"(?:[^"\\]|\\.)*"?)+)/gsu;

/** The pieces of a text as `[piece, kind]`; together they are the text. `language` null knows no names. */
export function lex(text, language) {
  const found = [];
  let awaitsOperator = false;
  for (const { 0: piece, groups } of text.matchAll(TOKEN)) {
    if (groups.text === undefined) {
      found.push([piece, groups.space ? "space" : groups.comment ? "comment" : "paren"]);
      if (groups.open) awaitsOperator = true;
      else if (!groups.space) awaitsOperator = false;
      continue;
    }
    if (awaitsOperator) found.push([piece, known(language?.operators, piece) ? "operator" : "unknown"]);
    else if (piece.startsWith(":")) found.push([piece, known(language?.options, piece.slice(1)) ? "option" : "unknown"]);
    else found.push(...term(piece, language));
    awaitsOperator = false;
  }
  return found;
}

function term(piece, language) {
  const at = piece.startsWith('"') ? -1 : piece.indexOf(":");
  if (at < 0) return [[piece, /^-?\d*\.?\d+$/.test(piece) ? "number" : "word"]];
  const name = piece.slice(0, at + 1);
  const rest = piece.slice(at + 1);
  const found = [[name, known(language?.edges, name.slice(0, -1)) ? "edge" : "unknown"]];
  if (!rest) return found;
  const stars = rest.length > 1 && rest.endsWith("*") ? "*" : "";
  const value = stars ? rest.slice(0, -1) : rest;
  found.push([value, value === "me" ? "me" : /^-?\d+$/.test(value) ? "number" : "value"]);
  if (stars) found.push([stars, "star"]);
  return found;
}

const known = (table, name) => table === undefined || table.has(name);

/** The places of the parenthesis at or before a place and of its other half; null where there is none. */
export function pairAt(pieces, place) {
  const open = [];
  const pairs = new Map();
  let at = 0;
  for (const [piece, kind] of pieces) {
    if (kind === "paren" && piece === "(") open.push(at);
    else if (kind === "paren" && open.length) {
      const other = open.pop();
      pairs.set(other, at).set(at, other);
    }
    at += piece.length;
  }
  for (const here of [place - 1, place]) if (pairs.has(here)) return [here, pairs.get(here)];
  return null;
}
