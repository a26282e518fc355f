// What this browser knows of its class: the newest that the server told, and whether it looks around on its own.
const MEMBER = "imgcls-class" // in this browser's memory: that it is in a class; who it is, only the cookie knows

export const room = { news: null, alone: false, touched: false, farewell: "" }
export const isMember = () => Boolean(localStorage.getItem(MEMBER))
export const remember = (member) => member ? localStorage.setItem(MEMBER, "1") : localStorage.removeItem(MEMBER)
export const isTeacher = () => Boolean(room.news?.teacher)

// Who draws something of the class is called after every change.
const watchers = []
export const onChange = (act) => watchers.push(act)
export const changed = () => { for (const each of watchers) each() }
