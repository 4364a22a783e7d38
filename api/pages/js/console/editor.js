// The query editor: a text area over its own text in colours, so that the keyboard, undo and screen readers are the browser's own.
// Candidates come from the service, which knows the language and the viewer's terms; errors are marked where they are.

import { announce, fresh, h } from "../dom.js";
import { unitsOf } from "../ranges.js";
import { lex, pairAt } from "./lexer.js";

const PAUSE_MS = 90;
const SHOWN = 12;

export class Editor {
  #language = null;
  #error = null;
  #candidates = [];
  #partial = "";
  /** Where the piece begins that a candidate replaces. */
  #from = 0;
  #active = -1;
  #sequence = 0;
  #timer = 0;

  /** `complete(text)` gives `{partial, candidates}`; `run()` is told at Ctrl+Enter, `changed()` at each change. */
  constructor({ label, value = "", complete, run, changed = () => {} }) {
    Object.assign(this, { complete, run, changed });
    const list = fresh("candidates");
    const problem = fresh("problem");
    const id = fresh("query");
    this.paint = h("pre", { class: "editor-paint", "aria-hidden": "true" });
    this.area = h("textarea", {
      id,
      class: "editor-area",
      rows: "1",
      dir: "ltr",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      "aria-describedby": problem,
      "aria-autocomplete": "list",
      "aria-controls": list,
      "aria-haspopup": "listbox",
      value,
      oninput: () => this.#input(),
      onkeydown: (event) => this.#key(event),
      onkeyup: () => this.#draw(),
      onclick: () => (this.#close(), this.#draw()),
      onblur: () => (this.#close(), this.#draw()),
    });
    this.list = h("ul", { id: list, role: "listbox", "aria-label": "Candidates", class: "candidates", hidden: true, onmousedown: (event) => event.preventDefault() });
    this.problem = h("div", { id: problem, class: "problem", role: "alert" });
    this.node = h("div", { class: "editor-whole" }, h("label", { class: "unseen", for: id }, label), h("div", { class: "editor" }, this.paint, this.area, this.list), this.problem);
    this.#draw();
  }

  get text() {
    return this.area.value;
  }

  set text(value) {
    this.area.value = value;
    this.fail(null);
  }

  /** The names that are known, as sets by kind. */
  set language(sets) {
    this.#language = sets;
    this.#draw();
  }

  /** Show an error where it is; null takes it away. */
  fail(error) {
    this.#error = error;
    this.problem.replaceChildren();
    this.area.toggleAttribute("aria-invalid", Boolean(error?.line));
    if (error?.line) this.area.setAttribute("aria-invalid", "true");
    this.#draw();
    if (error === null) return;
    this.problem.append(
      ...[
        h("p", null, h("strong", null, error.message), error.line && h("span", { class: "where" }, ` line ${error.line}, column ${error.column}`)),
        error.excerpt && h("pre", { dir: "ltr" }, error.excerpt),
        error.hint && h("p", { class: "hint" }, error.hint),
      ].filter(Boolean),
    );
  }

  /** Where the error stands, in UTF-16 units: `[start, end)`. */
  #wrong() {
    if (!this.#error?.line) return null;
    const lines = this.area.value.split("\n");
    const line = lines[this.#error.line - 1];
    if (line === undefined) return null;
    const before = lines.slice(0, this.#error.line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const marks = /\^+/.exec(this.#error.excerpt ?? "")?.[0].length ?? 1;
    const start = unitsOf(line, this.#error.column - 1);
    return [before + start, before + Math.max(start + 1, unitsOf(line, this.#error.column - 1 + marks))];
  }

  #draw() {
    const text = this.area.value;
    const pieces = lex(text, this.#language);
    const wrong = this.#wrong();
    const pair = document.activeElement === this.area ? pairAt(pieces, this.area.selectionStart) : null;
    const spans = [];
    let at = 0;
    for (const [piece, kind] of pieces) {
      const end = at + piece.length;
      const isPair = kind === "paren" && pair?.includes(at);
      // an error may begin or end inside a piece
      const cuts = [at, ...(wrong ?? []).filter((place) => place > at && place < end), end];
      for (let part = 0; part + 1 < cuts.length; part++) {
        const isWrong = wrong && cuts[part] >= wrong[0] && cuts[part] < wrong[1];
        spans.push(h("span", { class: `t-${kind}${isPair ? " pair" : ""}${isWrong ? " wrong" : ""}` }, text.slice(cuts[part], cuts[part + 1])));
      }
      at = end;
    }
    if (wrong && wrong[0] >= text.length) spans.push(h("span", { class: "wrong" }, " "));
    this.paint.replaceChildren(...spans, "\n");
  }

  #input() {
    this.fail(null);
    this.changed();
    this.#narrow();
    clearTimeout(this.#timer);
    this.#sequence++;
    this.#timer = setTimeout(() => this.#offer(false), PAUSE_MS);
  }

  async #offer(isAsked) {
    clearTimeout(this.#timer);
    const sequence = ++this.#sequence;
    const before = this.area.value.slice(0, this.area.selectionStart);
    let offered;
    try {
      offered = await this.complete(before);
    } catch {
      return; // completion is a help: what is wrong, running the query says
    }
    if (sequence !== this.#sequence || document.activeElement !== this.area) return;
    // behind white space almost everything may stand: only on request
    if (!isAsked && !offered.partial && !before.endsWith("(")) return this.#close();
    const candidates = offered.candidates.filter(({ text }) => text !== offered.partial).slice(0, SHOWN);
    if (!candidates.length) return this.#close();
    this.#list(candidates, offered.partial);
    this.#place(before.length - offered.partial.length);
    announce(`${candidates.length} candidates, arrow down to choose`);
  }

  /** Until the answer to what was just typed comes, those of the list that still fit it stand in it. */
  #narrow() {
    if (this.list.hidden) return;
    const partial = this.area.value.slice(this.#from, this.area.selectionStart);
    const candidates = this.#candidates.filter(({ text }) => text.startsWith(partial) && text !== partial);
    if (partial.length && candidates.length) this.#list(candidates, partial);
    else this.#close();
  }

  /** Put candidates for the piece before the cursor into the list; who was chosen before stays so, where he is there. */
  #list(candidates, partial) {
    const chosen = this.#candidates[this.#active]?.text;
    this.#candidates = candidates;
    this.#partial = partial;
    this.#from = this.area.selectionStart - partial.length;
    this.#active = -1;
    this.area.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(
      ...candidates.map(({ text, meaning }, place) =>
        h("li", { role: "option", id: `${this.list.id}-${place}`, "aria-selected": "false", onclick: () => this.#take(place) }, h("code", { dir: "ltr" }, text), h("span", null, meaning)),
      ),
    );
    this.list.hidden = false;
    const place = candidates.findIndex(({ text }) => text === chosen);
    if (place >= 0) this.#point(place);
  }

  /** Put the list under the piece that is being typed. */
  #place(at) {
    const walker = document.createTreeWalker(this.paint, NodeFilter.SHOW_TEXT);
    let left = at;
    let node = walker.nextNode();
    while (node && left > node.length) {
      left -= node.length;
      node = walker.nextNode();
    }
    const range = document.createRange();
    range.setStart(node ?? this.paint, node ? left : 0);
    const here = range.getBoundingClientRect();
    const box = this.paint.getBoundingClientRect();
    const room = box.width - Math.min(box.width, this.list.offsetWidth);
    this.list.style.left = `${Math.max(0, Math.min(here.left - box.left, room))}px`;
    this.list.style.top = `${(here.bottom || box.top + 28) - box.top + 4}px`;
  }

  #close() {
    clearTimeout(this.#timer);
    this.#sequence++;
    this.list.hidden = true;
    this.#active = -1;
    this.area.removeAttribute("aria-activedescendant");
  }

  #point(place) {
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = place;
    const option = this.list.children[place];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.area.setAttribute("aria-activedescendant", option.id);
  }

  #take(place) {
    const end = this.area.selectionStart;
    this.area.setRangeText(this.#candidates[place].text, end - this.#partial.length, end, "end");
    this.#close();
    this.fail(null);
    this.changed();
    this.area.focus();
  }

  #key(event) {
    if (event.isComposing) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && isCommand) {
      event.preventDefault();
      this.#close();
      return void this.run();
    }
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return void this.#offer(true);
    }
    if (this.list.hidden) return;
    const last = this.#candidates.length - 1;
    if (event.key === "ArrowDown") this.#point(this.#active === last ? 0 : this.#active + 1);
    else if (event.key === "ArrowUp") this.#point(this.#active <= 0 ? last : this.#active - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && this.#active >= 0) this.#take(this.#active);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
  }
}
