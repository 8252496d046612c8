// Draws widgets from the state in this page, without Python. Wrapped together with `model.js`, so that it is one plain
// script: that works from a web server and from a file alike.

const base = document.currentScript.src;
const NEEDS_PYTHON = "This control needs the notebook: open it in JupyterLab.";
const ONE_AT_A_TIME = "On this page one control moves at a time, and in fewer steps. In JupyterLab all of them do.";
const GREY = "rgb(127 127 127 / 30%)";
const NEAR = "400px"; // a picture is drawn when the reader comes that close
const models = new Map();

const manager = {
  get_model: async (id) => models.get(id),
  create_view: async (model) => ({ el: await draw(model, document.createElement("div")) }),
};

/** base64 to what a front end gets from Jupyter. */
const bytes = (data) => new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);

/** Put buffers [[path, base64], …] or [{path, data}, …] into the state that they were taken out of. */
function fill(state, buffers) {
  for (const one of buffers) {
    const [path, data] = Array.isArray(one) ? one : [one.path, one.data];
    path.slice(0, -1).reduce((node, key) => node[key], state)[path.at(-1)] = bytes(data);
  }
}

/** control -> [[value, {trait: [value, buffers]}], …]: what Python answered when the lesson was run. */
async function unpacked(answers) {
  if (!answers) return {};
  const stream = new Blob([bytes(answers)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/** The recorded answer to the nearest value; what cannot be nearer or farther has to be the same. */
function nearest(kept, value) {
  if (typeof value !== "number") return kept.find(([known]) => known === value);
  return kept.reduce((best, one) => (Math.abs(one[0] - value) < Math.abs(best[0] - value) ? one : best));
}

/** A widget that answers what its front end can, then what was recorded, and says so when it would need Python. */
function meet(id, { state, buffers = [], needs_python: needed = [], answers = "" }) {
  fill(state, buffers);
  const note = Object.assign(document.createElement("p"), { className: "metakit-note", hidden: true });
  note.setAttribute("role", "status");
  const start = { ...state }, settled = { ...state };
  const recorded = unpacked(answers);
  const model = new Model(id, state, { send }, manager);
  let moved = null;

  /** The state after `name` has moved from where the lesson left all controls; null if nobody knows. */
  function after(name, known) {
    if (state[name] === start[name]) return start;
    const found = known[name] && nearest([[start[name], {}], ...known[name]], state[name]);
    if (!found) return null;
    const next = { ...start };
    for (const [trait, [value, itsBuffers]] of Object.entries(structuredClone(found[1]))) {
      next[trait] = value;
      fill(next, itsBuffers);
    }
    return next;
  }

  function say(text) {
    note.hidden = !text;
    note.textContent = text;
  }

  async function send(_type, { data }) {
    const names = [...Object.keys(data.state), ...data.buffer_paths.map(([name]) => name)];
    const asked = names.filter((name) => needed.includes(name) && state[name] !== settled[name]);
    for (const name of names) if (!asked.includes(name)) start[name] = settled[name] = state[name];
    if (!asked.length) return say("");
    const [name] = asked, next = asked.length === 1 ? after(name, await recorded) : null;
    const wanted = state[name], goal = next ?? settled;
    const together = next && moved !== null && moved !== name && settled[moved] !== start[moved];
    const changed = Object.keys(state).filter((one) => state[one] !== goal[one]);
    Object.assign(state, goal);
    Object.assign(settled, goal);
    if (next) moved = name;
    say(!next ? NEEDS_PYTHON : together || goal[name] !== wanted ? ONE_AT_A_TIME : "");
    for (const one of changed) model.tell(`change:${one}`, state[one]);
  }
  models.set(id, Object.assign(model, { note }));
}

function addStyle(text) {
  if ([...document.head.querySelectorAll("style.metakit")].some((style) => style.textContent === text)) return;
  document.head.append(Object.assign(document.createElement("style"), { className: "metakit", textContent: text }));
}

async function draw(model, place) {
  const address = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  addStyle(model.get("_css") ?? "");
  const el = place.appendChild(document.createElement("div"));
  await widget.initialize?.({ model });
  await widget.render({ model, el });
  place.append(model.note);
  return place;
}

/** A plotly chart, in the colours of the page. Its script is loaded when the first one comes near. */
let plotly;
async function drawChart(place) {
  plotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: new URL("plotly.min.js", base), onload: resolve, onerror: reject });
    document.head.append(script);
  });
  await plotly;
  const { data, layout = {} } = JSON.parse(place.querySelector("script").textContent);
  const el = place.appendChild(document.createElement("div"));
  const colours = () => ({ paper_bgcolor: "transparent", plot_bgcolor: "transparent", "font.color": getComputedStyle(place).color });
  const { "font.color": color, ...paper } = colours();
  const axis = { gridcolor: GREY, zerolinecolor: GREY };
  await Plotly.newPlot(el, data, { ...layout, ...paper, font: { ...layout.font, color }, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis } }, { responsive: true, displaylogo: false });
  addEventListener("metakit-theme", () => Plotly.relayout(el, colours()));
}

async function enliven(place) {
  const still = place.querySelector(".metakit-still");
  try {
    if (place.classList.contains("metakit-chart")) await drawChart(place);
    else await draw(models.get(place.dataset.model), place);
    still.remove();
    place.dataset.alive = "";
  } catch (error) {
    place.querySelectorAll(":scope > div:not(.metakit-still)").forEach((half) => half.remove());
    console.error(error);
  }
}

/** Widgets ask for the theme as JupyterLab says it; furo says it in `data-theme`. */
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = () => {
    const { theme } = document.body.dataset;
    const isDark = theme === "dark" || (theme !== "light" && dark.matches);
    if (document.body.dataset.jpThemeLight === String(!isDark)) return;
    document.body.dataset.jpThemeLight = String(!isDark);
    dispatchEvent(new Event("metakit-theme"));
  };
  tell();
  dark.addEventListener("change", tell);
  new MutationObserver(tell).observe(document.body, { attributeFilter: ["data-theme"] });
}

/** What the keyboard and a screen reader miss in Sphinx's pages: scrolling in what is wide, the level of the menu's headings. */
function help() {
  for (const wide of document.querySelectorAll("pre, .metakit-formula, .table-wrapper")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  for (const title of document.querySelectorAll('.caption[role="heading"]')) title.setAttribute("aria-level", "2");
}

function start() {
  const stored = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  Object.entries(stored ? JSON.parse(stored.textContent).state : {}).forEach(([id, one]) => meet(id, one));
  followTheme();
  help();
  const watch = new IntersectionObserver((entries) => entries.filter((one) => one.isIntersecting).forEach(({ target }) => {
    watch.unobserve(target);
    enliven(target);
  }), { rootMargin: NEAR });
  document.querySelectorAll(".metakit-live, .metakit-chart").forEach((place) => watch.observe(place));
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
