// What a question of the console is: its text and its choices, in the address, in what is saved, and as parameters of the service.

const ALL_FIELDS =
  "username,fullname,country,is_private,is_verified,followers,owner,place,content_type,visibility,hashtags,created_at_ms,public_media,city,category,lat,lon,description,is_public,members";
export const VERTICALS = ["", "user", "media", "hashtag", "place", "group"];
export const FLAGS = [
  ["lineage", "Lineage", "who leads to each result"],
  ["explain", "Plan", "each operator and what came out of it"],
  ["exact", "Count all", "an exact total"],
  ["operator", "Whole world", "past all visibility; takes the scope operator, and is logged"],
];
export const EXAMPLES = [
  ["People followed by people I follow", "(apply followed_by: followed_by:me)"],
  ["… whom I do not follow yet", "(difference (apply followed_by: followed_by:me :min-hits 2)\n            followed_by:me)"],
  ["Places my people have been to", "(apply visited_by: followed_by:me :order hits)"],
  ["#sunset by people I follow", "(and hashtag:#sunset (apply owner: followed_by:me))"],
  ["Liked by the owners of what I like", "(apply liker: (extract owner: liker:me))"],
  ["At least 30 % verified", "(weak-and name:j* (term verified:1 :optional-weight 0.3))"],
];
const FIRST = { q: EXAMPLES[0][1], vertical: "", limit: "20", lineage: true, explain: true, exact: false, operator: false, why_not: "" };

/** The question in an address, or one to begin with. */
export function fromParams(params) {
  if (!params.has("q")) return { ...FIRST };
  const asking = { ...FIRST, q: params.get("q") };
  for (const name of ["vertical", "limit", "why_not"]) asking[name] = params.get(name) ?? FIRST[name];
  for (const [name] of FLAGS) asking[name] = params.get(name) === "1";
  return asking;
}

/** The question as what stands in an address; what is as it is anyway is left out. */
export function toParams(asking) {
  const params = { q: asking.q };
  if (asking.vertical) params.vertical = asking.vertical;
  if (asking.limit !== FIRST.limit) params.limit = asking.limit;
  if (asking.why_not) params.why_not = asking.why_not;
  for (const [name] of FLAGS) if (asking[name]) params[name] = "1";
  return params;
}

/** The question as parameters of `/v1/search`. */
export function toSearch(asking) {
  const params = { q: asking.q, vertical: asking.vertical, limit: asking.limit, why_not: asking.why_not, fields: ALL_FIELDS };
  for (const [name] of FLAGS) if (asking[name]) params[name] = true;
  return params;
}
