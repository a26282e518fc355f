import { bitmap } from "../../js/canvas.js"
import { unpack } from "../../js/packet.js"

export default function (component) {
  const box = component.parentElement.querySelector(".verdicts")
  const { items, alt, arrays: { images } } = unpack(component.data)
  box.setAttribute("aria-label", alt)
  while (box.children.length > items.length) box.lastChild.remove()
  while (box.children.length < items.length) {
    const item = document.createElement("div")
    item.setAttribute("role", "listitem")
    item.innerHTML = `<canvas role="img"></canvas><p><b></b> <span></span></p>`
    box.append(item)
  }
  const [, height, width] = images.shape, size = height * width * 3
  items.forEach(([truth, answer, confidence], i) => {
    const item = box.children[i], right = truth === answer
    item.className = right ? "right" : "wrong"
    const canvas = item.querySelector("canvas")
    const picture = images.subarray(i * size, (i + 1) * size)
    picture.shape = [height, width, 3]
    canvas.width = width
    canvas.height = height
    canvas.getContext("2d").drawImage(bitmap(picture), 0, 0)
    canvas.setAttribute("aria-label", `A picture of the class ${truth}`)
    const sure = confidence === null ? "nan" : Math.round(100 * confidence) + "%"
    item.querySelector("b").textContent = `${right ? "✓" : "✗"} ${answer} ${sure}`
    item.querySelector("span").textContent = right ? "" : `is ${truth}`
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
