// The network's picture once for every heat map, which lies over it as strongly as the slider says.
import { bitmap, keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { coloured } from "../../js/tiles.js"

function build(root) {
  const box = make("div", "heat-maps", root)
  box.innerHTML = `<div class="panels"></div>
    <label class="opacity"><span>photo</span><input type="range" min="0" max="1" step="0.01" value="0.6"
      aria-label="opacity of the heat map"><span>heat map</span></label>`
  return { box, panels: box.querySelector(".panels"), opacity: box.querySelector("input"), canvases: [] }
}

function layOut(own) {
  const { maps } = own.packet
  if (own.canvases.length !== maps.length) {
    own.panels.replaceChildren(...maps.map(() => {
      const figure = document.createElement("figure")
      figure.innerHTML = `<figcaption></figcaption><canvas role="img"></canvas>`
      return figure
    }))
    own.canvases = [...own.panels.querySelectorAll("canvas")]
  }
  maps.forEach(({ title, alt }, i) => {
    own.canvases[i].previousElementSibling.textContent = title
    own.canvases[i].setAttribute("aria-label", alt)
  })
}

function draw(own) {
  own.canvases.forEach((canvas, i) => {
    const side = canvas.parentElement.clientWidth
    const pen = sizedCanvas(canvas, side, side)
    pen.drawImage(own.picture, 0, 0, side, side)
    pen.globalAlpha = Number(own.opacity.value)
    pen.drawImage(own.maps[i], 0, 0, side, side)
    pen.globalAlpha = 1
  })
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const { maps, arrays } = own.packet = unpack(component.data)
  own.picture = bitmap(arrays.crop)
  own.maps = maps.map((_, i) => coloured(arrays[`map${i}`], arrays.colours))
  layOut(own)
  own.opacity.oninput = () => draw(own)
  return keepDrawn(own, own.box, draw)
}
