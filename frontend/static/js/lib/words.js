/** The words of the page that depend on data. */

/** @param {string} name */
export const title = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** "a tree", "an oven" @param {string} name */
export const article = (name) => `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;

/** @param {number} count @param {string} one */
export const plural = (count, one) => `${count} ${count === 1 ? one : one.replace(/lf$/, "lve") + "s"}`;
