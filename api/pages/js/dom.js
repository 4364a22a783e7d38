// Elements from values. Text is only ever text here: nothing in these pages turns a string into markup.

const SVG = "http://www.w3.org/2000/svg";

function put(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.setAttribute("class", value);
    else if (name === "value" && "value" in node) node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element: attributes, `on…` listeners, children (nodes, strings, lists of them; null is nothing). */
export const h = (tag, props, ...children) => put(document.createElement(tag), props, children);

/** An SVG element. */
export const svg = (tag, props, ...children) => put(document.createElementNS(SVG, tag), props, children);

/** Text that people wrote: set in the direction of its own script, whatever that of the page. */
export const said = (text, tag = "bdi") => h(tag, { dir: "auto" }, text);

let counter = 0;
/** An id that no other element has. */
export const fresh = (name) => `${name}-${++counter}`;

let timer;
/** Tell screen readers, once nothing newer comes. */
export function announce(text) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    document.getElementById("announcer").textContent = text;
  }, 250);
}
