// Pictures for worlds that have none: avatars and scenes, drawn from an id and from hashtags alone, the same each time.

import { fresh, svg } from "./dom.js";

/** A source of numbers from 0 to 1 that an id decides (xorshift on an FNV-1a hash). */
function chance(text) {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ char.codePointAt(0), 16777619);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

const hsl = (hue, saturation, light) => `hsl(${Math.round(((hue % 360) + 360) % 360)} ${saturation}% ${light}%)`;
const between = (random, low, high) => low + (high - low) * random();

/** The first letters of a name's first and last word, in any script. */
function initials(name) {
  const words = name.replace(/^[#@]/u, "").split(/[\s._]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letter = (word) => Array.from(word).find((char) => /[\p{L}\p{N}]/u.test(char))?.toUpperCase() ?? "";
  return words.length > 1 ? letter(words[0]) + letter(words.at(-1)) : letter(words[0] ?? "");
}

/** The avatar of a person: two neighbouring hues, a wave, initials. */
export function avatar(id, name, more = "") {
  const random = chance(`avatar ${id}`);
  for (let skipped = 0; skipped < 4; skipped++) random();
  const hue = 360 * random();
  const other = hue + between(random, 24, 70);
  const gradient = fresh("g");
  const clip = fresh("c");
  const tilt = Math.round(between(random, -40, 40));
  return svg(
    "svg",
    { viewBox: "0 0 40 40", class: `avatar ${more}`, "aria-hidden": "true", focusable: "false" },
    svg(
      "defs",
      null,
      svg(
        "linearGradient",
        { id: gradient, x1: 0, y1: 0, x2: 1, y2: 1 },
        svg("stop", { offset: 0, "stop-color": hsl(hue, 52, 46) }),
        svg("stop", { offset: 1, "stop-color": hsl(other, 56, 34) }),
      ),
      svg("clipPath", { id: clip }, svg("circle", { cx: 20, cy: 20, r: 20 })),
    ),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      svg("rect", { width: 40, height: 40, fill: `url(#${gradient})` }),
      svg("circle", { cx: between(random, 4, 36), cy: between(random, 2, 14), r: between(random, 8, 16), fill: hsl(other + 30, 70, 70), opacity: 0.22 }),
      svg("path", { d: "M-20 30Q0 18 20 30T60 30V70H-20Z", fill: hsl(hue, 60, 22), opacity: 0.28, transform: `rotate(${tilt} 20 26)` }),
    ),
    svg("text", { x: 20, y: 20, "text-anchor": "middle", "dominant-baseline": "central" }, initials(name)),
  );
}

const SCENES = [
  [/sun(set|rise)|golden|dusk|dawn|sky/u, dusk],
  [/beach|sea|ocean|surf|sail|lake|river|island|swim|plage/u, water],
  [/mountain|hik|forest|ski|snow|camp|autumn|winter|hill/u, hills],
  [/city|street|architect|brutal|urban|london|paris|york|tokyo|night|building/u, skyline],
  [/food|ramen|sushi|espresso|coffee|cake|bak|vegan|brunch|pizza|wine/u, table],
  [/flower|garden|spring|plant|bloom|nature|bird/u, petals],
  [/music|dance|concert|party|festival|gaming|esport|retro|manga|cosplay|anime/u, lights],
];
const ANY = [dusk, water, hills, skyline, table, petals, lights, quilt];

/** The picture of a media: what its hashtags name, else anything; `alt` is said of it. */
export function scene(id, hashtags = [], alt = "") {
  const random = chance(`scene ${id}`);
  for (let skipped = 0; skipped < 4; skipped++) random();
  const tags = hashtags.map((tag) => tag.toLowerCase());
  const named = tags.map((tag) => SCENES.find(([words]) => words.test(tag))?.[1]).find(Boolean);
  const draw = named ?? ANY[Math.floor(random() * ANY.length)];
  const said = alt ? { role: "img", "aria-label": alt } : { "aria-hidden": "true" };
  return svg(
    "svg",
    { viewBox: "0 0 100 100", class: "scene", preserveAspectRatio: "xMidYMid slice", focusable: "false", ...said },
    draw(random, 360 * random()),
  );
}

function sky(random, top, bottom) {
  const id = fresh("g");
  return [
    svg(
      "linearGradient",
      { id, x1: 0, y1: 0, x2: 0, y2: 1 },
      svg("stop", { offset: 0, "stop-color": top }),
      svg("stop", { offset: 1, "stop-color": bottom }),
    ),
    svg("rect", { width: 100, height: 100, fill: `url(#${id})` }),
  ];
}

/** A ridge across the picture at a height, closed below. */
function ridge(random, height, swing, fill) {
  const steps = 6;
  let d = `M0 ${height + swing * (random() - 0.5)}`;
  for (let step = 1; step <= steps; step++) {
    const x = (100 / steps) * step;
    d += ` Q ${x - 100 / steps / 2} ${height + swing * (random() - 0.5) * 2} ${x} ${height + swing * (random() - 0.5)}`;
  }
  return svg("path", { d: `${d} V100 H0 Z`, fill });
}

function dusk(random) {
  const hue = between(random, -30, 40);
  return [
    ...sky(random, hsl(hue + 215, 48, 38), hsl(hue + 25, 88, 70)),
    svg("circle", { cx: between(random, 25, 75), cy: between(random, 46, 62), r: between(random, 9, 17), fill: hsl(hue + 45, 96, 86) }),
    ridge(random, 66, 16, hsl(hue + 240, 34, 36)),
    ridge(random, 80, 14, hsl(hue + 230, 40, 22)),
  ];
}

function water(random) {
  const hue = between(random, 180, 215);
  return [
    ...sky(random, hsl(hue, 62, 74), hsl(hue - 140, 60, 88)),
    svg("circle", { cx: between(random, 15, 85), cy: between(random, 14, 34), r: 9, fill: "#fff", opacity: 0.85 }),
    ridge(random, 50, 4, hsl(hue, 55, 52)),
    ridge(random, 62, 7, hsl(hue + 6, 60, 42)),
    ridge(random, 76, 8, hsl(hue + 12, 64, 34)),
    ridge(random, 90, 8, hsl(42, 58, 80)),
  ];
}

function hills(random, hue) {
  const green = between(random, 90, 165);
  return [
    ...sky(random, hsl(hue, 42, 78), hsl(hue + 40, 60, 92)),
    svg("path", { d: `M0 70 L${between(random, 15, 30)} ${between(random, 28, 40)} L45 66 L${between(random, 60, 78)} ${between(random, 22, 34)} L100 68 V100 H0Z`, fill: hsl(green + 90, 22, 58) }),
    ridge(random, 66, 14, hsl(green, 34, 46)),
    ridge(random, 80, 16, hsl(green - 6, 42, 32)),
  ];
}

function skyline(random, hue) {
  const night = random() < 0.5;
  const towers = [];
  for (let x = -3; x < 100; ) {
    const width = between(random, 8, 18);
    const height = between(random, 22, 68);
    const tone = night ? between(random, 12, 24) : between(random, 40, 62);
    towers.push(svg("rect", { x, y: 100 - height, width, height, fill: hsl(hue + 20, 24, tone) }));
    for (let y = 104 - height; y < 96; y += 7)
      for (let at = x + 2; at < x + width - 3; at += 4.5)
        if (random() < 0.45) towers.push(svg("rect", { x: at, y, width: 2, height: 3, fill: night ? hsl(46, 92, 74) : hsl(hue, 40, 84) }));
    x += width + between(random, 0, 3);
  }
  return [...(night ? sky(random, hsl(hue + 220, 50, 14), hsl(hue + 250, 46, 42)) : sky(random, hsl(hue, 52, 82), hsl(hue + 30, 70, 93))), ...towers];
}

function table(random, hue) {
  const plates = [svg("rect", { width: 100, height: 100, fill: hsl(hue, 26, 84) })];
  for (let stripe = 0; stripe < 100; stripe += 12.5) plates.push(svg("rect", { x: stripe, width: 6, height: 100, fill: hsl(hue, 34, 78) }));
  const cx = between(random, 42, 58);
  const cy = between(random, 44, 56);
  plates.push(svg("circle", { cx: cx + 1.5, cy: cy + 2.5, r: 36, fill: "#000", opacity: 0.16 }), svg("circle", { cx, cy, r: 36, fill: "#fdfcf8" }), svg("circle", { cx, cy, r: 27, fill: hsl(hue + 20, 20, 93) }));
  for (let bite = 0; bite < 9; bite++) {
    const angle = between(random, 0, 6.28);
    const far = between(random, 2, 20);
    plates.push(svg("circle", { cx: cx + far * Math.cos(angle), cy: cy + far * Math.sin(angle), r: between(random, 4, 9), fill: hsl(between(random, 5, 130), 62, between(random, 44, 66)) }));
  }
  return plates;
}

function petals(random, hue) {
  const drawn = [...sky(random, hsl(hue + 120, 36, 84), hsl(hue + 90, 32, 68))];
  for (let flower = 0; flower < 5; flower++) {
    const x = between(random, 10, 90);
    const y = between(random, 10, 90);
    const size = between(random, 9, 19);
    const turn = between(random, 0, 60);
    for (let petal = 0; petal < 6; petal++)
      drawn.push(svg("ellipse", { cx: x, cy: y - size * 0.62, rx: size * 0.36, ry: size * 0.62, fill: hsl(hue + flower * 14, 70, 64), opacity: 0.92, transform: `rotate(${turn + petal * 60} ${x} ${y})` }));
    drawn.push(svg("circle", { cx: x, cy: y, r: size * 0.28, fill: hsl(48, 90, 64) }));
  }
  return drawn;
}

function lights(random, hue) {
  const drawn = [...sky(random, hsl(hue, 56, 16), hsl(hue + 60, 60, 32))];
  for (let light = 0; light < 16; light++)
    drawn.push(svg("circle", { cx: between(random, 0, 100), cy: between(random, 0, 100), r: between(random, 3, 15), fill: hsl(hue + between(random, -60, 120), 84, 66), opacity: between(random, 0.25, 0.7) }));
  return drawn;
}

function quilt(random, hue) {
  const drawn = [];
  for (let x = 0; x < 100; x += 25)
    for (let y = 0; y < 100; y += 25) {
      const tone = () => hsl(hue + between(random, -30, 60), 50, between(random, 42, 78));
      drawn.push(svg("rect", { x, y, width: 25.2, height: 25.2, fill: tone() }));
      const corner = Math.floor(random() * 4);
      const d = [`M${x} ${y}h25a25 25 0 0 1-25 25Z`, `M${x + 25} ${y}v25a25 25 0 0 1-25-25Z`, `M${x + 25} ${y + 25}h-25a25 25 0 0 1 25-25Z`, `M${x} ${y + 25}v-25a25 25 0 0 1 25 25Z`][corner];
      drawn.push(svg("path", { d, fill: tone() }));
    }
  return drawn;
}
