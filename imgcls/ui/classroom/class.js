// A class in the browser (see __init__.py). Of Streamlit it changes the page's address alone; all that it shows stands
// outside of Streamlit's elements.
import { drawBar } from "./bar.js"
import { dialog, refusal } from "./build.js"
import { back, listen } from "./follow.js"
import { entered, join, openDoor } from "./invite.js"
import { isTyping, whenReady } from "./page.js"
import { drawPointer } from "./pointer.js"
import { drawPoll } from "./poll.js"
import { blank, present, presents } from "./present.js"
import { drawRace } from "./race.js"
import { isMember, isTeacher, onChange, room } from "./room.js"
import { ask } from "./server.js"
import { addAndOpen, step } from "./stations.js"
import { drawWall } from "./wall.js"

export { openDoor }

// How this browser came here: by a class's code, with the key of a teacher's first device, or again after a reload.
export function come({ code, key, present: shown }) {
  const say = (trouble) => refusal(dialog("Class"))(trouble)
  if (shown || sessionStorage.getItem("imgcls-presents")) present(true)
  if (code) whenReady(() => join(code).catch(say))
  else if (key) whenReady(() => ask("take", { key }).then(entered).catch(say))
  else if (isMember()) whenReady(listen)
}

// A key that means something to whoever presents, collects stations, or looks around on their own: whether it did.
const KEYS = {
  P: () => present(!presents()),
  S: addAndOpen,
  ".": () => presents() && blank(),
  b: () => room.alone && back(),
  PageDown: () => (presents() || isTeacher()) && step(1),
  PageUp: () => (presents() || isTeacher()) && step(-1),
}
export const pressed = (key) => KEYS[key]?.() !== false

// The class, before it counts a prediction or a run, must know whose session it is: the page's door says its name.
let seated = ""
function sit() {
  const { session } = document.querySelector(".imgcls-class-door")?.dataset ?? {}
  const seat = room.news && session ? `${room.news.you} ${room.news.code} ${session}` : ""
  if (!seat || seat === seated) return
  seated = seat
  ask("sit", { session }).catch(() => { seated = "" })
}
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, sit, true) // it may have begun anew
onChange(sit)
onChange(drawBar)
onChange(drawPoll)
onChange(drawPointer)
onChange(drawWall)
onChange(drawRace)
// Few classes do these: whoever draws them is loaded when it is needed.
onChange(() => { if (room.news?.neuron) import("./neuron.js") })
onChange(() => { if (room.news?.ten) import("./ten.js") })
addEventListener("imgcls-presents", drawBar)
addEventListener("keydown", (event) => {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event
  if (!(key in KEYS) || shiftKey || ctrlKey || metaKey || altKey || isTyping(event)) return
  if (pressed(key)) event.preventDefault()
})
