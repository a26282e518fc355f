import { keepDrawn } from "../../js/canvas.js"
import { drawCharts } from "../../js/charts.js"
import { instance } from "../../js/elements.js"

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".charts")
  const own = instance(box, () => ({}))
  own.chart = data.chart
  return keepDrawn(own, box, () => {
    drawCharts(box, [own.chart])
    box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
  })
}
