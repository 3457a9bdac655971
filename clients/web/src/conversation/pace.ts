/** The least time between two drawings of text, in milliseconds: nobody reads faster, and each drawing costs. */
const pause = 120;
/** The time between two drawings as a multiple of what a drawing costs, so that a long answer or a slow device leaves time for all else. */
const share = 10;
const longest = 1000;

/** Draws text at a pace that its cost allows, at once after a silence; anything else with the next frame. */
export function pacer(): (notify: () => void, isText: boolean) => void {
  let next = 0;
  return (notify, isText) =>
    void setTimeout(() => {
      const began = performance.now();
      notify();
      // React draws in a microtask of its own, which comes before this one.
      queueMicrotask(() => {
        const now = performance.now();
        next = now + Math.min(longest, pause + (now - began) * share);
      });
    }, isText ? Math.max(0, next - performance.now()) : 16);
}
