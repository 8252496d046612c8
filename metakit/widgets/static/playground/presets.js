// Situations worth seeing, a button each, and what to look for in the one that is shown.

function makePresets(presets, choose) {
  const text = h("span"), strayed = h("small", {}, " You have changed something since: the button brings it back.");
  const about = h("p", { class: "preset-about", role: "status", hidden: true }, text, strayed);
  const buttons = presets.map((preset) => h("button", { type: "button", class: "button", "data-preset": preset.name, onclick: () => choose(preset) }, preset.name));
  const node = h("div", { class: "presets", hidden: !presets.length }, h("div", { class: "buttons", role: "group", "aria-label": "Situations worth seeing" }, h("span", {}, "Try:"), buttons), about);
  /** Its words, and whether the visitor went on from there: they invite to that, but may be true no longer. */
  const say = (words = "", left = false) => {
    text.textContent = words;
    about.hidden = !words;
    about.classList.toggle("strayed", left);
  };
  return { node, say, said: () => [text.textContent, about.classList.contains("strayed")], stray: () => about.classList.add("strayed") };
}
