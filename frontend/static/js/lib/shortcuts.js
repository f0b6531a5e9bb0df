/** The keyboard, as one table: the page obeys it and the `?` sheet shows it. */

/**
 * @typedef {object} Shortcut
 * @property {string} action
 * @property {readonly string[]} keys  as matched: "z", "Shift+Z", "Mod+z"; Mod is Ctrl, or Command on a Mac
 * @property {string} shown
 * @property {string} what
 */

/** Of the first ten brushes. */
export const BRUSH_KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** @type {readonly {title: string, items: readonly Shortcut[]}[]} */
export const SHEET = [
  {
    title: "Paint",
    items: [
      { action: "brush", keys: BRUSH_KEYS, shown: "1 – 9, 0", what: "Choose a brush" },
      { action: "brush-before", keys: [","], shown: ",", what: "Previous brush" },
      { action: "brush-after", keys: ["."], shown: ".", what: "Next brush" },
      { action: "swap", keys: ["x"], shown: "X", what: "Draw or erase" },
      { action: "smaller", keys: ["["], shown: "[", what: "Smaller brush" },
      { action: "larger", keys: ["]"], shown: "]", what: "Larger brush" },
      { action: "undo", keys: ["z", "Mod+z"], shown: "Z", what: "Undo" },
      { action: "redo", keys: ["Shift+Z", "Mod+Shift+Z", "Mod+y"], shown: "Shift Z", what: "Redo" },
    ],
  },
  {
    title: "Look",
    items: [
      { action: "original", keys: ["o"], shown: "O", what: "Hold to see the original" },
      { action: "compare", keys: ["b"], shown: "B", what: "Before and after" },
      { action: "difference", keys: ["d"], shown: "D", what: "What changed" },
      { action: "grid", keys: ["g"], shown: "G", what: "Feature grid" },
    ],
  },
  {
    title: "Scene and sharing",
    items: [
      { action: "random", keys: ["r"], shown: "R", what: "Random scene" },
      { action: "save", keys: ["s", "Mod+s"], shown: "S", what: "Save picture" },
      { action: "link", keys: ["l"], shown: "L", what: "Copy link" },
      { action: "help", keys: ["?"], shown: "?", what: "This sheet" },
    ],
  },
];

/** Keys that work while the picture has the focus; the picture itself handles them. */
export const CURSOR_KEYS = [
  { shown: "← ↑ ↓ →", what: "Move the brush, or the divider of Before and after; with Shift in larger steps" },
  { shown: "Space", what: "Brush down, and up again" },
  { shown: "Enter", what: "One dab" },
  { shown: "Esc", what: "Cancel the stroke" },
];

const TABLE = new Map(
  SHEET.flatMap(({ items }) => items).flatMap(({ keys, action }) => keys.map((key) => [key, action])),
);

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "getModifierState">} event
 * @param {boolean} single  whether shortcuts of one letter are on
 * @returns {string | null} the action
 */
export function actionFor(event, single) {
  const third = event.getModifierState("AltGraph"); // on many keyboards [ and ] are on it; Windows calls it Ctrl and Alt
  if (event.altKey && !third) return null;
  const mod = (event.ctrlKey && !third) || event.metaKey;
  const letter = /^[a-z]$/i.test(event.key);
  const key = letter ? (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;
  const name = (mod ? "Mod+" : "") + (letter && event.shiftKey ? "Shift+" : "") + key;
  if (!mod && !single && name !== "?") return null;
  return TABLE.get(name) ?? null;
}
