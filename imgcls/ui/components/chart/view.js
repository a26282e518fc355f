import { keepDrawn } from "../../js/canvas.js"
import { chartPlace, drawCharts } from "../../js/charts.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { make } from "../../js/text.js"

const FAR = { PageUp: 10, PageDown: -10, ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }

function draw(own) {
  const { box, charts, hosts } = own, space = box.clientWidth
  const wide = charts.length > 1 && space > 640 ? Math.floor((space - 20) / charts.length) : space
  hosts.forEach((host, i) => { host.wide = wide; drawOne(host) })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

// A cursor stands where it is read, and goes with pointer and focus.
function drawOne(host) {
  const { chart, wide, frame, picture, below } = host, { readings } = chart
  const shown = readings && host.at !== null
  drawCharts(picture, [shown ? { ...chart, cursor: readings.places[host.at] } : chart], wide)
  below.hidden = !host.read
  below.textContent = shown ? readings.texts[host.at] : ""
  if (!readings) return
  frame.setAttribute("aria-valuenow", (host.at ?? readings.texts.length - 1) + 1)
  frame.setAttribute("aria-valuetext", readings.texts[host.at ?? readings.texts.length - 1])
}

function build(box, own) {
  const frame = make("div", "chart", box)
  const host = { frame, picture: make("div", "charts", frame), below: make("p", "reading", frame), at: null }
  const move = (at) => { host.at = at; drawOne(host) }
  const last = () => host.chart.readings.texts.length - 1
  frame.onpointermove = frame.onpointerdown = (event) => {
    if (!host.chart.readings) return
    const { left } = host.picture.getBoundingClientRect(), share = chartPlace(event.clientX - left, host.wide)
    move(nearest(host.chart.readings.places, share))
  }
  frame.onpointerleave = ({ pointerType }) => { if (pointerType === "mouse" && host.at !== null) move(null) }
  frame.onfocus = () => { if (host.chart.readings && host.at === null) move(last()) }
  frame.onblur = () => { if (host.at !== null) move(null) }
  frame.onkeydown = (event) => {
    const ends = { Home: 0, End: last() }, by = FAR[event.key] * (event.shiftKey ? 10 : 1)
    if (!host.chart.readings || event.ctrlKey || event.altKey || event.metaKey) return
    if (!(event.key in ends) && !by) return
    event.preventDefault()
    move(ends[event.key] ?? clamp((host.at ?? last()) + by, 0, last()))
  }
  own.hosts.push(host)
}

function nearest(places, share) {
  return places.reduce((best, place, i) => (Math.abs(place - share) < Math.abs(places[best] - share) ? i : best), 0)
}

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".pictures")
  const own = instance(box, () => ({ box, hosts: [] }))
  own.charts = data.charts
  while (own.hosts.length < own.charts.length) build(box, own)
  own.hosts.forEach((host, i) => {
    const { frame } = host, chart = (host.chart = own.charts[i])
    host.read ||= Boolean(chart.readings) // a drag brings none, but they come again
    if (!chart.readings) { host.at = null; return }
    Object.assign(frame, { tabIndex: 0, role: "slider" })
    frame.setAttribute("aria-label", chart.alt)
    frame.setAttribute("aria-valuemin", 1)
    frame.setAttribute("aria-valuemax", chart.readings.texts.length)
  })
  return keepDrawn(own, box, draw)
}
