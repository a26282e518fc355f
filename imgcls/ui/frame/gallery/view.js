import { instance } from "../../js/elements.js"
import { roving } from "../../js/roving.js"
import { served } from "../../js/served.js"

export default function (component) {
  const { parentElement, data } = component
  const box = parentElement.querySelector(".gallery")
  const own = instance(box, () => ({ seq: Date.now() % 1e9, built: "" }))
  box.setAttribute("aria-label", "Sample pictures")
  box.classList.toggle("row", data.row)
  const names = data.pictures.map((p) => p.slug).join()
  if (own.built !== names) {
    own.built = names
    box.replaceChildren(...data.pictures.map((picture) => {
      const button = document.createElement("button")
      button.type = "button"
      button.dataset.slug = picture.slug
      button.title = picture.title
      const image = document.createElement("img")
      image.src = served(`imgcls/samples/${picture.slug}.jpg`)
      image.alt = picture.alt
      image.width = image.height = 96
      button.append(image)
      return button
    }))
  }
  for (const button of box.children) {
    button.setAttribute("aria-pressed", String(button.dataset.slug === data.chosen))
    button.onclick = () => component.setStateValue("pick", { slug: button.dataset.slug, seq: ++own.seq })
  }
  roving(box, "button")
}
