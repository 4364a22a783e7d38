// The questions that the pages ask, and their answers in the one form that the pages draw. Whoever changes an endpoint changes it here.

const USER_FIELDS = "username,fullname,country,is_private,is_verified,followers";
const MEDIA_FIELDS = "owner,place,content_type,visibility,hashtags,tags,created_at_ms";
const FIELDS = {
  user: USER_FIELDS,
  media: MEDIA_FIELDS,
  hashtag: "public_media",
  place: "city,country,category,lat,lon,public_media",
  group: "description,is_public,members",
};
export const PLURAL = { user: "users", media: "media", hashtag: "hashtags", place: "places", group: "groups" };
const OWN_WORDS = { "name begins so": "" };

/** A value of the language in quotes, so that nothing in it means anything. */
export const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** The page of this site that shows a document. */
export function placeOf({ vertical, id, name }) {
  if (vertical === "hashtag") return `/hashtags/${encodeURIComponent(name.replace(/^#/, ""))}`;
  return `/${PLURAL[vertical]}/${id}`;
}

/** Suggestions as one list, best first: as the service gives them. */
export async function suggestions(api, typed, { limit = 10, verticals, signal, patience = 3_000, ...knobs } = {}) {
  const answer = await api.get("/v1/typeahead", { q: typed, limit, verticals: verticals?.join(","), ...knobs }, { signal, patience });
  return { slots: answer.slots.map(slot), isPartial: !answer.complete, request_id: answer.request_id };
}

const slot = (given) => ({ ...given, reason: OWN_WORDS[given.reason] ?? given.reason });

/** A page of a query of the language, with the fields that cards show. */
export const search = (api, q, vertical, params = {}, options = {}) =>
  api.get("/v1/search", { q, vertical, fields: FIELDS[vertical], ...params }, options);

/** A page of all that has the typed words, the last perhaps unfinished, in one vertical: the box gives its best only. */
export const typedIn = (api, text, vertical, params = {}, options = {}) =>
  search(api, `${vertical === "media" ? "caption" : "name"}:"${text.replace(/[\\"]/g, "\\$&")}"*`, vertical, params, options);

/** The best of one vertical as the search box finds it, slips of the finger forgiven: one page. */
export const nearTo = (api, text, vertical, params = {}, options = {}) => api.get("/v1/search", { text, vertical, fields: FIELDS[vertical], ...params }, options);

/** A page of the media of a user, hashtag or place; `section` is "recent" or "top". */
export function media(api, path, params = {}, options = {}) {
  return api.get(path, { fields: MEDIA_FIELDS, ...params }, options);
}

/** One document with all its fields; null where the viewer's world has none. */
export async function one(api, vertical, id, options) {
  const { documents } = await api.get(`/v1/${PLURAL[vertical]}`, { ids: id }, options);
  return documents[0] ?? null;
}

/** Documents by id, those that there are. */
export async function many(api, vertical, ids, options) {
  if (!ids.length) return [];
  return (await api.get(`/v1/${PLURAL[vertical]}`, { ids: ids.join(",") }, options)).documents;
}

/** What the viewer may like: media, best first. */
export const explore = (api, params = {}, options = {}) => api.get("/v1/explore", { fields: MEDIA_FIELDS, ...params }, options);

/** People followed by people whom the viewer follows. */
export const suggested = (api, limit, options) => api.get("/v1/users/me/suggested", { limit }, options);

/** For each of these usernames, whether the viewer follows it, and who of those whom the viewer follows does: `{name: {isFollowed, reads}}`. */
export async function ties(api, usernames, options) {
  if (!api.identity.viewer || !usernames.length) return {};
  const named = usernames.slice(0, 50).map((name) => `username:${quoted(name)}`);
  const these = named.length > 1 ? `(or ${named.join(" ")})` : named[0];
  const [followed, reached] = await Promise.all([
    api.get("/v1/search", { q: `(and ${these} followed_by:me)`, vertical: "user", limit: 100 }, options),
    api.get("/v1/search", { q: `(and ${these} (apply followed_by: followed_by:me))`, vertical: "user", limit: 100, lineage: true }, options),
  ]);
  const found = {};
  for (const hit of reached.results) found[hit.name] = { isFollowed: false, reads: hit.lineage?.[0]?.reads ?? "", by: hit.lineage?.[0]?.by ?? [] };
  for (const hit of followed.results) found[hit.name] = { reads: "", by: [], ...found[hit.name], isFollowed: true };
  return found;
}
