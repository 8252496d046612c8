// Light and dark: the system's theme until a visitor chooses; the demo's own page remembers the choice.

const OWN_PAGE = () => document.body.dataset.metakit !== undefined; // the demo alone may use the address and the theme

/** `next` changes the theme; `listen` follows the system and returns what ends that. */
function makeTheme(find, repaint) {
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function set(theme) {
    const root = find();
    root.style.colorScheme = theme;
    if (OWN_PAGE()) document.documentElement.style.colorScheme = theme;
    root.classList.toggle("dark", theme === "dark" || (theme === "" && dark.matches));
    repaint();
  }
  const system = () => set(OWN_PAGE() ? (localStorage.getItem("metakit-theme") ?? "") : "");

  return {
    next() {
      const theme = find().classList.contains("dark") ? "light" : "dark";
      if (OWN_PAGE()) localStorage.setItem("metakit-theme", theme);
      set(theme);
    },
    listen() {
      dark.addEventListener("change", system);
      addEventListener("metakit-theme", system); // another room has chosen
      system();
      return () => {
        dark.removeEventListener("change", system);
        removeEventListener("metakit-theme", system);
      };
    },
  };
}
