// Small pictures in rows and columns, with their names; they change in place.
import { bitmap, sizedCanvas } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { write } from "../../js/text.js"
import { coloured } from "../../js/tiles.js"

function build(root) {
  const box = document.createElement("table")
  root.append(box)
  return { box, shape: "" }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement)), { box } = own
  const data = unpack(component.data), { arrays } = data
  const shape = `${data.rows.length}x${data.columns.length}`
  if (own.shape !== shape) {
    own.shape = shape
    const cells = data.columns.map(() => "<td><canvas role=\"img\"></canvas><p></p></td>").join("")
    box.innerHTML = `<caption></caption><thead><tr><td></td>${data.columns.map(() => "<th></th>").join("")}</tr></thead>
      <tbody>${data.rows.map(() => `<tr><th><i></i><span></span></th>${cells}</tr>`).join("")}</tbody>`
  }
  box.classList.toggle("nameless", data.rows.every((row) => !row.name))
  box.querySelector("caption").textContent = data.alt
  box.querySelector("thead").hidden = data.columns.every((name) => !name)
  box.querySelectorAll("thead th").forEach((head, k) => { head.textContent = data.columns[k] })
  box.querySelectorAll("tbody tr").forEach((line, r) => {
    const { name, colour, dash, texts, stays } = data.rows[r]
    if (stays) return
    line.querySelectorAll("p").forEach((text, c) => { write(text, texts[c] ?? "") })
    line.querySelector("span").textContent = name
    line.querySelector("i").style.cssText = colour ? `border-top: 4px ${dash} ${colour}` : "display: none"
    line.querySelectorAll("canvas").forEach((canvas, c) => {
      const levels = arrays[`m${r}_${c}`]
      canvas.hidden = !levels
      if (!levels) return
      const [height, width, channels] = levels.shape
      const picture = channels ? bitmap(levels) : coloured(levels, arrays.colours)
      const wide = (data.side * width) / height
      const pen = sizedCanvas(canvas, wide, data.side)
      Object.assign(canvas.style, { width: `${wide}px`, height: "auto" }) // view.css lets it shrink
      pen.imageSmoothingEnabled = width > wide
      pen.imageSmoothingQuality = "high"
      pen.clearRect(0, 0, wide, data.side)
      pen.drawImage(picture, 0, 0, width, height, 0, 0, wide, data.side)
      const says = [name, data.columns[c]].filter(Boolean).join(", ")
      canvas.setAttribute("role", says ? "img" : "presentation") // without a name the whole table's says it all
      if (says) canvas.setAttribute("aria-label", says)
      else canvas.removeAttribute("aria-label")
    })
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
