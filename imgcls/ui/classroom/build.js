// Small elements outside of Streamlit's: all words go in as text.
export const make = (tag, parent, text = "", attributes = {}) => {
  const element = document.createElement(tag)
  element.textContent = text
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  parent?.append(element)
  return element
}

export const button = (parent, text, press, attributes = {}) => {
  const made = make("button", parent, text, { type: "button", ...attributes })
  made.onclick = press
  return made
}

export const field = (parent, label, attributes = {}, tag = "input") =>
  make(tag, make("label", parent, label), "", { autocomplete: "off", ...attributes })

const height = new ResizeObserver(([{ target }]) =>
  document.documentElement.style.setProperty("--class-cards", `${target.offsetHeight}px`))

// What lies over the lesson stands above the bar, one card over the other.
export function newCard(id, title) {
  const cards = document.getElementById("imgcls-cards") ?? make("div", document.body, "", { id: "imgcls-cards" })
  height.observe(cards)
  return make("section", cards, "", { id, "aria-label": title })
}

export function dialog(title) {
  document.getElementById("imgcls-class-dialog")?.remove()
  const box = make("dialog", document.body, "", { id: "imgcls-class-dialog", "aria-label": title })
  make("h2", box, title)
  button(box, "Done", () => box.close(), { class: "done" })
  box.onclose = () => box.remove()
  box.onclick = (event) => { if (event.target === box) box.close() }
  box.showModal()
  return box
}

// One sentence within `box` that says what went wrong.
export const refusal = (box) => {
  const line = box.querySelector(".refusal") ?? make("p", box, "", { class: "refusal", role: "alert" })
  return (trouble) => { line.textContent = trouble.message }
}
