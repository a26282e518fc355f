function build(box, names) {
  const corner = `<caption>Rows: what it is. Columns: what the network says. Click a cell to see its pictures.</caption>`
  box.innerHTML = `<table>${corner}<thead><tr><td></td>${"<th scope=\"col\"></th>".repeat(names.length)}</tr></thead><tbody>` +
    `<tr><th scope="row"></th>${"<td><button type=\"button\"></button></td>".repeat(names.length)}</tr>`.repeat(names.length) + "</tbody></table>"
  box.querySelectorAll("thead th").forEach((cell, i) => { cell.textContent = names[i] })
  box.querySelectorAll("tbody th").forEach((cell, i) => { cell.textContent = names[i] })
}

export default function (component) {
  const box = component.parentElement.querySelector(".confusion")
  const own = instance(box, () => ({ seq: Date.now() % 1e9, names: "" }))
  const { names, chosen, arrays: { counts, places, colours } } = unpack(component.data)
  if (own.names !== names.join()) { own.names = names.join(); build(box, names) }
  box.querySelectorAll("button").forEach((button, i) => {
    const row = Math.floor(i / names.length), column = i % names.length
    const rgb = colours.subarray(3 * places[i], 3 * places[i] + 3)
    button.textContent = counts[i]
    button.style.background = `rgb(${rgb})`
    button.style.color = textOn(...rgb)
    button.className = row === column ? "right" : ""
    button.setAttribute("aria-pressed", String(chosen?.[0] === row && chosen?.[1] === column))
    button.setAttribute("aria-label", `${counts[i]} of the class ${names[row]} are called ${names[column]}`)
    button.onclick = () => component.setStateValue("cell", { row, column, seq: ++own.seq })
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
