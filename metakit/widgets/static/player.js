/** A button that plays the steps 0 … `last`, and stops when it is pressed again, or when somebody else moves the step. */

function player({ what, last, pace, get, go }) {
  let [timer, at] = [0, 0];
  const button = html("button", { onclick: () => (timer ? stop() : start()) });

  function show() {
    button.textContent = timer ? "■ Stop" : "▶ Play";
    button.setAttribute("aria-label", `${timer ? "Stop" : "Play"} ${what}`);
  }

  function start() {
    timer = setInterval(next, pace);
    go((at = 0));
    show();
  }

  function next() {
    go((at += 1));
    if (at >= last) stop();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    show();
  }

  show();
  return { button, stop, moved: () => get() !== at && stop() };
}
