import { bitmap, keepDrawn, pictureOf, sizedCanvas } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { unpack } from "../../js/packet.js"
import { coloured } from "../../js/tiles.js"

const GAP = 4, TALLEST = 260 // pixels: of all rows together

function pictureAt(array, place, colours) {
  const part = pictureOf(array, place)
  return part.shape.length === 3 ? bitmap(part) : coloured(part, colours)
}

function drawRow(canvas, array, colours, width, largest) {
  const count = array.shape[0]
  const lines = Math.ceil(count / Math.max(1, Math.floor((width + GAP) / (22 + GAP))))
  const across = Math.ceil(count / lines)
  const side = Math.min(largest, Math.floor((width + GAP) / across) - GAP)
  const tall = Math.max(1, Math.min(side, Math.round(side * array.shape[1] / array.shape[2])))
  const pen = sizedCanvas(canvas, width, lines * (tall + GAP) - GAP)
  pen.clearRect(0, 0, width, lines * (tall + GAP))
  for (let place = 0; place < count; place++) {
    const picture = pictureAt(array, place, colours)
    pen.imageSmoothingEnabled = picture.width > side // small kernels keep their pixels, large maps are averaged
    pen.imageSmoothingQuality = "high"
    pen.drawImage(picture, (place % across) * (side + GAP), Math.floor(place / across) * (tall + GAP), side, tall)
  }
}

function draw(own) {
  const { data, box } = own
  const width = box.clientWidth
  if (!width) return
  const rows = box.querySelectorAll(".row")
  data.titles.forEach((title, i) => {
    rows[i].querySelector(".title").textContent = title
    const canvas = rows[i].querySelector("canvas")
    canvas.setAttribute("aria-label", title)
    const colours = data.arrays[`colours_${data.quantities[i]}`]
    drawRow(canvas, data.arrays[`row${i}`], colours, width, TALLEST / data.titles.length)
  })
  box.querySelector(".answer .title").textContent = data.heading
  const longest = Math.max(...data.bars.map(([name]) => name.length))
  box.style.setProperty("--names", clamp(0.55 * longest * 14, 87, 154) + "px") // two bars beside each other, or one
  const best = Math.max(...data.bars.map(([, share]) => share))
  box.querySelectorAll(".bar").forEach((bar, i) => {
    const [name, share] = data.bars[i]
    bar.classList.toggle("best", share !== null && share === best)
    bar.children[0].textContent = bar.children[0].title = name
    bar.querySelector("b").style.width = 100 * share + "%"
    bar.children[2].textContent = share === null ? "nan" : Math.round(100 * share) + "%"
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

export default function (component) {
  const box = component.parentElement.querySelector(".film")
  const own = instance(box, () => ({ box, shape: "" }))
  own.data = unpack(component.data)
  const shape = `${own.data.titles.length}/${own.data.bars.length}`
  if (own.shape !== shape) {
    own.shape = shape
    const row = `<div class="row"><p class="title"></p><canvas role="img"></canvas></div>`
    const bar = `<div class="bar"><span></span><i><b></b></i><span></span></div>`
    box.innerHTML = row.repeat(own.data.titles.length) +
      `<div class="answer"><p class="title"></p><div class="bars">${bar.repeat(own.data.bars.length)}</div></div>`
  }
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", own.data.alt)
  return keepDrawn(own, box, draw)
}
