/**
 * What the strongest units at a place say together. One unit alone is often active for a reason of its own; what several
 * units stand for, and stand for clearly, is what a person sees there.
 *
 * @typedef {import("./types.js").Strong} Strong
 * @typedef {{name: string, category: string, score: number, units: readonly Strong[]}} Group  of a concept; "" = no label
 */
import { plural } from "./words.js";

const ACTIVE = 0.99; // the quantile that t_u is
const ORDINARY = 0.8; // from this quantile down a unit says nothing of the place
const THINGS = ["object", "part", "material"]; // colours and halves of things come after them

/** Whether a unit is as active as in its strongest hundredth of all positions. @param {Pick<Strong, "quantile">} of */
export const isActive = ({ quantile }) => quantile >= ACTIVE;

/** By concept: things before colours and halves, and units without a label last. The score of a concept is the sum of its
 * units' IoU, each weighed by how unusually active the unit is.
 * @param {readonly Strong[]} units  rarest first @returns {readonly Group[]} */
export function byConcept(units) {
  /** @type {Map<string, {name: string, category: string, score: number, units: Strong[]}>} */
  const groups = new Map();
  for (const unit of units) {
    const { label, category, labelled, iou, quantile } = unit;
    const [name, kind] = labelled && label && category ? [label, category] : ["", ""];
    const group = groups.get(`${kind} ${name}`) ?? { name, category: kind, score: 0, units: [] };
    group.units.push(unit);
    group.score += iou * Math.max(0, (quantile - ORDINARY) / (1 - ORDINARY));
    groups.set(`${kind} ${name}`, group);
  }
  const tier = (/** @type {Group} */ { name, category }) => (name ? (THINGS.includes(category) ? 0 : 1) : 2);
  return [...groups.values()].sort((a, b) => tier(a) - tier(b) || b.score - a.score);
}

/** What stands above the strongest units. @param {readonly Group[]} groups @param {string} layer */
export function answer(groups, layer) {
  const units = groups.flatMap((group) => group.units);
  const [first, ...others] = groups.filter(({ name }) => name);
  const next = others.slice(0, 2).map(({ name }) => name);
  const many = `the ${plural(units.length, "unit")} of ${layer} that are most unusually active here`;
  const what = first
    ? `Mostly ${first.name}: ${first.units.length} of ${many} stand for it` +
      `${next.length ? `; then ${next.join(" and ")}` : ""}.`
    : `None of ${many} has a label.`;
  const none = units.some(isActive) ? "" : " No unit is clearly active here; these come nearest.";
  const faded = units.every(isActive) ? "" : "; units above that are faded";
  return (
    `${what}${none} The percentage says how rare it is for a unit to be as active as here: up to 1% counts as ` +
    `active${faded}. Choose a unit to see where else it is active.`
  );
}
