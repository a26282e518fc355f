// The teacher's pointer on every screen: as a share of the element that it is over, which each screen has in its place.
import { make } from "./build.js"
import { isTeacher, room } from "./room.js"
import { ask } from "./server.js"

const EVERY = 120 // ms between two tellings
let on = false, last = 0, waiting = 0, told = ""

export const isPointing = () => on
export function point(wanted) {
  on = wanted
  if (!on) tell(null)
}

const keyOf = (element) => [...element.classList].find((name) => name.startsWith("st-key-"))

function aimedAt(x, y) {
  let element = document.elementFromPoint(x, y)
  while (element && !keyOf(element)) element = element.parentElement
  if (!element) return null
  const { left, top, width, height } = element.getBoundingClientRect()
  const share = (part, whole) => Math.round(1e4 * Math.min(Math.max(part / whole, 0), 1)) / 1e4
  return [keyOf(element), share(x - left, width), share(y - top, height)]
}

function tell(aim) {
  const text = JSON.stringify(aim)
  if (text === told) return
  told = text
  ask("point", { at: aim }).catch(() => {})
}

addEventListener("pointermove", ({ clientX, clientY }) => {
  if (!on || !isTeacher()) return
  clearTimeout(waiting)
  const act = () => { last = performance.now(); tell(aimedAt(clientX, clientY)) }
  waiting = setTimeout(act, Math.max(0, EVERY - (performance.now() - last)))
}, { passive: true })

// A ring where the teacher points, on the student's own screen.
export function drawPointer() {
  const at = !isTeacher() && !room.alone && room.news?.pointer
  const element = at && document.querySelector("." + CSS.escape(at[0]))
  let ring = document.getElementById("imgcls-pointer")
  if (!element) return ring?.remove()
  ring ??= make("div", document.body, "", { id: "imgcls-pointer", "aria-hidden": "true" })
  const { left, top, width, height } = element.getBoundingClientRect()
  // What has been scrolled out of sight is pointed at from the edge.
  const [x, y] = [[left + at[1] * width, innerWidth], [top + at[2] * height, innerHeight]]
    .map(([place, size]) => Math.min(Math.max(place, 24), size - 24))
  ring.style.translate = `${x}px ${y}px`
}
addEventListener("scroll", drawPointer, { capture: true, passive: true })
addEventListener("resize", drawPointer)
