// Draws widgets from the state in this page, without Python. Wrapped together with `model.js`, so that it is one plain
// script: that works from a web server and from a file alike.

const base = document.currentScript.src;
const NOTE = "This control needs the notebook: open it in JupyterLab.";
const GREY = "rgb(127 127 127 / 30%)";
const NEAR = "400px"; // a picture is drawn when the reader comes that close
const models = new Map();

const manager = {
  get_model: async (id) => models.get(id),
  create_view: async (model) => ({ el: await draw(model, document.createElement("div")) }),
};

/** base64 to what a front end gets from Jupyter. */
const bytes = (data) => new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);

/** A widget that answers what its front end can, and says so when it would need Python. */
function meet(id, { state, buffers = [], needs_python: needed = [] }) {
  for (const { path, data } of buffers) path.slice(0, -1).reduce((node, key) => node[key], state)[path.at(-1)] = bytes(data);
  const note = Object.assign(document.createElement("p"), { className: "metakit-note", textContent: NOTE, hidden: true });
  note.setAttribute("role", "status");
  const settled = { ...state };
  const model = new Model(id, state, { send }, manager);

  function send(_type, { data }) {
    const names = [...Object.keys(data.state), ...data.buffer_paths.map(([name]) => name)];
    const refused = names.filter((name) => needed.includes(name) && state[name] !== settled[name]);
    note.hidden = !refused.length;
    for (const name of names) if (!refused.includes(name)) settled[name] = state[name];
    for (const name of refused) state[name] = settled[name];
    for (const name of refused) model.tell(`change:${name}`, state[name]);
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

function start() {
  const stored = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  Object.entries(stored ? JSON.parse(stored.textContent).state : {}).forEach(([id, one]) => meet(id, one));
  followTheme();
  const watch = new IntersectionObserver((entries) => entries.filter((one) => one.isIntersecting).forEach(({ target }) => {
    watch.unobserve(target);
    enliven(target);
  }), { rootMargin: NEAR });
  document.querySelectorAll(".metakit-live, .metakit-chart").forEach((place) => watch.observe(place));
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
