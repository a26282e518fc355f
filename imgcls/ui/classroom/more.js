// What a teacher needs less often than the bar's buttons; each is loaded when it is opened.
import { button, dialog, make } from "./build.js"
import { home } from "./page.js"
import { openRace } from "./race.js"
import { openStations } from "./stations.js"

const ENTRIES = [
  ["Lesson plan", "The lecture in 90 and in 45 minutes, in a tab of its own: the class stays where it is",
    () => open(new URL("teach", home), "_blank", "noopener")],
  ["Stations", "Pages collected for this hour, to walk through with a clicker", openStations],
  ["Race", "Everybody trains a network on the page Train", openRace],
  ["The hall is a layer", "Each device is a node: its owner moves the weights, and all learn one photo together",
    () => import("./neuron.js").then(({ openNeuron }) => openNeuron())],
  ["Ten questions before and after", "What the class has gained, beside other courses",
    () => import("./ten.js").then(({ openTen }) => openTen())],
]

export function openMore() {
  const box = dialog("More")
  const list = make("div", box, "", { class: "more" })
  for (const [title, words, open] of ENTRIES) {
    const row = button(list, "", () => { box.close(); open() })
    make("strong", row, title)
    make("span", row, words)
  }
}
