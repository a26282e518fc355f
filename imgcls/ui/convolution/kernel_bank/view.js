import { paint, pictureOf } from "../../js/canvas.js"
import { byFinger, instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { coloured } from "../../js/tiles.js"

export default function (component) {
  const box = component.parentElement.querySelector(".bank")
  const told = box.nextElementSibling
  const own = instance(box, () => ({ seq: Date.now() % 1e9 }))
  const { titles, marks, arrays: { maps, kernels, colours } } = unpack(component.data)
  const [count] = maps.shape
  const purpose = "kernels and what they make of the photo; choose one to open it in the editor"
  box.setAttribute("aria-label", `${count} ${purpose}`)
  while (box.children.length > count) box.lastChild.remove()
  while (box.children.length < count) {
    const tile = document.createElement("button")
    tile.type = "button"
    tile.innerHTML = `<canvas class="map"></canvas><canvas class="kernel"></canvas><span></span>`
    box.append(tile)
  }
  ;[...box.children].forEach((tile, k) => {
    const [map, kernel, number] = tile.children
    coloured(pictureOf(maps, k), colours, map)
    paint(kernel, pictureOf(kernels, k))
    number.textContent = `${k} ${marks[k]}`
    tile.title = titles[k]
    tile.setAttribute("aria-label", titles[k])
    // A finger's first tap shows what a mouse shows on its way.
    const show = (shown) => {
      ;[...box.children].forEach((each) => each.classList.toggle("shown", each === tile && shown))
      const again = byFinger() ? " Tap it again to open it." : ""
      told.textContent = shown ? `${titles[k].replaceAll("-", "\u2212")}.${again}` : ""
    }
    tile.onpointerenter = ({ pointerType }) => { if (pointerType === "mouse") show(true) }
    tile.onpointerleave = ({ pointerType }) => { if (pointerType === "mouse") show(false) }
    tile.onfocus = () => { if (tile.matches(":focus-visible")) show(true) }
    tile.onblur = () => show(false)
    tile.onclick = ({ pointerType }) => {
      if (pointerType === "touch" && !tile.classList.contains("shown")) return show(true)
      component.setStateValue("pick", { index: k, seq: ++own.seq })
    }
  })
  roving(box, "button")
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
