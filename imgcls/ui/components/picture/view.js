import { paint } from "../../js/canvas.js"
import { unpack } from "../../js/packet.js"

export default function ({ parentElement, data }) {
  const canvas = parentElement.querySelector("canvas"), caption = parentElement.querySelector("figcaption")
  const { arrays, ...fields } = unpack(data)
  paint(canvas, arrays.picture)
  canvas.setAttribute("aria-label", fields.alt)
  canvas.classList.toggle("smooth", fields.smooth)
  caption.textContent = fields.caption
  canvas.dataset.drawn = Number(canvas.dataset.drawn ?? 0) + 1
}
