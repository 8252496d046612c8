// The page's life: connect to the kernel, show the widget, notice when the kernel or the server has gone.

import { connect } from "./kernel.js";
import { Model } from "./model.js";

const HEARTBEAT = 15000, PATIENCE = 10000, LONGEST_START = 45000; // milliseconds; patience ends before the next beat
const info = JSON.parse(document.getElementById("kernel").textContent);
const gone = document.getElementById("gone");
const views = [...document.querySelectorAll("script.view")].map((node) => JSON.parse(node.textContent).model_id);
const models = new Map();
let kernel, waitingFor = null, patience, leaving = false, dead = false;

function lost() {
  if (!leaving) gone.hidden = false;
}

function hear({ type, parent, content, buffers }) {
  dead ||= type === "status" && ["dead", "restarting", "autorestarting"].includes(content.execution_state);
  if (dead) return lost(); // a kernel that was started again knows nothing of this page
  gone.hidden = true;
  if (parent === waitingFor) clearTimeout(patience);
  if (type !== "comm_msg") return;
  if (content.data.method === "update_states") begin(content.data, buffers);
  else models.get(content.comm_id)?.receive(content.data, buffers);
}

/** Ask the kernel who it is; no answer in time means that it has gone. Hidden pages ask nothing, so idle kernels can be ended. */
function beat() {
  if (document.hidden || dead) return;
  clearTimeout(patience);
  patience = setTimeout(lost, PATIENCE);
  waitingFor = kernel.send("kernel_info_request", {}, { channel: "control" });
}

async function begin({ states, buffer_paths: paths }, buffers) {
  paths.forEach((path, i) => {
    const last = path.pop();
    path.reduce((node, key) => node[key], states)[last] = buffers[i];
  });
  for (const id of views) models.set(id, new Model(id, states[id].state, kernel));
  for (const id of views) await show(models.get(id));
}

async function show(model) {
  const style = document.createElement("style");
  style.textContent = model.get("_css");
  document.head.append(style);
  const address = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  URL.revokeObjectURL(address);
  const page = document.getElementById("page"), el = document.createElement("div");
  document.getElementById("waiting").remove();
  page.append(el);
  await widget.render({ model, el });
  page.removeAttribute("aria-busy");
}

async function start() {
  if (!views.length) return lost();
  kernel = await connect(info, hear, lost);
  const comm = crypto.randomUUID?.() ?? "control";
  kernel.send("comm_open", { comm_id: comm, target_name: "jupyter.widget.control", data: {} }, { metadata: { version: "1.0.0" } });
  kernel.send("comm_msg", { comm_id: comm, data: { method: "request_states" } });
  setInterval(beat, HEARTBEAT);
  document.addEventListener("visibilitychange", beat);
}

gone.querySelector("button").addEventListener("click", () => location.reload());
addEventListener("pagehide", () => {
  leaving = true;
  navigator.sendBeacon(`${info.base}voila/api/shutdown/${info.id}`);
});
addEventListener("pageshow", (event) => event.persisted && location.reload()); // back from the browser's cache: the kernel has ended
setTimeout(() => document.getElementById("waiting") && lost(), LONGEST_START);
start().catch(lost);
