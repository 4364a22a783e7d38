// Numbers, times, countries and counts in words.

const LANG = document.documentElement.lang || "en";
const whole = new Intl.NumberFormat(LANG);
const compact = new Intl.NumberFormat(LANG, { notation: "compact", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LANG, { numeric: "auto" });
const date = new Intl.DateTimeFormat(LANG, { dateStyle: "medium" });
const regions = new Intl.DisplayNames(LANG, { type: "region" });
const UNITS = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

export const number = (value) => whole.format(value);
export const short = (value) => compact.format(value);
export const count = (value, one, many = `${one}s`) => `${value === 1 ? "1" : short(value)} ${value === 1 ? one : many}`;
export const day = (ms) => date.format(ms);
export const ms = (value) => (value < 0.1 ? `${Math.round(value * 1000)} µs` : `${value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value)} ms`);

/** A size: "8.4 MB". */
export function bytes(value) {
  const power = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toFixed(power && value / 1000 ** power < 100 ? 1 : 0)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

/** "3 weeks ago". */
export function ago(then, now = Date.now()) {
  const seconds = (then - now) / 1000;
  for (const [unit, size] of UNITS) if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  return relative.format(Math.round(seconds), "second");
}

/** A length of time: "4 min". */
export function lasting(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${number(Math.round(seconds / 86_400))} days`;
}

/** The name of a country by its two letters; what was given where it is none. */
export function country(code) {
  try {
    return /^[a-z]{2}$/i.test(code) ? (regions.of(code.toUpperCase()) ?? code) : code;
  } catch {
    return code;
  }
}
