// The plan as run, drawn as a tree: each operator with what came out of it, and, for operators of the service, what was thought before
// and how long it took. Trees of queries are small, so every leaf has a row of its own and every operator stands between its first
// and last operand.

import { h, svg } from "../dom.js";
import { ms, number, short } from "../words.js";

const WIDTH = 230;
const HEIGHT = 78;
const GAP_X = 54;
const GAP_Y = 16;
const LETTERS = 31;

/** The tree, and below it the same as a table for whoever reads rather than looks. */
export function planView(explain) {
  const nodes = [];
  let rows = 0;
  let depth = 0;
  (function lay(node, level) {
    depth = Math.max(depth, level);
    const operands = node.operands.map((operand) => lay(operand, level + 1));
    const row = operands.length ? (operands[0].row + operands.at(-1).row) / 2 : rows++;
    const placed = { node, level, row, operands };
    nodes.push(placed);
    return placed;
  })(explain, 0);
  const most = Math.max(1, ...nodes.flatMap(({ node }) => [node.size, node.estimate ?? 0]));
  const longest = Math.max(0.001, ...nodes.map(({ node }) => node.took_ms ?? 0));
  const x = (level) => level * (WIDTH + GAP_X) + 4;
  const y = (row) => row * (HEIGHT + GAP_Y) + 4;
  const width = x(depth) + WIDTH + 4;
  const height = y(rows - 1) + HEIGHT + 4;
  const links = nodes.flatMap(({ level, row, operands }) =>
    operands.map((operand) => {
      const [x1, y1, x2, y2] = [x(level) + WIDTH, y(row) + HEIGHT / 2, x(operand.level), y(operand.row) + HEIGHT / 2];
      return svg("path", { class: `link${operand.node.excluded ? " excluded" : ""}`, d: `M${x1} ${y1}C${x1 + GAP_X / 2} ${y1} ${x2 - GAP_X / 2} ${y2} ${x2} ${y2}` });
    }),
  );
  const boxes = nodes.map((placed) => box(placed.node, x(placed.level), y(placed.row), most, longest));
  const isCosted = explain.estimate !== undefined || explain.took_ms !== undefined;
  return h(
    "div",
    { class: "plan" },
    h("div", { class: "plan-scroll", tabindex: "0", role: "region", "aria-label": "The plan as a tree" }, svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Plan of ${nodes.length} operators; the table below says the same` }, links, boxes)),
    h("p", { class: "legend fine" }, h("span", { class: "key actual" }), "came out", isCosted && [h("span", { class: "key estimate" }), "estimated", h("span", { class: "key time" }), "time"], !isCosted && " · Estimates and times are shown to a key with the scope operator."),
    table(explain, isCosted),
  );
}

/** The length of a bar for a count: counts of lists differ by orders of magnitude, so their logarithms are drawn. */
const bar = (count, most) => (count <= 0 ? 0 : Math.max(2, ((WIDTH - 24) * Math.log1p(count)) / Math.log1p(most)));

function box(node, left, top, most, longest) {
  const form = node.text.replace(/\s+/g, " ");
  const shown = form.length > LETTERS ? `${form.slice(0, LETTERS - 1)}…` : form;
  const name = node.operator === "term" ? "list" : node.operator;
  const figures = [short(node.size), node.estimate === undefined ? "" : `of ${short(node.estimate)} estimated`].filter(Boolean).join(" ");
  return svg(
    "g",
    { class: `operator op-${node.operator}${node.excluded ? " excluded" : ""}`, transform: `translate(${left} ${top})` },
    svg("title", null, form),
    svg("rect", { class: "box", width: WIDTH, height: HEIGHT, rx: 10 }),
    svg("text", { class: "op-name", x: 12, y: 20 }, node.excluded ? `not ${name}` : name),
    node.took_ms !== undefined && svg("text", { class: "op-time", x: WIDTH - 12, y: 20, "text-anchor": "end" }, ms(node.took_ms)),
    svg("text", { class: "op-form", x: 12, y: 38 }, shown),
    svg("text", { class: "op-size", x: 12, y: 56 }, figures),
    node.estimate !== undefined && svg("rect", { class: "bar estimate", x: 12, y: 63, width: bar(node.estimate, most), height: 7, rx: 2 }),
    svg("rect", { class: "bar actual", x: 12, y: node.estimate === undefined ? 63 : 65, width: bar(node.size, most), height: node.estimate === undefined ? 5 : 3, rx: 1.5 }),
    node.took_ms !== undefined && svg("rect", { class: "bar time", x: WIDTH - 12 - (60 * node.took_ms) / longest, y: 24, width: (60 * node.took_ms) / longest, height: 2 }),
  );
}

function table(explain, isCosted) {
  const rows = [];
  (function walk(node, level) {
    rows.push(
      h(
        "tr",
        null,
        h("th", { scope: "row" }, h("code", { dir: "ltr" }, `${"· ".repeat(level)}${node.excluded ? "not " : ""}${node.text.replace(/\s+/g, " ")}`)),
        h("td", null, node.operator),
        h("td", { class: "num" }, number(node.size)),
        isCosted && [h("td", { class: "num" }, number(node.estimate ?? 0)), h("td", { class: "num" }, ms(node.took_ms ?? 0))],
      ),
    );
    node.operands.forEach((operand) => walk(operand, level + 1));
  })(explain, 0);
  const heads = ["form", "operator", "came out", ...(isCosted ? ["estimate", "time"] : [])];
  return h("details", null, h("summary", null, "As a table"), h("div", { class: "scroll" }, h("table", null, h("thead", null, h("tr", null, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", null, rows))));
}
