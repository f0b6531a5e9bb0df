/** The words of the page that depend on data. */

/** @param {string} name */
export const title = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** What a network paints, or its title where that is nothing we know or several paint it.
 * @param {{domain: string, title: string}} model @param {readonly {domain: string}[]} models  all of them */
export function worldName({ domain, title: name }, models) {
  const only = models.filter((one) => one.domain === domain).length === 1;
  return title(only && ["church", "kitchen"].includes(domain) ? domain : name);
}

/** "a tree", "an oven" @param {string} name */
export const article = (name) => `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;

/** @param {number} count @param {string} one */
export const plural = (count, one) => `${count} ${count === 1 ? one : `${one.replace(/lf$/, "lve")}s`}`;
