/** Between two times that words are drawn, in milliseconds: nobody reads faster, and each time costs. */
const pause = 120;
/** And so many times as long as drawing them took, so that a long answer or a slow device leaves time for all else. */
const share = 10;
const longest = 1000;

let next = 0;

/** Tells of words, at once after a silence and else with the next drawing. */
export const paced = (notify: () => void) =>
  void setTimeout(() => {
    const began = performance.now();
    notify();
    // React draws in a microtask of its own, which comes before this one.
    queueMicrotask(() => {
      const now = performance.now();
      next = now + Math.min(longest, pause + (now - began) * share);
    });
  }, Math.max(0, next - performance.now()));
