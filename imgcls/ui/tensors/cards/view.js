import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

export default function (component) {
  const own = instance(component.parentElement, () => {
    const box = make("div", "cards", component.parentElement)
    box.setAttribute("role", "img")
    return { box, urls: new Map() }
  })
  const { labels, chosen, alt, arrays } = unpack(component.data)
  own.box.setAttribute("aria-label", alt)
  own.box.style.setProperty("--count", labels.length)
  const used = new Set()
  const sources = labels.map((_, i) => {
    const bytes = arrays[`picture${i}`]
    const name = `${bytes.length}:${bytes.subarray(-64)}` // the same file keeps its address, so that nothing flickers
    used.add(name)
    if (!own.urls.has(name)) own.urls.set(name, URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })))
    return own.urls.get(name)
  })
  while (own.box.children.length > labels.length) own.box.lastChild.remove()
  labels.forEach((label, i) => {
    let figure = own.box.children[i]
    if (!figure) {
      figure = document.createElement("figure")
      const image = document.createElement("img")
      image.alt = "" // the label of all says it
      figure.append(document.createElement("figcaption"), image)
      own.box.append(figure)
    }
    figure.className = i === chosen ? "chosen" : ""
    figure.style.setProperty("--i", i)
    figure.firstChild.textContent = label
    if (figure.lastChild.src !== sources[i]) figure.lastChild.src = sources[i]
  })
  for (const [name, url] of own.urls) if (!used.has(name)) { URL.revokeObjectURL(url); own.urls.delete(name) }
  return () => { for (const url of own.urls.values()) URL.revokeObjectURL(url); own.urls.clear() }
}
