// The pages about units: walls, charts, layers, places and brushes of chosen units.
import assert from "node:assert/strict";
import { test } from "node:test";

const lib = "../../frontend/static/js/lib";
const { histogramBars, placeOf, short } = await import(`${lib}/chart.js`);
const { iouBeside } = await import(`${lib}/concept.js`);
const { chosenLevel, customBrush, readChosen, unitsIn } = await import(`${lib}/custom.js`);
const { readPainting, toJson } = await import(`${lib}/document.js`);
const { cellsAcross, labelledWords, layerIn, layersLink, peak, readBlock, stacked } = await import(`${lib}/layers.js`);
const { howActive, shade } = await import(`${lib}/picture.js`);
const { wireStrokes } = await import(`${lib}/request.js`);
const { answer, byConcept, isActive } = await import(`${lib}/strongest.js`);
const { cellAt, isStep: isNewPlace, question, readQuery, queryLink, withPlace } = await import(`${lib}/look-query.js`);
const { labelsCsv } = await import(`${lib}/csv.js`);
const { barsOf, bestMatch, isLabelled, isStep, layersWith, readWall, shown, unitLink, wallLink } = await import(
  `${lib}/wall.js`
);
const { plural } = await import(`${lib}/words.js`);

const unit = (number, label, category, iou) => ({
  unit: number,
  label,
  category,
  iou,
  labelled: iou > 0.04,
  strip: "",
});
const units = [
  unit(0, "tree", "object", 0.1),
  unit(1, "red", "colour", 0.2),
  unit(2, "tree", "object", 0.3),
  unit(3, "roof", "part", 0.05),
  unit(4, "top of tree", "half", 0.02),
  unit(5, null, null, 0),
  unit(6, "door", "part", 0.06),
  unit(7, "cloud", "object", 0.06),
];
const wall = (over = {}) => ({ ...readWall(""), ...over });
const numbers = (found) => found.map((one) => one.unit);

test("what a wall shows is in its address, and what is as usual is not", () => {
  const full = wall({
    model: "a",
    layer: "layer4",
    concept: "front door",
    category: "part",
    q: "4 x",
    sort: "label",
    minimum: 0.1,
    units: [3, 1, 2],
    brush: "tree",
  });
  assert.deepEqual(readWall(wallLink(full).slice("/units".length)), full);
  assert.equal(wallLink(wall()), "/units");
  assert.equal(wallLink({ model: "a", layer: "b", units: [3, 1] }), "/units?model=a&layer=b&units=3,1");
  assert.equal(wallLink({ model: "a", brush: "tree" }), "/units?model=a", "a name alone is no brush");
  assert.deepEqual(readWall("?sort=size&min_iou=x&units=1,-2,cat,3"), wall({ units: [1, 3] }));
  assert.equal(unitLink("a/b", "features.4", 7), "/units/a%2Fb/features.4/7");
});

test("typing is no step for the back button, and neither is filling in what was left open", () => {
  assert.ok(!isStep(wall({ model: "a", q: "tr" }), wall({ model: "a", q: "tree" })));
  assert.ok(!isStep(wall({ model: "a" }), wall({ model: "a", layer: "b" })));
  assert.ok(isStep(wall({ model: "a", layer: "b" }), wall({ model: "a", layer: "c" })));
  assert.ok(isStep(wall(), wall({ concept: "tree" })));
});

test("the wall is searched by concept, category and number, filtered and ordered", () => {
  assert.deepEqual(numbers(shown(units, wall())), [2, 1, 0, 6, 7, 3, 4, 5]);
  assert.deepEqual(numbers(shown(units, wall({ sort: "unit" }))), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(numbers(shown(units, wall({ sort: "label" }))), [7, 2, 0, 6, 3, 1, 4, 5]);
  assert.deepEqual(numbers(shown(units, wall({ q: "TREE" }))), [2, 0], "what is no label is not found by it");
  assert.deepEqual(numbers(shown(units, wall({ q: "part" }))), [6, 3]);
  for (const q of ["5", "#5", "unit 5", "Unit #5", "units 5"])
    assert.deepEqual(numbers(shown(units, wall({ q }))), [5], q);
  assert.equal(shown(units, wall({ q: "unit" })).length, units.length, "on the way to a number");
  assert.deepEqual(numbers(shown(units, wall({ concept: "tree", category: "object" }))), [2, 0]);
  assert.deepEqual(numbers(shown(units, wall({ category: "half", minimum: 0.01 }))), [4]);
  assert.deepEqual(numbers(shown(units, wall({ category: "object", minimum: 0.2 }))), [2]);
  assert.deepEqual(numbers(shown(units, wall({ units: [3, 1, 99] }))), [3, 1], "a brush's own order");
  assert.deepEqual(numbers(units), [0, 1, 2, 3, 4, 5, 6, 7], "the list itself is left alone");
});

test("bars count labelled units, by category and then by number", () => {
  assert.deepEqual(
    barsOf(units, null).map(({ concept, count }) => `${concept} ${count}`),
    ["tree 2", "cloud 1", "door 1", "roof 1", "red 1"],
  );
  assert.deepEqual(
    barsOf(units, 0.15).map(({ concept, count }) => `${concept} ${count}`),
    ["tree 1", "red 1"],
  );
});

test("a brush of chosen units is its id, through documents and to the server", () => {
  const brush = customBrush("layer4", [150, 12]);
  assert.deepEqual([brush.id, brush.concept, brush.units], ["units layer4 150 12", "units 150, 12", [150, 12]]);
  assert.equal(customBrush("layer4", [7]).concept, "unit 7");
  assert.equal(unitsIn("tree"), null);
  assert.ok(customBrush("layer4", Array(100).fill(123)).id.length <= 80);
  const stroke = {
    id: "x",
    brush: brush.id,
    mode: "draw",
    size: 100,
    strength: 50,
    count: 20,
    layer: null,
    points: [9, 9, 255],
    on: true,
  };
  const [read] = readPainting(toJson({ model: "a", seed: 1, strokes: [stroke] })).strokes;
  const [{ mask: _mask, ...wire }] = wireStrokes([read], null, 8, null, chosenLevel(2));
  assert.deepEqual(wire, { layer: "layer4", units: [150, 12], level: 2, mode: "draw", strength: 0.5 });
  const [{ mask: _other, ...erased }] = wireStrokes([{ ...read, mode: "erase" }], null, 8, null, 2);
  assert.deepEqual(erased, { layer: "layer4", units: [150, 12], mode: "erase", strength: 0.5 }, "erasing has no level");
});

test("an address brings units to paint with, and a wrong one is told", () => {
  const models = [{ id: "a", layers: [{ name: "layer4", units: 16, grid: 8 }] }];
  assert.equal(readChosen("?theme=dark", models), null);
  assert.deepEqual(readChosen("?model=a", models), { model: "a", brush: null, seed: null });
  assert.deepEqual(readChosen("?model=a&seed=7", models), { model: "a", brush: null, seed: 7 });
  assert.throws(() => readChosen("?model=b", models), /no network b/);
  const chosen = readChosen("?model=a&layer=layer4&units=3,15&seed=7", models);
  assert.deepEqual([chosen.model, chosen.brush.id, chosen.seed], ["a", "units layer4 3 15", 7]);
  assert.throws(() => readChosen("?model=b&layer=layer4&units=3", models), /no network b/);
  assert.throws(() => readChosen("?model=a&layer=layer9&units=3", models), /no layer layer9/);
  for (const units of ["16", "x", ""])
    assert.throws(() => readChosen(`?model=a&layer=layer4&units=${units}`, models), /0 to 15/);
});

test("a histogram is lit above the threshold, and a bar without positions has no height", () => {
  const bars = histogramBars([-1, 0, 1, 3], [99, 0, 9], 0.25);
  assert.deepEqual(
    bars.map(({ dark }) => dark),
    [100, 25, 0],
  );
  assert.deepEqual(
    bars.map(({ x, width }) => [x, width]),
    [
      [0, 25],
      [25, 25],
      [50, 50],
    ],
  );
  assert.deepEqual(
    bars.map(({ height }) => Math.round(height)),
    [100, 0, 50],
  );
  assert.equal(placeOf([-1, 0, 1, 3], 1), 50);
  assert.deepEqual([0, 0.012345, -3.9628, 1234].map(short), ["0", "0.0123", "−3.96", "1230"]);
});

const layer = (name, labelled, objects, parts = 0) => ({
  layer: name,
  units: 64,
  grid: 8,
  labelled,
  by_chance: null,
  concepts: {
    object: Array.from({ length: objects }, (_, i) => ({ concept: `o${i}`, units: 1 })),
    part: Array.from({ length: parts }, (_, i) => ({ concept: `p${i}`, units: 1 })),
  },
});
const church = {
  model: "church",
  minimum_iou: 0.04,
  layers: [layer("layer3", 5, 0, 2), layer("layer4", 9, 4), layer("layer5", 7, 4)],
};

test("the comparison opens with most objects, and a block is in its address", () => {
  assert.equal(peak(church, "object").layer, "layer4");
  assert.equal(peak(church, "colour"), null);
  assert.deepEqual(readBlock("", [church]), { model: "church", layer: "layer4", category: "object" });
  const block = { model: "kitchen", layer: "layer3", category: "part" };
  const both = [church, { ...church, model: "kitchen" }];
  const link = layersLink("church", "kitchen", block);
  assert.equal(link, "/layers/church?with=kitchen&in=kitchen&layer=layer3&category=part");
  assert.deepEqual(readBlock(link.slice(link.indexOf("?")), both), block);
  assert.equal(readBlock("?layer=layer9", [{ ...church, layers: [] }]), null);
  assert.equal(layersLink("church", ""), "/layers/church");
});

test("what chance labels stands beside what is labelled", () => {
  assert.equal(labelledWords(church.layers[0]), "5 of 64 units labelled");
  assert.equal(labelledWords({ ...church.layers[0], by_chance: 2.6 }), "5 of 64 units labelled, 3 by chance alone");
});

test("a label counts only above the unit's chance level, whatever the least match", () => {
  const unit = { unit: 0, label: "tree", category: "object", iou: 0.2, labelled: false, chance: 0.2, strip: "" };
  assert.deepEqual([isLabelled(unit, null), isLabelled(unit, 0.1)], [false, false]);
  assert.ok(isLabelled({ ...unit, chance: 0.1 }, 0.1));
  assert.ok(isLabelled({ ...unit, chance: null }, 0.1));
});

test("towers are wide where there are few, and never too tall", () => {
  assert.equal(cellsAcross([church]), 6);
  const many = { ...church, layers: Array.from({ length: 13 }, (_, i) => layer(`conv${i}`, 1, 60)) };
  assert.ok(60 / cellsAcross([many]) <= 16);
});

test("networks stand side by side only where each has few layers", () => {
  const of = (count) => ({ ...church, layers: Array.from({ length: count }, (_, i) => layer(`conv${i}`, 1, 1)) });
  assert.deepEqual([[of(8), of(8)], [of(8), of(13)], [of(13)]].map(stacked), [false, true, true]);
});

test("a network opens at the layer asked for, or the one with most labelled units", () => {
  assert.equal(layerIn(church, "layer5"), "layer5");
  assert.equal(layerIn(church, "layer9"), "layer4");
  assert.equal(layerIn({ ...church, layers: [] }), "");
});

test("a place is in its address, a point or a line", () => {
  const query = { model: "a", layer: "layer4", seed: 7, at: [10, 4096, 90, 100], unit: 0 };
  assert.deepEqual(readQuery(queryLink(query).slice("/look".length)), query);
  assert.equal(queryLink(readQuery("")), "/look");
  for (const at of ["1", "1,2,3", "1,5000", "-1,2", "a,b"]) assert.deepEqual(readQuery(`?at=${at}`).at, [], at);
  assert.ok(isNewPlace(query, { ...query, at: [1, 2] }));
  assert.ok(!isNewPlace(query, { ...query, unit: 3 }));
});

test("the server is asked about a point as shares, about a line as a mask", () => {
  assert.deepEqual(question([2048, 1024]), { point: [0.5, 0.25] });
  assert.match(question([0, 0, 2048, 2048]).mask, /^iVBOR/);
  let line = withPlace([], { x: 100.4, y: 50 });
  assert.deepEqual(line, [100, 50]);
  assert.equal(withPlace(line, { x: 120, y: 60 }), line, "too near to add");
  for (let x = 200; x < 100_000; x += 60) line = withPlace(line, { x, y: 50 });
  assert.ok(queryLink({ ...readQuery(""), at: line }).length < 2000);
});

test("the cell of a point is that of the layer's grid, also at the far edge", () => {
  assert.deepEqual(cellAt(100, 1030, 4), { x: 0, y: 1024, side: 1024 });
  assert.deepEqual(cellAt(4096, 0, 4), { x: 3072, y: 0, side: 1024 });
});

/** Units at a place, rarest first. */
const strong = (...rows) =>
  rows.map(([label, category, iou, quantile], i) => ({
    ...unit(i, label, category, iou),
    labelled: iou >= 0.04,
    quantile,
  }));

test("a unit counts as active in the strongest hundredth, and the answer says when none is", () => {
  assert.deepEqual([{ quantile: 0.99 }, { quantile: 0.989 }].map(isActive), [true, false]);
  const words = (...quantiles) =>
    answer(byConcept(strong(...quantiles.map((quantile) => ["tree", "object", 0.1, quantile]))), "layer4");
  assert.match(words(0.999, 0.995), /^Mostly tree: 2 of the 2 units of layer4 .* counts as active\. /);
  assert.match(words(0.999, 0.5), /counts as active; units above that are faded\. /);
  assert.match(words(0.9, 0.5), /No unit is clearly active here/);
  assert.match(
    answer(byConcept(strong([null, null, 0, 0.999])), "conv1"),
    /^None of the 1 unit of conv1 .* has a label/,
  );
});

test("a click on a door shows doors first, though single units of other things are more active there", () => {
  // as layer4 of the storybook church answers in scene 1 at (0.39, 0.68)
  const groups = byConcept(
    strong(
      ["tower", "part", 0.025, 0.996],
      ["wood", "material", 0.049, 0.9919],
      ["snow", "material", 0.08, 0.989],
      ["door", "part", 0.049, 0.9883],
      ["bottom of path", "half", 0.116, 0.981],
      ["door", "part", 0.08, 0.9778],
      ["door", "part", 0.104, 0.9756],
      ["tree", "object", 0.053, 0.9616],
    ),
  );
  assert.deepEqual(
    groups.map(({ name, units }) => [name, units.length]),
    [
      ["door", 3],
      ["snow", 1],
      ["wood", 1],
      ["tree", 1],
      ["bottom of path", 1],
      ["", 1],
    ],
  );
});

test("how active a unit gets in a picture is said in its own numbers", () => {
  assert.equal(howActive(1.2, 6.1), "Highest activation 1.2; active from 6.1 on: nowhere in this picture.");
  assert.match(howActive(8.34567, 6.1), /^Highest activation 8\.35; .*: where the picture is lit\.$/);
  assert.equal(howActive(NaN, 6.1), "");
});

test("above t_u a picture is not dimmed, and light falls steadily", () => {
  assert.deepEqual([shade(255, 170), shade(170, 170)], [0, 0]);
  const falling = Array.from({ length: 256 }, (_, grey) => shade(grey, 170));
  assert.ok(falling.every((value, i) => i === 0 || value <= falling[i - 1]));
});

test("an IoU beside a limit has the digits that tell them apart", () => {
  assert.deepEqual(
    [0.037, 0.0398, 0.04, 0.0352, 0.5, 0.004].map((iou) => iouBeside(iou, 0.04)),
    ["0.037", "0.0398", "0.04", "0.035", "0.50", "0.004"],
  );
});

test("the plural of a half", () =>
  assert.deepEqual([plural(1, "half"), plural(2, "half"), plural(2, "unit")], ["1 half", "2 halves", "2 units"]));

test("what is searched for is found in every layer, and the best unit of all", () => {
  const layers = [
    { layer: "layer3", concepts: { part: [{ concept: "door", units: 2 }] } },
    {
      layer: "layer4",
      concepts: { part: [{ concept: "oven door", units: 1 }], object: [{ concept: "tree", units: 5 }] },
    },
    { layer: "layer5", concepts: {} },
  ];
  const found = (search) => layersWith({ layers }, readWall(search)).map(({ layer, count }) => `${layer} ${count}`);
  assert.deepEqual(found("?q=Door"), ["layer3 2", "layer4 1"]);
  assert.deepEqual(found("?q=part"), ["layer3 2", "layer4 1"]);
  assert.deepEqual(found("?concept=door&category=part"), ["layer3 2"]);
  assert.deepEqual(found("?q=moon"), []);
  const all = [
    { layer: "layer3", units: [unit(0, "door", "part", 0.1), unit(1, "tree", "object", 0.5)] },
    { layer: "layer4", units: [unit(0, "door", "part", 0.2), unit(1, "door", "part", 0.3)] },
  ].map(({ layer, units }) => ({ layer, units: units.map((one) => ({ ...one, labelled: true })) }));
  const best = bestMatch(all, readWall("?q=door"));
  assert.deepEqual([best.layer, best.unit.unit], ["layer4", 1]);
  assert.equal(bestMatch(all, readWall("?q=moon")), null);
});

test("labels as CSV open in a spreadsheet, and none of them is a formula", () => {
  const rows = [
    unit(0, "door, oven", "part", 0.25),
    { ...unit(1, null, null, 0), labelled: false },
    unit(2, "=1+1", "part", 0.1),
  ];
  assert.equal(
    labelsCsv(
      "church",
      "layer4",
      rows.map((one) => ({ labelled: true, ...one })),
    ),
    "model,layer,unit,best concept,category,iou,counts as label\r\n" +
      'church,layer4,0,"door, oven",part,0.25,yes\r\n' +
      "church,layer4,1,,,0,no\r\n" +
      "church,layer4,2,'=1+1,part,0.1,yes\r\n",
  );
});
