import { paint } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"

// The picture, with those pixels of it in another colour that differ.
function repainted(picture, { where, colours }) {
  const all = Object.assign(picture.slice(), { shape: picture.shape })
  where.forEach((pixel, i) => all.set(colours.subarray(3 * i, 3 * i + 3), 3 * pixel))
  return all
}

export default function ({ parentElement, data }) {
  const canvas = parentElement.querySelector("canvas"), caption = parentElement.querySelector("figcaption")
  const { arrays, ...fields } = unpack(data)
  const own = instance(parentElement, () => ({}))
  own.picture = arrays.picture ?? own.picture
  paint(canvas, arrays.where ? repainted(own.picture, arrays) : own.picture)
  canvas.setAttribute("aria-label", fields.alt)
  canvas.classList.toggle("smooth", fields.smooth)
  caption.textContent = fields.caption
  canvas.dataset.drawn = Number(canvas.dataset.drawn ?? 0) + 1
}
