// WCAG 2.2 contrast of the colour tokens, by day and by night.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../frontend/static/css/tokens.css", import.meta.url), "utf8");
const tokens = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, day, night]) =>
  [name, [day, night]]));

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
  ["ink", "ground"], ["ink", "surface"], ["ink", "raised"], ["soft-ink", "ground"], ["soft-ink", "surface"],
  ["soft-ink", "raised"], ["on-accent", "accent"], ["on-erase", "erase"], ["accent-ink", "raised"],
  ["accent-ink", "surface"], ["fault", "surface"], ["fault", "raised"], ["surface", "ink"],
];
const SHAPES = [
  ...["object", "part", "material", "colour", "half"].flatMap((category) =>
    ["ground", "surface", "raised"].map((back) => [category, back])),
  ["edge", "surface"], ["edge", "raised"], ["focus", "surface"], ["focus", "ground"], ["focus", "raised"],
];

for (const [night, when] of ["day", "night"].entries()) {
  const of = (name, over) => luminance(tokens.get(name)[night], over);
  for (const [front, back] of TEXT) {
    test(`${front} on ${back} reads by ${when}`, () => assert.ok(contrast(of(front), of(back)) >= 4.5,
      contrast(of(front), of(back)).toFixed(2)));
  }
  for (const [front, back] of SHAPES) {
    test(`${front} is seen on ${back} by ${when}`, () => assert.ok(contrast(of(front), of(back)) >= 3,
      contrast(of(front), of(back)).toFixed(2)));
  }
  test(`words on a picture read by ${when}, whatever the picture`, () => {
    for (const picture of ["#000000", "#ffffff"]) {
      assert.ok(contrast(of("on-veil"), of("veil", picture)) >= 4.5);
    }
  });
}
