// One script tag for all charts on the page; the server sends plotly.min.js from the installed package.
function loadPlotly(source) {
  window.imgclsPlotly ??= new Promise((resolve, reject) => {
    const tag = document.createElement("script")
    tag.src = source
    tag.onload = () => resolve(window.Plotly)
    tag.onerror = () => { window.imgclsPlotly = undefined; reject(new Error("no chart library")) }
    document.head.append(tag)
  })
  return window.imgclsPlotly
}

// Colours of the page's theme under whatever the figure sets itself.
function themed(layout, element) {
  const text = cssValue(element, "--st-text-color", "#222")
  const grid = cssValue(element, "--st-border-color-light", "#ddd")
  const axis = (own) => ({
    gridcolor: grid, linecolor: grid, zerolinecolor: cssValue(element, "--st-border-color", "#bbb"),
    automargin: true, ...own,
  })
  const result = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, ...layout,
    font: { family: cssValue(element, "--st-font", "sans-serif"), size: 15, color: text, ...layout.font },
    hoverlabel: { font: { size: 15 }, ...layout.hoverlabel },
  }
  for (const name of ["xaxis", "yaxis"]) result[name] = axis(layout[name])
  for (const name of Object.keys(layout)) if (/^[xy]axis\d+$/.test(name)) result[name] = axis(layout[name])
  return result
}

export default function (component) {
  const { parentElement, data } = component
  const element = parentElement.querySelector(".plot")
  const own = instance(element, () => ({ turn: 0, sender: new Sender() }))
  own.component = component
  element.setAttribute("role", "img")
  own.caption = parentElement.querySelector(".plot-caption")
  take(own, element, data.source, data)
  // Another live element brings new figures while it is dragged: key -> what takes them.
  const follow = live[data.key] = (news) => take(own, element, data.source, news)
  // While data comes in quickly, the end of an earlier run can be told after the next one has begun: look what is gone.
  return () => setTimeout(() => {
    if (element.isConnected) return
    if (live[data.key] === follow) delete live[data.key]
    window.Plotly?.purge(element)
  })
}

// What is not said stays as it was.
function take(own, element, source, { figure, alt, caption }) {
  if (alt !== undefined) element.setAttribute("aria-label", alt)
  if (caption !== undefined) {
    write(own.caption, caption)
    own.caption.hidden = !caption
  }
  show(own, element, source, figure)
}

function show(own, element, source, text) {
  const turn = ++own.turn
  const figure = JSON.parse(text)
  element.style.height = (figure.layout.height ?? 360) + "px"
  loadPlotly(source).then(async (Plotly) => {
    if (turn !== own.turn) return // newer data is already on its way
    await Plotly.react(element, figure.data, themed(figure.layout, element), {
      displaylogo: false, displayModeBar: false, responsive: true, ...figure.config,
    })
    element.dataset.drawn = String(turn)
    if (own.wired) return
    own.wired = true
    element.on("plotly_click", ({ points: [p] }) => {
      const value = { curve: p.curveNumber, point: p.pointNumber ?? p.pointIndex, x: p.x, y: p.y }
      own.component.setStateValue("clicked", value)
    })
  }, () => { element.textContent = "The chart library did not load; reload the page." })
}
