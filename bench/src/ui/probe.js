/** Runs in the measured page before its own code: timings that only the page can take. */
globalThis.probe = (() => {
  /** Milliseconds from the navigation to the paint of the frame in which `found` is first true. */
  const painted = (found) =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("It did not appear within 20 s")), 20_000);
      const look = () => {
        if (!found()) return false;
        requestAnimationFrame(() => {
          const afterPaint = new MessageChannel();
          afterPaint.port1.onmessage = () => resolve(performance.now());
          afterPaint.port2.postMessage(0);
        });
        return true;
      };
      if (look()) return;
      const observer = new MutationObserver(() => look() && observer.disconnect());
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });

  let frames = [];
  return {
    shown: (selector) => painted(() => document.querySelector(selector) !== null),
    says: (selector, text) => painted(() => document.querySelector(selector)?.textContent.includes(text) === true),
    startFrames() {
      const times = [];
      frames = times;
      const onFrame = (time) => {
        if (frames !== times) return;
        times.push(time);
        requestAnimationFrame(onFrame);
      };
      requestAnimationFrame(onFrame);
    },
    /** Milliseconds between frames. */
    stopFrames() {
      const times = frames;
      frames = [];
      return times.slice(1).map((time, index) => time - times[index]);
    },
  };
})();
