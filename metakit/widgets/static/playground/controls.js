// The controls above the table: three sliders, the source of examples, and the buttons.

const ICONS = {
  example: "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5",
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  file: "M12 16V5M7 10l5-5 5 5M5 19h14",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4.2 4.2 0 0 0 6 6l1-1",
  theme: "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
};

const icon = (name) => s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));

const button = (name, label, onclick, extra = {}) => h("button", { type: "button", class: "button", ...extra, onclick }, icon(name), h("span", {}, label));

/** A labelled slider with its "?"; `oninput` gets its name and number, `onchange` is called where it rests. */
function slider(name, label, [low, high], sentence, oninput, onchange) {
  const input = h("input", { type: "range", min: low, max: high, step: 1, name, oninput: () => oninput(name, Number(input.value)), onchange });
  const output = h("output");
  const node = explained(h("label", { class: "slider" }, h("span", {}, label), output, input), label, sentence);
  node.dataset.explains = name;
  const show = (value) => {
    input.value = value;
    output.textContent = value;
    input.style.setProperty("--at", (value - low) / (high - low));
  };
  return { node, show };
}

/** A choice between the sources of examples; nothing where there is only one. */
function sourceChoice(sources, onchange) {
  const names = { glyphs: "invented glyphs", "glyphs-alike": "glyphs that look alike", omniglot: "Omniglot", "omniglot-alike": "Omniglot look-alikes" };
  const select = h("select", { name: "source", onchange: () => onchange(select.value) }, sources.map((name) => h("option", { value: name }, names[name] ?? name)));
  const node = explained(h("label", { class: "source" }, h("span", {}, "Examples from"), select), "examples", "Invented glyphs, or real characters of Omniglot where they are here; each at random, or ten that look alike.");
  node.hidden = sources.length < 2;
  return { node, select };
}
