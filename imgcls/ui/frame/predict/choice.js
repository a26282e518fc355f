// One of a few sentences.
import { make, unbroken } from "../../js/text.js"

export function draw({ box, about, value, change, truth, others }) {
  const list = make("div", "options", box)
  list.setAttribute("role", truth === undefined ? "radiogroup" : "list")
  about.options.forEach((text) => {
    const option = make(truth === undefined ? "label" : "div", "option", list)
    if (truth === undefined) {
      const input = make("input", "", option)
      Object.assign(input, { type: "radio", name: "option", checked: text === value })
      input.onchange = () => change(text)
    } else {
      option.setAttribute("role", "listitem")
      option.classList.toggle("mine", text === value)
      option.classList.toggle("truth", text === truth)
    }
    make("span", "", option).textContent = unbroken(text)
    if (truth === undefined) return
    const tags = make("span", "tags", option)
    const count = others.filter((each) => each === text).length
    if (others.length) make("span", "count", tags).textContent = `${count} of ${others.length}`
    if (text === value) make("b", "tag mine", tags).textContent = "your prediction"
    if (text === truth) make("b", "tag truth", tags).textContent = "the answer"
  })
}
