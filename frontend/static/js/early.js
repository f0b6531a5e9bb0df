// Before the first paint: the chosen theme, so that a dark page never flashes white. Not a module on purpose.
try {
  const chosen = localStorage.getItem("unitbrush.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
} catch {
  // no storage: the system's choice
}
