// Signed requests (RFC 9421, hmac-sha256), as docs/http-api.md words them. A key stays in the memory of this page and cannot be
// read back from it; it is gone when the page is.

const bytes = (text) => new TextEncoder().encode(text);
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

/** A key by its id and its secret in base64. */
export async function readKey(id, secret) {
  const raw = Uint8Array.from(atob(secret), (char) => char.charCodeAt(0));
  const held = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { id, held };
}

/** The headers that sign one request. `target` is path and query as they stand on the wire. */
export async function sign(key, method, target, body, viewer) {
  const [path, query = ""] = target.split("?", 2);
  const parts = [["@method", method], ["@path", path], ["@query", `?${query}`]];
  const headers = {};
  if (body) {
    headers["content-digest"] = `sha-256=:${base64(await crypto.subtle.digest("SHA-256", bytes(body)))}:`;
    parts.push(["content-digest", headers["content-digest"]]);
  }
  if (viewer) {
    headers["x-viewer"] = viewer;
    parts.push(["x-viewer", viewer]);
  }
  const nonce = base64(crypto.getRandomValues(new Uint8Array(18))).replaceAll("+", "-").replaceAll("/", "_");
  const names = parts.map(([name]) => `"${name}"`).join(" ");
  const params = `(${names});created=${Math.floor(Date.now() / 1000)};nonce="${nonce}";keyid="${key.id}";alg="hmac-sha256"`;
  const message = [...parts.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join("\n");
  headers["signature-input"] = `sig1=${params}`;
  headers.signature = `sig1=:${base64(await crypto.subtle.sign("HMAC", key.held, bytes(message)))}:`;
  return headers;
}
