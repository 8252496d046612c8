// The page's life: connect to the kernel, show the widget, notice when the kernel or the server has gone.

import { connect } from "./kernel.js";
import { Model } from "./model.js";
import { openRooms } from "./rooms.js";

// milliseconds; patience ends before the next beat, so ten seconds of silence are always told
const HEARTBEAT = 5000, PATIENCE = 4500, LONGEST_START = 45000, AWAY = 10 * 60000;
const WORDS = {
  silent: "No answer for some seconds. It may come by itself; or start again.",
  gone: "The machine room has gone quiet.",
  failed: "That went wrong in the machine room.",
};
const info = JSON.parse(document.getElementById("kernel").textContent);
const gone = document.getElementById("gone");
const views = [...document.querySelectorAll("script.view")].map((node) => JSON.parse(node.textContent).model_id);
const models = new Map();
let kernel, waitingFor = null, patience, leaving = false, dead = false, touched = Date.now();

function tell(what) {
  gone.querySelector("span").textContent = WORDS[what];
  gone.hidden = leaving;
}

/** Nothing comes back from here: only a new start helps. */
function lost() {
  if (!dead) tell("gone");
  dead = true;
}

function hear({ type, parent, content, buffers }) {
  if (dead) return;
  // a kernel that was started again knows nothing of this page
  if (type === "status" && ["dead", "restarting", "autorestarting"].includes(content.execution_state)) return lost();
  if (type === "error") return tell("failed");
  if (parent === waitingFor) heard();
  if (type === "comm_open" && content.target_name === "jupyter.widget") meet(content.comm_id, content.data, buffers);
  if (type !== "comm_msg") return;
  if (content.data.method === "update_states") begin(content.data, buffers);
  else models.get(content.comm_id)?.receive(content.data, buffers);
}

/**
 * Ask the kernel who it is, in line with what else it has to answer. A page that is hidden, or that nobody has touched for
 * long, asks nothing, so that idle kernels can be ended.
 */
function beat() {
  if (document.hidden || dead || waitingFor || Date.now() - touched > AWAY) return;
  patience = setTimeout(tell, PATIENCE, "silent");
  waitingFor = kernel.send("kernel_info_request", {});
}

function heard() {
  clearTimeout(patience);
  if (gone.querySelector("span").textContent === WORDS.silent) gone.hidden = true;
  waitingFor = null;
}

function unpacked({ state, states = state, buffer_paths: paths = [] }, buffers) {
  paths.forEach((path, i) => {
    const last = path.pop();
    path.reduce((node, key) => node[key], states)[last] = buffers[i];
  });
  return states;
}

/** A widget that Python has made: now, or before this page was there. */
function meet(id, data, buffers) {
  models.set(id, new Model(id, unpacked(data, buffers), kernel, manager));
}

const manager = {
  get_model: async (id) => models.get(id),
  create_view: async (model) => ({ el: await show(model, document.createElement("div")) }),
};

async function begin(data, buffers) {
  const states = unpacked(data, buffers);
  for (const id of views) models.set(id, new Model(id, states[id].state, kernel, manager));
  await openRooms(views.map((id) => (place) => show(models.get(id), place)));
}

/** Draw a widget into its place. */
async function show(model, place) {
  const style = document.createElement("style");
  style.textContent = model.get("_css");
  document.head.append(style);
  const address = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  URL.revokeObjectURL(address);
  const el = place.appendChild(document.createElement("div"));
  await widget.render({ model, el });
  return place;
}

async function start() {
  if (!views.length) return lost();
  kernel = await connect(info, hear, lost);
  const comm = crypto.randomUUID?.() ?? "control";
  kernel.send("comm_open", { comm_id: comm, target_name: "jupyter.widget.control", data: {} }, { metadata: { version: "1.0.0" } });
  kernel.send("comm_msg", { comm_id: comm, data: { method: "request_states" } });
  setInterval(beat, HEARTBEAT);
  document.addEventListener("visibilitychange", beat);
  ["pointerdown", "keydown"].forEach((kind) => addEventListener(kind, () => (touched = Date.now()), { capture: true, passive: true }));
}

gone.querySelector("button").addEventListener("click", () => location.reload());
addEventListener("pagehide", () => {
  leaving = true;
  const allowed = document.cookie.match(/(?:^|; )_xsrf=([^;]+)/)?.[1]; // a hub for a class asks for it; the demo alone does not
  navigator.sendBeacon(`${info.base}voila/api/shutdown/${info.id}${allowed ? `?_xsrf=${allowed}` : ""}`);
});
addEventListener("pageshow", (event) => event.persisted && location.reload()); // back from the browser's cache: the kernel has ended
setTimeout(() => document.getElementById("waiting") && lost(), LONGEST_START);
start().catch(lost);
