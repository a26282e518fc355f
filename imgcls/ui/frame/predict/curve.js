// Points over given places, to be dragged up and down.
import { clamp } from "../../js/geometry.js"
import { make } from "../../js/text.js"
import { arrive, between } from "./arrive.js"
import { legend, wordsOf } from "./number.js"

const SVG = "http://www.w3.org/2000/svg"
const put = (tag, parent, attributes = {}, text = "") => {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  if (text) made.textContent = text
  parent.append(made)
  return made
}

export function draw(given) {
  const { box, about, value, change, truth } = given
  const numbers = [...(value ?? about.start)]
  let width = 0
  const again = () => {
    const now = Math.min(760, box.clientWidth)
    if (!now || now === width) return
    width = now
    picture(given, numbers, width)
    given = { ...given, moves: false } // another width draws it again
  }
  new ResizeObserver(again).observe(box)
  again()
  if (truth === undefined) change([...numbers])
}

function picture({ box, about, value, change, truth, moves, others }, numbers, width) {
  const { xs, texts, low, high, ends, x_title, y_title } = about
  const left = 64, right = width - 26
  // Names that have no room beside each other stand in two lines.
  const longest = Math.max(...texts.map((text) => text.length))
  const lines = longest * 9 * texts.length > right - left ? 2 : 1
  const height = (innerHeight >= 800 ? 246 : truth === undefined ? 206 : 176) + 18 * lines
  const top = 48, bottom = height - 34 - 18 * lines
  const spread = Math.max(...xs) - Math.min(...xs) || 1
  const across = (share) => left + 22 + share * (right - left - 44)
  const x = (i) => across(xs.length === 1 ? 0.5 : (xs[i] - Math.min(...xs)) / spread)
  const y = (number) => bottom - clamp((number - low) / (high - low), 0, 1) * (bottom - top)
  box.replaceChildren()
  const svg = put("svg", box, { width, height, viewBox: `0 0 ${width} ${height}` })
  put("path", svg, { class: "frame", d: `M${left} ${top - 8}V${bottom}H${right}` })
  ends.forEach((text, i) => {
    put("text", svg, { x: left - 8, y: (i ? top : bottom) + 5, class: "end" }, text)
    put("path", svg, { class: "grid", d: `M${left} ${i ? top : bottom}H${right}` })
  })
  put("text", svg, { x: left - 54, y: 14, class: "title" }, y_title)
  put("text", svg, { x: (left + right) / 2, y: height - 8, class: "title middle" }, x_title)
  texts.forEach((text, i) => put("text", svg, { x: x(i), y: bottom + 20 + 18 * (i % lines), class: "middle" }, text))
  const way = (heights) => heights.map((number, i) => `${i ? "L" : "M"}${x(i)} ${y(number)}`).join("")
  const line = (name, heights) => put("path", svg, { class: `line ${name}`, d: way(heights) })
  if (truth !== undefined) {
    const heights = truth.map(({ number }) => number)
    for (const each of others) line("other", each)
    if (value) line("mine", value)
    const path = line("truth", heights)
    const dot = ([number]) => put("circle", svg, { class: "other", cx: x(0), cy: y(number), r: 5 })
    if (xs.length === 1) others.forEach(dot)
    if (value) value.forEach((number, i) => put("circle", svg, { class: "mine", cx: x(i), cy: y(number), r: 9 }))
    const points = heights.map((number, i) => {
      const point = put("g", svg)
      put("circle", point, { class: "truth", cx: x(i), r: 7 })
      put("text", point, { class: "middle value", x: x(i), y: -13 }, truth[i].text)
      return point
    })
    arrive(svg, moves, (share) => {
      const now = heights.map((number, i) => between(value?.[i] ?? number, number, share))
      path.setAttribute("d", way(now))
      now.forEach((number, i) => points[i].setAttribute("transform", `translate(0 ${y(number)})`))
    })
    svg.setAttribute("role", "img")
    const mine = (i) => (value ? `you ${wordsOf(about, value[i])}, ` : "")
    const told = texts.map((text, i) => `at ${text}: ${mine(i)}${truth[i].text}`)
    svg.setAttribute("aria-label", `${y_title} over ${x_title}. ${told.join("; ")}`)
    if (value) legend(make("p", "legend", box))
    return
  }
  const path = line("mine", numbers)
  const handles = xs.map((_, i) => {
    const handle = put("g", svg, { class: "handle", role: "slider", tabindex: 0, "aria-orientation": "vertical" })
    put("circle", handle, { r: 22, class: "reach" })
    put("circle", handle, { r: 11, class: "knob" })
    put("text", handle, { class: "middle value", y: -18 })
    handle.setAttribute("aria-label", `${y_title} at ${texts[i]}`)
    handle.setAttribute("aria-valuemin", low)
    handle.setAttribute("aria-valuemax", high)
    return handle
  })
  const show = () => {
    path.setAttribute("d", way(numbers))
    handles.forEach((handle, i) => {
      handle.setAttribute("transform", `translate(${x(i)} ${y(numbers[i])})`)
      handle.querySelector("text").textContent = wordsOf(about, numbers[i])
      handle.setAttribute("aria-valuenow", numbers[i])
      handle.setAttribute("aria-valuetext", wordsOf(about, numbers[i]))
    })
  }
  const unit = 10 ** -about.digits
  const set = (i, number) => {
    numbers[i] = clamp(Math.round(number / unit) * unit, low, high)
    show()
    change([...numbers])
  }
  handles.forEach((handle, i) => {
    handle.onkeydown = (event) => {
      const step = Math.max(unit, (high - low) / (event.shiftKey ? 10 : 40))
      const to = { ArrowUp: numbers[i] + step, ArrowDown: numbers[i] - step, Home: low, End: high }[event.key]
      if (to === undefined) return
      event.preventDefault()
      set(i, to)
    }
  })
  let held = -1
  const at = (event) => {
    const place = svg.getBoundingClientRect()
    return [((event.clientX - place.left) * width) / place.width, ((event.clientY - place.top) * height) / place.height]
  }
  const follow = (event) => set(held, low + ((bottom - at(event)[1]) / (bottom - top)) * (high - low))
  svg.onpointerdown = (event) => {
    if (event.button) return
    const [place] = at(event), away = xs.map((_, i) => Math.abs(x(i) - place))
    held = away.indexOf(Math.min(...away))
    svg.setPointerCapture(event.pointerId)
    handles[held].focus({ preventScroll: true })
    event.preventDefault()
    follow(event)
  }
  svg.onpointermove = (event) => { if (held >= 0) follow(event) }
  svg.onpointerup = svg.onpointercancel = () => { held = -1 }
  show()
  make("p", "legend", box).textContent = "Drag the points, or press ↑ and ↓."
}
