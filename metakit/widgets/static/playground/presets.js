// Situations worth seeing, a button each, and what to look for in the one that is shown.

const STRAYED = " You have changed something since: the button brings it back.";

function makePresets(presets, choose) {
  const about = h("p", { class: "preset-about", role: "status" });
  const buttons = presets.map((preset) => h("button", { type: "button", class: "button", "data-preset": preset.name, onclick: () => choose(preset) }, preset.name));
  const node = h("div", { class: "presets", hidden: !presets.length }, h("div", { class: "buttons", role: "group", "aria-label": "Situations worth seeing" }, h("span", {}, "Try:"), buttons), about);
  const words = () => about.textContent;
  return {
    node,
    words,
    say: (text = "") => (about.textContent = text),
    /** The visitor goes on from here: the words invite to that, but they may be true no longer. */
    stray: () => words() && !words().endsWith(STRAYED) && (about.textContent += STRAYED),
  };
}
