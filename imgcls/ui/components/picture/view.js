import { bitmap } from "../../js/canvas.js"
import { unpack } from "../../js/packet.js"

export default function ({ parentElement, data }) {
  const canvas = parentElement.querySelector("canvas"), caption = parentElement.querySelector("figcaption")
  const { arrays, ...fields } = unpack(data), [height, width] = arrays.picture.shape
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  canvas.getContext("2d").drawImage(bitmap(arrays.picture), 0, 0)
  canvas.setAttribute("aria-label", fields.alt)
  canvas.classList.toggle("smooth", fields.smooth)
  caption.textContent = fields.caption
  canvas.dataset.drawn = Number(canvas.dataset.drawn ?? 0) + 1
}
