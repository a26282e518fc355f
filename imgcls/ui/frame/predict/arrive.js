// The answer sets out from the prediction, and the eye follows it.
const WAIT = 600, WAY = 1100 // ms

// Calls `frame(share)` with shares from 0 to 1; where nothing is to move, once with 1. An animation of `box` that
// changes nothing is the clock: whoever waits for the page to be at rest waits for it, too.
export function arrive(box, moves, frame) {
  if (!moves) return frame(1)
  frame(0)
  const clock = box.animate([{}, {}], { delay: WAIT, duration: WAY, easing: "ease-in-out", fill: "backwards" })
  const step = () => {
    const share = clock.playState === "finished" ? 1 : clock.effect.getComputedTiming().progress ?? 0
    frame(share)
    if (share < 1 && box.isConnected) requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
}

export const between = (from, to, share) => from + (to - from) * share
