// The units of a layer, searched, filtered and sorted. What is shown is in the address: #category=object&sort=unit.
// A plain script: browsers run no modules from disk. Without it, all units are there, highest IoU first.
"use strict";

(() => {
  const wall = document.getElementById("wall");
  const form = document.querySelector(".tools");
  if (!wall || !form) return;

  const units = [...wall.children].map((element, order) => ({
    element, order, number: Number(element.dataset.unit), label: element.dataset.label, category: element.dataset.category,
  }));
  const { q, category, sort } = form.elements;
  const bars = document.querySelectorAll("svg a[data-category]");
  const order = {
    iou: (a, b) => a.order - b.order,
    unit: (a, b) => a.number - b.number,
    label: (a, b) => (a.label === "") - (b.label === "") || a.label.localeCompare(b.label) || a.order - b.order,
  };

  /** The address's fragment as a state; that of one unit ("#unit-12") shows everything. */
  function wanted() {
    const given = new URLSearchParams(location.hash.slice(1));
    const known = (name, values, otherwise) => (values.includes(given.get(name)) ? given.get(name) : otherwise);
    return {
      q: (given.get("q") ?? "").trim(),
      category: known("category", [...category.options].map((option) => option.value), ""),
      concept: given.get("concept") ?? "",
      sort: known("sort", Object.keys(order), "iou"),
    };
  }

  function fits(unit, state) {
    const text = state.q.toLowerCase();
    const found = !text || unit.label.toLowerCase().includes(text) || String(unit.number) === text;
    return found && (!state.category || unit.category === state.category) && (!state.concept || unit.label === state.concept);
  }

  function show() {
    const state = wanted();
    const shown = units.filter((unit) => fits(unit, state)).sort(order[state.sort]);
    wall.replaceChildren(...shown.map((unit) => unit.element));
    document.getElementById("shown").textContent = String(shown.length);
    document.getElementById("nothing").hidden = shown.length > 0;
    document.getElementById("everything").hidden = shown.length === units.length;
    if (document.activeElement !== q) q.value = state.q; // or a letter typed since would be lost
    [category.value, sort.value] = [state.category, state.sort];
    for (const bar of bars) {
      const same = bar.dataset.category === state.category && (bar.dataset.concept ?? "") === state.concept;
      bar.toggleAttribute("aria-current", same);
      if (same) bar.setAttribute("aria-current", "true");
    }
    if (/^#unit-\d+$/.test(location.hash)) document.querySelector(location.hash)?.scrollIntoView();
  }

  /** Put a state into the address, and with it on the page. */
  function ask(state) {
    const told = new URLSearchParams(Object.entries({ ...state, sort: state.sort === "iou" ? "" : state.sort })
      .filter(([, value]) => value));
    location.replace(`#${told}`);
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  q.addEventListener("input", () => ask({ ...wanted(), q: q.value.trim() }));
  category.addEventListener("change", () => ask({ ...wanted(), category: category.value, concept: "" }));
  sort.addEventListener("change", () => ask({ ...wanted(), sort: sort.value }));
  for (const bar of bars) {
    bar.addEventListener("click", (event) => {
      event.preventDefault();
      const { category: kind, concept = "" } = bar.dataset;
      const again = bar.hasAttribute("aria-current"); // the same bar again shows everything
      ask({ ...wanted(), category: again ? "" : kind, concept: again ? "" : concept });
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
    event.preventDefault();
    q.focus();
  });
  addEventListener("hashchange", show);
  show();
})();
