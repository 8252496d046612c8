// What every image widget shares: class letters and colours, small character images, sliders and buttons.
// `front_end` puts this text before each widget's own file.

const LETTERS = "ABCDEFGHIJKLMNOPQRST";
const OKABE_ITO = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#B8A800", "#7F7F7F"];
const SIDE = 28;

/** The colour of class `index`; colours repeat after eight classes, letters never do. */
const colourOf = (index) => OKABE_ITO[index % OKABE_ITO.length];

/** An element with properties, attributes (`aria-*`, `role`, `data-*`, `style`) and children. */
function node(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "style") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The same in the SVG name space; attributes only. */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Images as mask addresses: bytes [n, 28, 28] of ink become n PNG addresses whose opacity is the ink. */
function maskAddresses(view) {
  const ink = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const canvas = node("canvas", { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  const area = SIDE * SIDE;
  return Array.from({ length: ink.length / area }, (_, number) => {
    for (let i = 0; i < area; i++) image.data[4 * i + 3] = ink[number * area + i];
    context.putImageData(image, 0, 0);
    return canvas.toDataURL();
  });
}

/** One character, drawn in the text colour of its surroundings: it follows the theme by itself. */
function glyph(address, size) {
  const style = `width:${size}px;height:${size}px;--ink:url(${address})`;
  return node("span", { className: "mk-glyph", style, "aria-hidden": "true" });
}

/** The badge of a class: its letter on its colour. */
function badge(index, extra = "") {
  return node("span", { className: `mk-badge ${extra}`, style: `--class:${colourOf(index)}` }, LETTERS[index]);
}

/** A labelled slider tied to an integer trait; `limits` names the trait {trait: [low, high]}. */
function slider(model, trait, text, limits = "limits") {
  const input = node("input", { type: "range", step: 1 });
  const shown = node("output");
  const read = () => {
    [input.min, input.max] = model.get(limits)[trait];
    input.value = model.get(trait);
    input.disabled = input.min === input.max;
    shown.textContent = model.get(trait);
  };
  input.addEventListener("input", () => {
    shown.textContent = input.value;
    model.set(trait, Number(input.value));
    model.save_changes();
  });
  model.on(`change:${trait}`, read);
  model.on(`change:${limits}`, read);
  read();
  return node("label", { className: "mk-control" }, node("span", {}, text), input, shown);
}

/** A labelled choice tied to a string trait; `names` lists what can be chosen. */
function choice(model, trait, text, names) {
  const select = node("select", {}, ...names.map((name) => node("option", { value: name }, name)));
  const read = () => (select.value = model.get(trait));
  select.addEventListener("change", () => {
    model.set(trait, select.value);
    model.save_changes();
  });
  model.on(`change:${trait}`, read);
  read();
  return node("label", { className: "mk-control" }, node("span", {}, text), select);
}

/** A labelled tick box tied to a boolean trait. */
function tick(model, trait, text) {
  const input = node("input", { type: "checkbox" });
  const read = () => (input.checked = model.get(trait));
  input.addEventListener("change", () => {
    model.set(trait, input.checked);
    model.save_changes();
  });
  model.on(`change:${trait}`, read);
  read();
  return node("label", { className: "mk-control" }, input, node("span", {}, text));
}

/** A button that adds one to a counting trait: Python answers with a new view. Until then the button waits. */
function counter(model, trait, text) {
  const button = node("button", { type: "button", className: "mk-button" }, text);
  const wait = (waiting) => {
    button.setAttribute("aria-disabled", String(waiting));
    button.textContent = waiting ? "One moment …" : text;
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    wait(true);
    model.set(trait, model.get(trait) + 1);
    model.save_changes();
  });
  model.on("change:view", () => wait(false));
  return button;
}

/**
 * The widget's frame. JupyterLab's single-key shortcuts (A adds a cell, 1 makes a heading) stop at what has the focus here:
 * they look for this attribute on the focused element itself before they match.
 */
function stage(el, name, label) {
  const root = node("section", { className: `mk ${name}`, "aria-label": label });
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  el.replaceChildren(root);
  return root;
}

const percent = (share) => `${Math.round(100 * share)} %`;
