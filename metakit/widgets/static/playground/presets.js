// Situations worth seeing, a button each, and what to look for in the one that is shown.

function makePresets(presets, choose) {
  const about = h("p", { class: "preset-about", role: "status" });
  const show = (preset) => {
    about.textContent = preset.about;
    choose(preset);
  };
  const buttons = presets.map((preset) => h("button", { type: "button", class: "button", "data-preset": preset.name, onclick: () => show(preset) }, preset.name));
  const node = h("div", { class: "presets", hidden: !presets.length }, h("div", { class: "buttons", role: "group", "aria-label": "Situations worth seeing" }, h("span", {}, "Try:"), buttons), about);
  return { node, forget: () => (about.textContent = "") };
}
