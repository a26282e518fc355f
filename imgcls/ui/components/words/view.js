// Sets the texts of as many elements as there are, so that nothing blinks.
import { instance } from "../../js/elements.js"
import { REST, hear, make, write } from "../../js/text.js"

function fill(parent, tag, texts, each = write) {
  while (parent.children.length > texts.length) parent.lastChild.remove()
  while (parent.children.length < texts.length) make(tag(parent.children.length), "", parent)
  texts.forEach((text, i) => each(parent.children[i], text))
}

export default function (component) {
  const box = component.parentElement.querySelector(".words"), { paragraphs, rows } = component.data
  const own = instance(box, () => ({ text: make("div", "", box), table: rows.length ? make("table", "", box) : null }))
  fill(own.text, () => "p", paragraphs)
  const read = [...own.text.children].map((each) => each.textContent)
  if (read.length) hear(own, box, read.filter((text) => !own.read?.includes(text)).join(" ") || own.said)
  clearTimeout(own.keeping)
  own.keeping = setTimeout(() => { own.read = read }, REST) // what has changed since the words rested
  const kind = (row, i) => ((i && row.rowIndex) || !rows[row.rowIndex][i] ? "td" : "th")
  if (own.table) fill(own.table, () => "tr", rows, (tr, cells) => fill(tr, (i) => kind(tr, i), cells))
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
