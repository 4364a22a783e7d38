// The service on the wire: who asks, errors as problem+json, deadlines, and one more try where the service was busy.

const PATIENCE_MS = 10_000;
const LONGEST_WAIT_S = 2;

/** An error of the service (RFC 9457), or no answer at all (`code` "unreachable"). */
export class Problem extends Error {
  constructor(body) {
    super(body.detail);
    Object.assign(this, { status: 0, code: "", hint: "", line: null, column: null, excerpt: "", request_id: "" }, body);
  }
}

/** A target of the wire: path and query; parameters that are null or "" are left out. */
export function target(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Asks as an identity. All methods give the answer's content, and throw `Problem`, or `AbortError` where the signal aborts. */
export class Api {
  constructor(identity) {
    this.identity = identity;
  }

  get(path, params, options) {
    return this.#ask("GET", target(path, params), undefined, options);
  }

  post(path, content, options) {
    return this.#ask("POST", path, JSON.stringify(content), options);
  }

  /** The lines of a page in plain text. */
  async text(path, { signal } = {}) {
    const answer = await fetch(path, { signal });
    if (!answer.ok) throw new Problem({ status: answer.status, code: "refused", detail: "this is not shown to you" });
    return answer.text();
  }

  async #ask(method, wire, body, { signal, asKey = false, patience = PATIENCE_MS, tries = 2 } = {}) {
    const headers = { ...(await this.identity.headers(method, wire, body, { asKey })), "x-deadline-ms": String(patience) };
    if (body !== undefined) headers["content-type"] = "application/json";
    const limit = AbortSignal.timeout(patience + 2_000);
    let answer;
    try {
      answer = await fetch(wire, { method, body, headers, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem({ code: "unreachable", detail: "The service does not answer.", hint: "Is it running, and is this machine online?" });
    }
    const content = await answer.json().catch(() => ({}));
    if (answer.ok) {
      const age = answer.headers.get("x-index-age-ms");
      return { request_id: answer.headers.get("x-request-id"), ...content, ...(age === null ? {} : { age_ms: Number(age) }) };
    }
    const problem = new Problem({ status: answer.status, detail: "The service did not answer.", ...content });
    if (answer.status === 401) {
      const isOurs = headers.authorization !== undefined;
      if (isOurs && this.identity.drop() && tries > 1) return this.#ask(method, wire, body, { signal, asKey, patience, tries: tries - 1 });
      if (problem.code === "unsigned" || problem.code === "token-expired") this.identity.ask();
    }
    const wait_s = Number(answer.headers.get("retry-after") ?? Infinity);
    if (method === "GET" && answer.status === 503 && wait_s <= LONGEST_WAIT_S && tries > 1) {
      await new Promise((resolve) => setTimeout(resolve, wait_s * 1000));
      if (!signal?.aborted) return this.#ask(method, wire, body, { signal, asKey, patience, tries: tries - 1 });
    }
    throw problem;
  }
}
