// The corners in the drawing's own units (1 = the length of a side): left, right, top.
import { instance } from "../../js/elements.js"
import { Hand } from "../../js/hand.js"
import { stepOf } from "../../js/keys.js"
import { percent } from "../../js/numbers.js"
import { hear } from "../../js/text.js"

const TOP = Math.sqrt(3) / 2
const CORNERS = [[0, TOP], [1, TOP], [0.5, 0]]
const SIDE = 300, LEFT = 46, ABOVE = 52, WIDE = SIDE + 2 * LEFT

const place = (p) =>
  [0, 1].map((axis) => (axis ? ABOVE : LEFT) + SIDE * p.reduce((sum, share, i) => sum + share * CORNERS[i][axis], 0))

// The inverse of `place`, kept a little inside the triangle: a probability of 0 has no logit.
function shares(x, y) {
  const u = (x - LEFT) / SIDE, v = (y - ABOVE) / SIDE
  const top = 1 - v / TOP
  const right = u - top / 2
  const inside = [1 - top - right, right, top].map((share) => Math.max(share, 0.002))
  const total = inside[0] + inside[1] + inside[2]
  return inside.map((share) => share / total)
}

function add(parent, tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  parent.append(element)
  return element
}

const line = (points) => "M" + points.map((point) => place(point).map((n) => n.toFixed(1)).join()).join("L")

function build(box) {
  const svg = add(box, "svg", { viewBox: `0 0 ${WIDE} ${ABOVE + SIDE * TOP + 58}`, role: "application", tabindex: 0 })
  add(svg, "path", { class: "face", d: line([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) + "Z" })
  for (const level of [0.25, 0.5, 0.75]) {
    const rest = 1 - level
    for (let i = 0; i < 3; i++) {
      const ends = [1, 2].map((other) => [0, 1, 2].map((c) => (c === i ? level : c === (i + other) % 3 ? rest : 0)))
      add(svg, "path", { class: "grid", d: line(ends) })
    }
  }
  for (const middle of [[0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]])
    add(svg, "path", { class: "border", d: line([[1 / 3, 1 / 3, 1 / 3], middle]) })
  const trail = add(svg, "path", { class: "trail" })
  const corners = CORNERS.map((_, i) => {
    const [x, y] = place([0, 1, 2].map((c) => +(c === i)))
    const below = i < 2
    const label = add(svg, "text", { x, y: below ? y + 24 : y - 32, "text-anchor": "middle", class: "name" })
    const share = add(svg, "text", { x, y: below ? y + 46 : y - 10, "text-anchor": "middle", class: "share" })
    return { label, share }
  })
  const [cx, cy] = place([1 / 3, 1 / 3, 1 / 3])
  add(svg, "circle", { class: "middle", r: 4, cx, cy })
  const point = add(svg, "circle", { class: "point", r: 12 })
  return { svg, trail, corners, point, hand: new Hand(), dragging: false }
}

function draw(own) {
  const { data } = own
  own.trail.setAttribute("d", line(data.trail))
  const [x, y] = place(own.probabilities)
  own.point.setAttribute("cx", x)
  own.point.setAttribute("cy", y)
  const most = Math.max(...own.probabilities)
  own.corners.forEach(({ label, share }, i) => {
    const name = data.names[i]
    label.textContent = name.length > 20 ? name.slice(0, 19) + "…" : name
    if (i < 2) { // at the sides a long name begins, or ends, at the drawing's edge
      const long = name.length > 9
      label.setAttribute("text-anchor", long ? ["start", "end"][i] : "middle")
      label.setAttribute("x", long ? i * WIDE : place([1 - i, i, 0])[0])
    }
    share.textContent = percent(own.probabilities[i])
    label.classList.toggle("best", own.probabilities[i] === most)
    share.classList.toggle("best", own.probabilities[i] === most)
  })
  own.svg.setAttribute("aria-label", data.alt)
  const said = data.names.map((name, i) => `${name} ${own.corners[i].share.textContent}`)
  hear(own, own.svg.parentElement, said.join(", "))
}

export default function (component) {
  const box = component.parentElement.querySelector(".simplex")
  const own = instance(box, () => build(box))
  const data = (own.data = { ...own.data, ...component.data }) // an answer says nothing of where to ask
  own.hand.acknowledge(data.ack)
  if (!own.dragging) own.middle = data.middle
  if (!own.dragging && !own.hand.busy) own.probabilities = data.probabilities
  draw(own)
  const send = (final) => {
    const numbers = { [data.sets]: { probabilities: own.probabilities, middle: own.middle } }
    own.hand.tell(component, data.ask, { numbers }, final)
  }
  const move = (x, y, final) => {
    own.probabilities = shares(x, y)
    draw(own)
    send(final)
  }
  const follow = (event, final) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(own.svg.getScreenCTM().inverse())
    move(at.x, at.y, final)
  }
  own.svg.onpointerdown = (event) => {
    own.dragging = true
    own.svg.setPointerCapture(event.pointerId)
    follow(event, false)
  }
  own.svg.onpointermove = (event) => { if (own.dragging) follow(event, false) }
  own.svg.onpointerup = (event) => { if (own.dragging) { own.dragging = false; follow(event, true) } }
  own.svg.onpointercancel = () => {
    if (!own.dragging) return
    own.dragging = false
    send(true)
  }
  own.svg.onkeydown = (event) => {
    const step = stepOf(event.key)
    if (!step) return
    event.preventDefault()
    const [x, y] = place(own.probabilities)
    move(x + 6 * step[0], y + 6 * step[1], true)
  }
}
