// One widget's state, as anywidget's `model`: get, set, save_changes, on, off, send. Bytes travel as buffers beside the JSON.

export class Model {
  constructor(id, state, kernel, manager) {
    Object.assign(this, { id, state, kernel, widget_manager: manager, changed: new Set(), listeners: new Map() });
  }

  get = (name) => this.state[name];

  set = (name, value) => {
    this.state[name] = value;
    this.changed.add(name);
    this.tell(`change:${name}`, value);
  };

  save_changes = () => {
    const state = {}, paths = [], buffers = [];
    for (const name of this.changed) {
      if (ArrayBuffer.isView(this.state[name])) {
        paths.push([name]);
        buffers.push(this.state[name]);
      } else state[name] = this.state[name];
    }
    this.changed.clear();
    const data = { method: "update", state, buffer_paths: paths };
    this.kernel.send("comm_msg", { comm_id: this.id, data }, { buffers, metadata: { version: "2.1.0" } });
  };

  /** `events` may name several, with spaces between. */
  on = (events, listener) => {
    for (const event of events.split(" ")) this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  };

  off = (events, listener) => {
    for (const event of events.split(" ")) this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener));
  };

  tell(event, value) {
    for (const listener of this.listeners.get(event) ?? []) listener(value);
  }

  /** A message from Python for this widget. */
  receive(data, buffers) {
    if (data.method !== "update") return;
    data.buffer_paths.forEach(([name], i) => (data.state[name] = buffers[i]));
    Object.assign(this.state, data.state);
    Object.keys(data.state).forEach((name) => this.tell(`change:${name}`, this.state[name]));
  }
}
