// What all pages have: the bar with the brand and the way around, and the dialog in which one says who looks, and how it looks.

import { Combobox } from "./combobox.js";
import { announce, fresh, h, said } from "./dom.js";
import { suggestionLine } from "./cards.js";
import { constellation, icon } from "./icons.js";
import { look, setLook } from "./look.js";
import { recall, remember } from "./memory.js";
import { avatar } from "./pictures.js";
import { one, search, suggestions } from "./questions.js";

const KEPT = 5;

/** Fill the bar; `middle` stands between the brand and the way around. What it gives is to be told where one is. */
export function bar(api, middle = null) {
  const { identity } = api;
  const who = h("button", { type: "button", class: "who", "aria-haspopup": "dialog", onclick: () => openDialog(api) });
  const show = () => {
    const { viewer } = identity;
    const name = viewer === null ? (identity.isKeyed && !identity.keyId ? "Sign in" : "Stranger") : viewer.name || `user ${viewer.id}`;
    who.replaceChildren(viewer === null ? h("span", { class: "face stranger-face" }, icon("user")) : avatar(viewer.id, viewer.name), said(name), h("span", { class: "unseen" }, ", change who looks"));
  };
  const link = (href, text, sign) => h("a", { href }, icon(sign), h("span", null, text));
  const links = [link("/explore", "Explore", "compass"), link("/console", "Console", "terminal")];
  document.getElementById("bar").replaceChildren(
    h("a", { class: "brand", href: "/" }, constellation(), h("span", null, "Monoceros")),
    h("div", { class: "bar-middle" }, middle),
    h("nav", { "aria-label": "Pages" }, links),
    who,
  );
  identity.addEventListener("change", () => (show(), learnName(api)));
  identity.addEventListener("named", show);
  identity.addEventListener("needed", () => (show(), document.querySelector("dialog[open]") ?? openDialog(api)));
  show();
  learnName(api);
  return (here) => {
    for (const one of links) {
      if (one.getAttribute("href") === here) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
  };
}

/** What the viewer is called, where only the id is known. */
async function learnName(api) {
  const { viewer } = api.identity;
  if (viewer === null || viewer.name) return;
  const found = await one(api, "user", viewer.id).catch(() => null);
  if (found && api.identity.viewer?.id === viewer.id) api.identity.rename(found.name);
}

function openDialog(api) {
  const title = fresh("title");
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": title, onclose: () => dialog.remove(), onclick: (event) => event.target === dialog && dialog.close() });
  dialog.append(
    h(
      "div",
      { class: "dialog-inside" },
      h("div", { class: "dialog-head" }, h("h2", { id: title }, "Who is looking?"), h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
      api.identity.isKeyed ? signing(api, dialog) : null,
      api.identity.isKeyed && api.identity.keyId === null ? null : choosing(api, dialog),
      looking(),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input")?.focus();
}

/** Who looks: a person by name, one of before, or a stranger. */
function choosing(api, dialog) {
  const become = (viewer) => {
    if (viewer) remember("viewers", [viewer, ...recall("viewers", []).filter(({ id }) => id !== viewer.id)].slice(0, KEPT));
    dialog.close();
    api.identity.become(viewer);
    announce(viewer ? `You look as ${viewer.name}` : "You look as a stranger");
  };
  const box = new Combobox({
    label: "Look as",
    placeholder: "A name",
    listLabel: "People",
    ask: async (text, signal) => {
      const { slots } = await suggestions(api, text, { verticals: ["user"], limit: 6, signal });
      return { slots: slots.filter(({ vertical }) => vertical === "user") };
    },
    draw: suggestionLine,
    pick: ({ id, name }) => become({ id, name }),
  });
  const people = h("ul", { class: "viewers" });
  const line = ({ id, name }) => h("li", null, h("button", { type: "button", class: "viewer", onclick: () => become({ id, name }) }, avatar(id, name), said(name)));
  const before = recall("viewers", []);
  people.append(...before.map(line));
  if (before.length < KEPT)
    search(api, "name:*", "user", { limit: 8 })
      .then(({ results }) => people.append(...results.filter(({ id }) => !before.some((other) => other.id === id)).slice(0, 8 - before.length).map(line)))
      .catch(() => {});
  return h(
    "section",
    { class: "dialog-part" },
    h("p", { class: "fine" }, "The whole site shows what this person may see, and nothing else."),
    box.node,
    people,
    h("button", { type: "button", class: "button", onclick: () => become(null) }, "Look as a stranger"),
  );
}

/** A viewer token or a key, for services that ask for them. */
function signing(api, dialog) {
  const wrong = h("p", { class: "field-error", role: "alert" });
  const token = h("input", { type: "password", autocomplete: "off", spellcheck: "false", id: fresh("token") });
  const file = h("input", { type: "file", accept: ".json,application/json", id: fresh("key") });
  const useKey = async () => {
    try {
      const { keys } = JSON.parse(await file.files[0].text());
      const row = keys.find(({ scopes }) => scopes.includes("tokens")) ?? keys[0];
      await api.identity.useKey(row.id, row.secret);
      dialog.close();
    } catch {
      wrong.textContent = "This is no file of keys.";
    }
  };
  return h(
    "form",
    {
      class: "dialog-part",
      onsubmit: (event) => {
        event.preventDefault();
        if (!token.value.trim()) return;
        api.identity.useToken(token.value.trim());
        dialog.close();
      },
    },
    api.identity.keyId && h("p", { class: "notice" }, icon("key"), h("span", null, `Signed in with the key ${api.identity.keyId}, until this page is left.`)),
    h("label", { for: token.id }, "A viewer token"),
    h("div", { class: "row" }, token, h("button", { class: "button" }, "Use it")),
    h("label", { for: file.id }, "or a file of keys, to mint one"),
    file,
    (file.addEventListener("change", useKey), null),
    wrong,
    h("p", { class: "fine" }, "A key is held in the memory of this page and signs from here; it is never sent."),
  );
}

/** Light or dark, left or right. */
function looking() {
  const chosen = look();
  const choice = (legend, name, options) =>
    h(
      "fieldset",
      { class: "choice" },
      h("legend", null, legend),
      options.map(([value, text]) =>
        h("label", null, h("input", { type: "radio", name, value, checked: chosen[name] === value, onchange: () => setLook({ [name]: value }) }), h("span", null, text)),
      ),
    );
  return h(
    "section",
    { class: "dialog-part" },
    choice("Colours", "theme", [["auto", "As the system"], ["light", "Light"], ["dark", "Dark"]]),
    choice("Reading direction", "dir", [["ltr", "Left to right"], ["rtl", "Right to left"]]),
  );
}
