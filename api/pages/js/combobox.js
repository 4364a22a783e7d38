// An editable combobox with a list of suggestions, by the pattern of the ARIA Authoring Practices. The focus stays in the text;
// the list is walked by aria-activedescendant. An answer that is not that of the newest text is dropped.

import { announce, fresh, h } from "./dom.js";
import { icon } from "./icons.js";

const PAUSE_MS = 40;

/**
 * `ask(text, signal)` gives `{slots, note}`; `draw(slot)` the inside of an option; `pick(slot, place)` and `submit(text)` are told what
 * was chosen, and `shown(text, answer)` what was shown.
 */
export class Combobox {
  #sequence = 0;
  #asking = null;
  #timer = 0;
  #slots = [];
  #active = -1;
  #typed = "";

  constructor({ label, placeholder = "", ask, draw, pick, submit = () => {}, shown = () => {}, listLabel = "Suggestions" }) {
    Object.assign(this, { ask, draw, pick, submit, shown });
    const list = fresh("list");
    const input = fresh("input");
    this.input = h("input", {
      id: input,
      type: "text",
      role: "combobox",
      class: "combo-input",
      dir: "auto",
      placeholder,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list,
      autocomplete: "off",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      enterkeyhint: "search",
      maxlength: "256",
      oninput: () => this.#typing(),
      onkeydown: (event) => this.#key(event),
      onfocus: () => this.#slots.length && this.input.value === this.#typed && this.#wasLeft && this.#open(),
      onblur: () => this.close(),
    });
    this.list = h("ul", { id: list, role: "listbox", "aria-label": listLabel, class: "combo-list" });
    this.note = h("p", { class: "combo-note", hidden: true });
    this.popup = h("div", { class: "combo-popup", hidden: true, onmousedown: (event) => event.preventDefault() }, this.list, this.note);
    this.clear = h(
      "button",
      { type: "button", class: "combo-clear", "aria-label": "Clear", tabindex: "-1", hidden: true, onclick: () => (this.set(""), this.input.focus()) },
      icon("close"),
    );
    this.node = h("div", { class: "combo" }, h("label", { class: "unseen", for: input }, label), icon("search", "combo-icon"), this.input, this.clear, this.popup);
  }

  #wasLeft = false;

  get isOpen() {
    return !this.popup.hidden;
  }

  /** Put a text in without asking for it. */
  set(text) {
    this.#forget();
    this.input.value = text;
    this.clear.hidden = text === "";
    this.#slots = [];
    this.#typed = "";
    this.close();
  }

  close() {
    this.#wasLeft = this.isOpen;
    this.popup.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#point(-1);
  }

  #open() {
    this.popup.hidden = false;
    this.input.setAttribute("aria-expanded", String(this.#slots.length > 0));
  }

  /** Close the list for good: what is under way does not open it again. */
  #dismiss() {
    this.#forget();
    this.close();
  }

  /** Whatever is under way is of no more interest. */
  #forget() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#sequence++;
    this.node.removeAttribute("data-busy");
  }

  #typing() {
    this.#forget();
    const text = this.input.value;
    this.clear.hidden = text === "";
    if (text.trim() === "") {
      this.#slots = [];
      this.close();
      announce("");
      return;
    }
    this.#point(-1);
    this.#timer = setTimeout(() => this.#look(text), PAUSE_MS);
  }

  async #look(text) {
    const sequence = this.#sequence;
    this.#asking = new AbortController();
    this.node.setAttribute("data-busy", "");
    try {
      const answer = await this.ask(text, this.#asking.signal);
      if (sequence === this.#sequence) this.#show(text, answer);
    } catch (error) {
      if (sequence === this.#sequence && error.name !== "AbortError") this.#show(text, { slots: [], note: error.message, isError: true });
    } finally {
      if (sequence === this.#sequence) this.node.removeAttribute("data-busy");
    }
  }

  #show(text, answer) {
    const { slots, note = "", isError = false } = answer;
    this.#slots = slots;
    this.#typed = text;
    this.list.replaceChildren(
      ...slots.map((slot, place) =>
        h("li", { role: "option", id: `${this.list.id}-${place}`, class: "combo-option", "aria-selected": "false", onclick: () => this.#choose(place) }, this.draw(slot)),
      ),
    );
    this.list.hidden = slots.length === 0;
    const said = note || (slots.length ? "" : "Nothing is called so.");
    this.note.textContent = said;
    this.note.hidden = said === "";
    this.note.classList.toggle("error", isError);
    this.#active = -1;
    this.input.removeAttribute("aria-activedescendant");
    if (document.activeElement === this.input) this.#open();
    announce(slots.length ? `${slots.length === 1 ? "1 suggestion" : `${slots.length} suggestions`}, up and down to choose. ${note}` : said);
    if (slots.length) this.shown(text, answer);
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = this.#slots.length - 1;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        event.preventDefault();
        const isDown = event.key === "ArrowDown";
        if (!this.isOpen) {
          if (this.input.value !== this.#typed && this.input.value.trim()) return void (this.#forget(), this.#look(this.input.value));
          if (last < 0) return;
          this.#open();
          if (!event.altKey) this.#point(isDown ? 0 : last);
          return;
        }
        if (event.altKey) return isDown ? undefined : this.#dismiss();
        if (last < 0) return;
        // past either end stands the text itself
        this.#point(isDown ? (this.#active === last ? -1 : this.#active + 1) : this.#active === -1 ? last : this.#active - 1);
        return;
      }
      case "Home":
      case "End":
        if (this.#active < 0 || event.shiftKey) return;
        event.preventDefault();
        this.#point(-1);
        this.input.setSelectionRange(...(event.key === "Home" ? [0, 0] : [this.input.value.length, this.input.value.length]));
        return;
      case "ArrowLeft":
      case "ArrowRight":
        return this.#point(-1);
      case "Enter":
        event.preventDefault();
        if (this.isOpen && this.#active >= 0) return this.#choose(this.#active);
        this.#forget();
        this.close();
        if (this.input.value.trim()) this.submit(this.input.value.trim());
        return;
      case "Escape":
        if (this.isOpen) {
          event.preventDefault();
          event.stopPropagation();
          this.#dismiss();
        } else if (this.input.value) {
          event.preventDefault();
          event.stopPropagation();
          this.set("");
        }
        return;
      default:
    }
  }

  #point(place) {
    const options = this.list.children;
    options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = place;
    if (place < 0) return this.input.removeAttribute("aria-activedescendant");
    options[place].setAttribute("aria-selected", "true");
    options[place].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[place].id);
  }

  #choose(place) {
    const slot = this.#slots[place];
    this.#forget();
    this.close();
    this.pick(slot, place);
  }
}
