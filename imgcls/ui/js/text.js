// Text in which ^{...} is raised and **...** bold; \\, \* and \^ are the letters themselves (see plain.words in
// Python).
// Everything is set as text, never as HTML.
const bare = (text) => text.replace(/\\([\\*^])/g, "$1")

// A size is one word: no line ends within it.
export const unbroken = (text) => text.replaceAll(" × ", "\u00a0×\u00a0")

export function write(element, text) {
  if (element.dataset.text === text) return
  element.dataset.text = text
  element.replaceChildren(...text.split(/(\\[\\*^]|\^\{[^}]*\}|\*\*(?:\\.|[^*\\])+\*\*)/).map((part) => {
    const tag = part.startsWith("^{") ? "sup" : part.startsWith("**") ? "b" : null
    if (!tag) return document.createTextNode(bare(part))
    const styled = document.createElement(tag)
    styled.textContent = tag === "sup" ? part.slice(2, -1) : bare(part.slice(2, -2))
    return styled
  }))
}

// For a text among HTML or SVG.
export const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

export function make(tag, name, parent) {
  const element = document.createElement(tag)
  element.className = name
  parent?.append(element)
  return element
}

// A screen reader hears what the words say once they rest: not every step of a drag, nor what a page opens with.
export const REST = 700 // milliseconds
export function hear(own, parent, text) {
  if (!own.heard) {
    own.heard = make("p", "heard", parent)
    own.heard.setAttribute("aria-live", "polite")
    own.said = text
  }
  clearTimeout(own.hearing)
  own.hearing = setTimeout(() => { if (text !== own.said) own.heard.textContent = own.said = text }, REST)
}
