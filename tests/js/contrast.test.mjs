// WCAG 2.2 contrast of the colour tokens, by day and by night.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const styles = new URL("../../frontend/static/css/", import.meta.url);
const read = (name) => readFileSync(new URL(name, styles), "utf8");
const tokens = new Map(
  [...read("tokens.css").matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, day, night]) => [
    name,
    [day, night],
  ]),
);

/** Relative luminance (WCAG 2.2) of #rrggbb or #rrggbbaa over a backdrop. */
function luminance(colour, backdrop = "#000000") {
  const part = (hex, i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
  const alpha = colour.length === 9 ? part(colour, 3) : 1;
  const channel = (i) => {
    const value = part(colour, i) * alpha + part(backdrop, i) * (1 - alpha);
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2);
}

const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const TEXT = [
  ["ink", "ground"],
  ["ink", "surface"],
  ["ink", "raised"],
  ["soft-ink", "ground"],
  ["soft-ink", "surface"],
  ["soft-ink", "raised"],
  ["on-accent", "accent"],
  ["on-erase", "erase"],
  ["accent-ink", "raised"],
  ["accent-ink", "surface"],
  ["fault", "surface"],
  ["fault", "raised"],
  ["surface", "ink"],
];
const SHAPES = [
  ...["object", "part", "material", "colour", "half"].flatMap((category) =>
    ["ground", "surface", "raised"].map((back) => [category, back]),
  ),
  ["edge", "ground"],
  ["edge", "surface"],
  ["edge", "raised"],
  ["dim", "ground"],
  ["dim", "accent"],
  ["focus", "surface"],
  ["focus", "ground"],
  ["focus", "raised"],
];
/** What is lit or chosen, the edge around it, and what it lies on. */
const FILLS = [
  ...["ground", "surface", "raised"].map((back) => ["accent", "ink", back]),
  ["erase", "ink", "raised"],
  ["accent", "ink", "dim"],
  ["accent", "soft-ink", "ground"],
  ["accent", "surface", "ink"],
];

/** #rrggbb with a share of another colour over it. */
function mixed(front, share, back) {
  const part = (hex, i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mix = (i) => Math.round(part(front, i) * share + part(back, i) * (1 - share));
  return `#${[0, 1, 2].map((i) => mix(i).toString(16).padStart(2, "0")).join("")}`;
}

test("rings around what is chosen are of ink", () => {
  for (const name of readdirSync(styles)) {
    const rings = [...read(name).matchAll(/box-shadow: (?:inset )?0 0 0 \dpx var\(--(accent|erase)\)/g)];
    assert.deepEqual(
      rings.map(([ring]) => `${name}: ${ring}`),
      [],
    );
  }
});

for (const [night, when] of ["day", "night"].entries()) {
  const of = (name, over) => luminance(tokens.get(name)[night], over);
  for (const [front, back] of TEXT) {
    test(`${front} on ${back} reads by ${when}`, () =>
      assert.ok(contrast(of(front), of(back)) >= 4.5, contrast(of(front), of(back)).toFixed(2)));
  }
  for (const [front, back] of SHAPES) {
    test(`${front} is seen on ${back} by ${when}`, () =>
      assert.ok(contrast(of(front), of(back)) >= 3, contrast(of(front), of(back)).toFixed(2)));
  }
  for (const [fill, edge, back] of FILLS) {
    test(`${fill} with an edge of ${edge} is seen on ${back} by ${when}`, () => {
      const byItself = contrast(of(fill), of(back));
      assert.ok(
        byItself >= 3 || Math.min(contrast(of(edge), of(fill)), contrast(of(edge), of(back))) >= 3,
        byItself.toFixed(2),
      );
    });
  }
  test(`the menu's words read under the pointer by ${when}`, () => {
    const [, share] = /button:hover {[^}]*--accent\) (\d+)%/.exec(read("controls.css"));
    const [, words] = /button:hover span \{\s*color: var\(--([\w-]+)\)/.exec(read("controls.css")) ?? [
      null,
      "soft-ink",
    ];
    const back = mixed(tokens.get("accent")[night], share / 100, tokens.get("raised")[night]);
    assert.ok(contrast(of(words), luminance(back)) >= 4.5);
  });
  test(`words on a picture read by ${when}, whatever the picture`, () => {
    for (const picture of ["#000000", "#ffffff"]) {
      assert.ok(contrast(of("on-veil"), of("veil", picture)) >= 4.5);
    }
  });
}
