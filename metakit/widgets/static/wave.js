/**
 * A handle on the crest of a sine wave A sin(x - phase): dragging it to the side moves the wave, up and down makes it
 * larger or smaller. The sliders beside the chart do the same by keyboard.
 */

const CREST = Math.PI / 2;
const WAVES = { amplitude: [0.1, 5], phase: [0, 3.142] };

const kept = (name, value) => Math.min(Math.max(Number(value.toFixed(2)), WAVES[name][0]), WAVES[name][1]);

function waveHandle({ canvas, plot, below, get, set }) {
  const handle = svg("g", { class: "mkc-handle" }, svg("circle", { r: 16, class: "mkc-reach" }), svg("path", { d: "M-9,0L0,-9L9,0L0,9z" }), svg("title", {}, "Drag to reshape the wave"));
  let held = false;

  handle.onpointerdown = (event) => {
    held = true;
    handle.setPointerCapture(event.pointerId);
    event.stopPropagation(); // it is no new point
    event.preventDefault();
  };
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // the page stays
  handle.onpointermove = (event) => {
    if (!held) return;
    const pixel = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    set(kept("amplitude", plot.y.invert(pixel.y)), kept("phase", plot.x.invert(pixel.x) - CREST));
  };
  handle.onpointerup = handle.onpointercancel = () => (held = false);

  function draw() {
    const { amplitude, phase } = get();
    handle.setAttribute("transform", `translate(${plot.x(phase + CREST).toFixed(1)},${plot.y(amplitude).toFixed(1)})`);
  }
  below.before(handle); // a point that lies on it comes first
  return { draw };
}
