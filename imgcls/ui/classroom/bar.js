// The bar at the lower edge: which class, how many are here, and what can be done; and the veil of a pause.
import { button, make } from "./build.js"
import { back, gone } from "./follow.js"
import { invitation, openTeacher } from "./invite.js"
import { openMore } from "./more.js"
import { page, place } from "./page.js"
import { isPointing, point } from "./pointer.js"
import { openAsk } from "./poll.js"
import { corner, present, presents } from "./present.js"
import { openRace } from "./race.js"
import { isTeacher, room } from "./room.js"
import { ask } from "./server.js"
import { openWall } from "./wall.js"

let bar = null, drawn = ""
const height = new ResizeObserver(([{ target }]) =>
  document.documentElement.style.setProperty("--class-bar", `${target.isConnected ? target.offsetHeight : 0}px`))

export function drawBar() {
  const { news, alone, farewell } = room
  const trains = page(place()) === "train"
  const shown = JSON.stringify([news, alone, presents(), isPointing(), farewell, trains])
  if (shown === drawn) return
  drawn = shown
  document.documentElement.classList.toggle("imgcls-in-class", Boolean(news))
  veil(Boolean(news && !news.teacher && news.paused))
  corner(isTeacher() && presents() ? invitation() : "")
  const name = (each) => each.textContent.split(":")[0] // what stands behind it changes
  const held = bar?.contains(document.activeElement) ? name(document.activeElement) : null
  bar?.remove()
  bar = null
  if (!news && !farewell) return
  bar = make("section", document.body, "", { id: "imgcls-class", "aria-label": "Class" })
  height.disconnect()
  height.observe(bar)
  const says = make("span", bar, "", { role: "status" })
  if (!news) {
    says.textContent = farewell
    button(bar, "Close", () => { room.farewell = ""; drawBar() })
    return
  }
  const here = `${news.count} ${news.count === 1 ? "student" : "students"}`
  if (news.teacher) {
    says.textContent = `Class ${news.code} · ${here}` + (news.count ? `, ${news.following} with you` : "")
    button(bar, "Invite", openTeacher)
    button(bar, "Ask", openAsk)
    const { open, count, waiting } = news.wall
    button(bar, waiting ? `Wall: ${waiting} new` : open ? `Wall: ${count}` : "Wall", openWall)
      .classList.toggle("main", Boolean(waiting))
    if (trains || news.race) button(bar, "Race", openRace)
    button(bar, news.paused ? "Go on" : "Eyes to the front", () => ask("pause", { paused: !news.paused }))
    const pointing = button(bar, "Pointer", () => { point(!isPointing()); drawBar() })
    pointing.setAttribute("aria-pressed", String(isPointing()))
    button(bar, "More", openMore)
    button(bar, presents() ? "Stop presenting" : "Present", () => present(!presents()))
  } else {
    says.textContent = `${alone ? "On your own · " : ""}Class ${news.code} · ${here} · you are ${news.you}`
    if (alone) button(bar, "Back to the class (B)", back).className = "main"
    if (news.wall.open) button(bar, `Wall: ${news.wall.count}`, openWall)
    if (news.race) button(bar, "Race", openRace).className = "main"
    button(bar, "Leave", () => ask("leave").then(() => gone("")))
  }
  if (held) [...bar.querySelectorAll("button")].find((each) => name(each) === held)?.focus()
}

function veil(on) {
  const there = document.getElementById("imgcls-veil")
  if (!on) return there?.remove()
  if (there) return
  make("p", make("div", document.body, "", { id: "imgcls-veil", role: "alert" }), "Eyes to the front")
}
