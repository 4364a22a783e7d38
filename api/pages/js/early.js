// Runs before anything is painted, so that a chosen theme or direction never flashes as another one.
(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("monoceros.look") ?? "{}") ?? {};
  } catch {
    // storage is closed to us, or holds something else: the system's theme and the page's own direction
  }
  const root = document.documentElement;
  if (chosen.theme === "light" || chosen.theme === "dark") root.dataset.theme = chosen.theme;
  if (chosen.dir === "rtl" || chosen.dir === "ltr") root.dir = chosen.dir;
})();
