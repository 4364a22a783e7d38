// Who asks. A service without keys mints viewer tokens for this machine's own pages, whoever the person chooses to be; any other
// service is asked with a token that was handed to the page, or with a key that signs for one.

import { recall, remember } from "./memory.js";
import { readKey, sign } from "./signing.js";

const LIFETIME_S = 600;
const EARLY_S = 30;
const HANDED = ["token", "as", "key"];

/** Says `change` when somebody else asks, and `needed` when the service wants to know who does. */
export class Identity extends EventTarget {
  /** `{id, name}` of the viewer; null is a stranger. */
  viewer = null;
  /** Whether the service has said that it wants tokens or signatures. */
  isKeyed = false;
  #token = null;
  #minting = null;
  #key = null;

  constructor() {
    super();
    const handed = new URLSearchParams(location.hash.slice(1));
    const kept = recall("token", {}, "sessionStorage");
    if (handed.has("token")) this.useToken(handed.get("token"));
    else if (kept.text && kept.expires * 1000 > Date.now()) this.#hold(kept);
    else if (/^-?\d{1,19}$/.test(handed.get("as") ?? "")) this.become({ id: handed.get("as"), name: "" });
    else this.viewer = recall("viewer", {}).id ? recall("viewer", {}) : null;
    this.ready = handed.has("key") ? this.#useHandedKey(handed.get("key")) : Promise.resolve();
    if (HANDED.some((name) => handed.has(name))) {
      HANDED.forEach((name) => handed.delete(name)); // nobody copies a secret with an address
      history.replaceState(history.state, "", `${location.pathname}${location.search}${handed.size ? `#${handed}` : ""}`);
    }
  }

  /** The id of the key that signs, null without one. */
  get keyId() {
    return this.#key?.id ?? null;
  }

  /** Ask as another viewer; null is a stranger. */
  become(viewer) {
    this.viewer = viewer;
    this.#token = null;
    this.#minting = null;
    remember("viewer", viewer);
    remember("token", null, "sessionStorage");
    this.dispatchEvent(new Event("change"));
  }

  /** What people call the viewer, once it is known. */
  rename(name) {
    if (this.viewer === null || this.viewer.name === name) return;
    this.viewer = { ...this.viewer, name };
    remember("viewer", this.viewer);
    this.dispatchEvent(new Event("named"));
  }

  /** Ask with a token that somebody had minted. The service alone says whether it is one; what it says of itself is shown. */
  useToken(text) {
    let content = [];
    try {
      const written = text.split(".")[0].replaceAll("-", "+").replaceAll("_", "/");
      content = JSON.parse(atob(written).replace(/(?<=,)(-?\d{16,})(?=,)/, '"$1"')); // ids have 64 bits, numbers here 53
    } catch {
      // no token of ours: the first request will say so
    }
    const kept = { text, expires: Number(content[3] ?? 0), viewer: content[1] == null ? null : String(content[1]) };
    remember("token", kept, "sessionStorage");
    this.#hold(kept);
    this.dispatchEvent(new Event("change"));
  }

  /** Sign with a key, and have it mint viewer tokens. The key is held by this page until it is left. */
  async useKey(id, secret) {
    this.#key = await readKey(id, secret);
    this.isKeyed = true;
    this.become(this.viewer);
  }

  async #useHandedKey(text) {
    const [id, secret] = text.split(":");
    await this.useKey(id, secret.replaceAll("-", "+").replaceAll("_", "/"));
  }

  #hold(kept) {
    this.isKeyed = true;
    this.viewer = kept.viewer === null ? null : { id: kept.viewer, name: "" };
    this.#token = { text: kept.text, expires: kept.expires, isHanded: true };
  }

  /** The headers that say who asks; `asKey`: the key itself, for what no viewer may do. */
  async headers(method, target, body, { asKey = false } = {}) {
    await this.ready;
    if (asKey && this.#key) return sign(this.#key, method, target, body, this.viewer?.id);
    if (this.#token?.isHanded) return { authorization: `Bearer ${this.#token.text}` };
    if (this.viewer === null && this.#key === null) return {};
    if (this.#token === null || this.#token.expires - EARLY_S < Date.now() / 1000) {
      this.#minting ??= this.#mint().finally(() => (this.#minting = null));
      await this.#minting;
    }
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token.text}` };
  }

  /** Forget the token: the service did not take it. Whether another one can be had. */
  drop() {
    const wasHanded = this.#token?.isHanded ?? false;
    if (wasHanded) remember("token", null, "sessionStorage");
    this.#token = null;
    return !wasHanded;
  }

  /** The service wants to know who asks, and we cannot say. */
  ask() {
    this.isKeyed = true;
    this.dispatchEvent(new Event("needed"));
  }

  async #mint() {
    const viewer = this.viewer?.id ?? null;
    const body = JSON.stringify({ viewer, lifetime_s: LIFETIME_S });
    const target = "/v1/viewer-tokens";
    const signed = this.#key ? await sign(this.#key, "POST", target, body) : {};
    const answer = await fetch(target, { method: "POST", body, headers: { "content-type": "application/json", ...signed } });
    if (!answer.ok || (this.viewer?.id ?? null) !== viewer) return; // refused, or for somebody who has left: then without
    const { token, expires } = await answer.json();
    this.#token = { text: token, expires, isHanded: false };
  }
}

