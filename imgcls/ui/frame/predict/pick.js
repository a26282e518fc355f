// One of a few pictures.
import { paint } from "../../js/canvas.js"
import { make } from "../../js/text.js"
import { coloured } from "../../js/tiles.js"

export function draw({ box, about, arrays, value, change, truth, others }) {
  box.setAttribute("role", truth === undefined ? "radiogroup" : "group")
  for (let k = 0; k < about.count; k++) {
    const tile = make(truth === undefined ? "label" : "div", "tile", box)
    const picture = arrays[`p${k}`], letter = "ABCDEFGH"[k]
    const canvas = make("canvas", about.smooth ? "smooth" : "", tile)
    if (picture.shape.length === 3) paint(canvas, picture)
    else coloured(picture, arrays.colours, canvas)
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", `Picture ${letter}`)
    const line = make("span", "", tile)
    if (truth === undefined) {
      const input = make("input", "", line)
      Object.assign(input, { type: "radio", name: "picture", checked: k === value })
      input.onchange = () => change(k)
      make("span", "", line).textContent = letter
      continue
    }
    tile.classList.toggle("mine", k === value)
    tile.classList.toggle("truth", k === truth.index)
    make("span", "", line).textContent = `${letter}: ${truth.names[k]}`
    const tags = make("span", "tags", tile)
    const count = others.filter((each) => each === k).length
    if (others.length) make("span", "count", tags).textContent = `${count} of ${others.length}`
    if (k === value) make("b", "tag mine", tags).textContent = "yours"
    if (k === truth.index) make("b", "tag truth", tags).textContent = "the answer"
  }
}

