// A small client of Jupyter's kernel protocol (https://jupyter-client.readthedocs.io/en/stable/messaging.html): one web
// socket and its binary framing, version 1: the number of offsets, the offsets, then channel, four JSON parts, buffers.
// (Never the older framing: Voila 0.5.13 reads a message in it for minutes, and stands still meanwhile.)

const PROTOCOL = "v1.kernel.websocket.jupyter.org", JSON_PARTS = 4, RETRIES = 6;
const CLIENT = { session: crypto.randomUUID?.() ?? String(Math.random()).slice(2), username: "", version: "5.3" };
const text = { in: new TextDecoder(), out: new TextEncoder() };
let counter = 0;

function encode(channel, parts, buffers) {
  const chunks = [text.out.encode(channel), ...parts.map((part) => text.out.encode(JSON.stringify(part))),
    ...buffers.map((b) => new Uint8Array(b.buffer, b.byteOffset, b.byteLength))];
  const head = new BigUint64Array(chunks.length + 2);
  head[0] = BigInt(chunks.length + 1);
  head[1] = BigInt(head.byteLength);
  chunks.forEach((chunk, i) => (head[i + 2] = head[i + 1] + BigInt(chunk.length)));
  return new Blob([head, ...chunks]);
}

function decode(data) {
  const view = new DataView(data), n = Number(view.getBigUint64(0, true));
  const offset = (i) => Number(view.getBigUint64(8 * (i + 1), true));
  const chunk = (i) => new DataView(data, offset(i), offset(i + 1) - offset(i));
  const [header, parent, , content] = Array.from({ length: JSON_PARTS }, (_, i) => JSON.parse(text.in.decode(chunk(i + 1))));
  const buffers = Array.from({ length: n - 2 - JSON_PARTS }, (_, i) => chunk(i + 1 + JSON_PARTS));
  return { type: header.msg_type, parent: parent.msg_id, content, buffers };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Connect to the kernel; `hear({type, parent, content, buffers})` gets every message. A broken connection (a phone that
 * slept) is taken up again, and what the kernel had not dealt with is said again; `lost()` is called when that fails.
 */
export async function connect({ id, base }, hear, lost) {
  const url = new URL(`${base}api/kernels/${id}/channels?session_id=${CLIENT.session}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const unheard = new Map(); // what was said, until the kernel is idle again after it
  let socket = null;

  function receive({ data }) {
    const message = decode(data);
    if (message.type === "status" && message.content.execution_state === "idle") unheard.delete(message.parent);
    hear(message);
  }

  const attempt = () => new Promise((resolve, reject) => {
    const opened = new WebSocket(url, PROTOCOL);
    opened.binaryType = "arraybuffer";
    opened.onmessage = receive;
    opened.onerror = opened.onclose = reject;
    opened.onopen = () => {
      opened.onclose = again;
      resolve(opened);
    };
  });
  async function open(retries) {
    for (let left = retries; ; left--) {
      try {
        socket = await attempt();
        return unheard.forEach((data) => socket.send(data));
      } catch (error) {
        if (left === 0) throw error;
        await pause(1000);
      }
    }
  }
  function again() {
    socket = null;
    open(RETRIES).catch(lost);
  }

  await open(0);
  return {
    send(type, content, { channel = "shell", metadata = {}, buffers = [] } = {}) {
      const header = { ...CLIENT, msg_id: `${CLIENT.session}_${counter++}`, msg_type: type, date: new Date().toISOString() };
      const data = encode(channel, [header, {}, metadata, content], buffers);
      unheard.set(header.msg_id, data);
      socket?.send(data);
      return header.msg_id;
    },
  };
}
