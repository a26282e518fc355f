import { Asker } from "../../js/asker.js"
import { keepDrawn } from "../../js/canvas.js"
import { drawCharts } from "../../js/charts.js"
import { buildDials, showDials } from "../../js/dials.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { Sender } from "../../js/sender.js"

function draw(own) {
  drawCharts(own.charts, own.data.charts)
  own.lines.replaceChildren(...own.data.lines.map((text) => {
    const line = document.createElement("p")
    line.textContent = text
    return line
  }))
}

export default function (component) {
  const own = instance(component.parentElement, () => {
    const box = document.createElement("div")
    box.className = "live-chart"
    box.innerHTML = `<div class="dials"></div><div class="charts"></div><div class="lines" aria-live="polite"></div>`
    component.parentElement.append(box)
    const [dials, charts, lines] = box.children
    return { box, dials, charts, lines, sender: new Sender(), dragging: false }
  })
  const news = unpack(component.data)
  own.sender.acknowledge(news.ack)
  own.ask = news.ask
  // What Python says counts while the hand is off the sliders; else an answer to the drag is on its way.
  if (!own.data || (!own.dragging && !own.sender.busy)) { own.data = news; own.numbers = news.numbers }
  own.asker ??= new Asker((bytes) => { own.data = { ...own.data, ...unpack(bytes) }; draw(own) })
  buildDials(own, own.data.dials, (final) => {
    if (!own.asker.broken) own.asker.ask(own.ask, { numbers: own.numbers })
    if (final || own.asker.broken) own.sender.send(component, "value", { numbers: own.numbers, final })
  })
  showDials(own)
  return keepDrawn(own, own.charts, draw)
}
