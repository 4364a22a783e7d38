// What the viewer saw and chose, told to the service where it keeps such events: what rankers are trained from.

const SOON_MS = 1_500;

/** Tells of lists once nobody types on, and again with the click. A service that keeps no events is asked once only. */
export class Deeds {
  #newest = null;
  #timer = 0;
  #session = crypto.randomUUID();
  #isKept = true;

  constructor(api) {
    this.api = api;
    api.identity.addEventListener("change", () => this.#forget());
  }

  /** A list was shown. What was shown for half a word, with more letters behind it at once, is told of no more. */
  shown(surface, query, slots, request_id) {
    this.#forget();
    this.#newest = { kind: "search", request_id, surface, query, session_id: this.#session, shown: slots.map(({ vertical, id }) => ({ vertical, id })) };
    this.#timer = setTimeout(() => this.#tell(this.#newest), SOON_MS);
  }

  /** One of its lines was chosen. */
  clicked(place) {
    if (this.#newest === null) return;
    this.#tell({ ...this.#newest, clicked: place });
    this.#forget();
  }

  /** A media was looked at. */
  viewed(media_id) {
    this.#tell({ kind: "view", media_id });
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#newest = null;
  }

  #tell(event) {
    if (!this.#isKept || this.api.identity.viewer === null || event.shown?.length === 0) return;
    // telling is never in the way of looking
    this.api.post("/v1/events", { events: [event] }).catch((error) => (this.#isKept = error.status >= 500 || error.status === 0));
  }
}
