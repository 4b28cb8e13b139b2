// Preloaded into a Medusa under test (`node --require`): follows single requests through the process and ends them, or the
// process, at a step that was named beforehand.
//
// A step is whatever outlives the process: a write that PostgreSQL has committed, or an answer by which a gateway has done
// what it was asked for. Between two steps nothing is left behind that a crash could find, so that a crash right after each
// of them is a crash anywhere.
//
// A request is followed where it carries the header x-flow. With x-crash-after: N it ends right after its Nth step (0: before
// the first): whatever it tries from then on fails before it reaches the database or a gateway, so that it leaves what it
// would leave if the process had died there. With x-crash: now the process does die there.
const { AsyncLocalStorage } = require("node:async_hooks")
const http = require("node:http")
const Module = require("node:module")
const path = require("node:path")

const flows = new AsyncLocalStorage()
const say = (message) => process.send?.(message)

const emitOnServer = http.Server.prototype.emit
http.Server.prototype.emit = function (event, request, ...rest) {
  const name = event === "request" ? request.headers["x-flow"] : undefined
  if (!name) return emitOnServer.call(this, event, request, ...rest)
  const after = request.headers["x-crash-after"]
  const flow = {
    name,
    steps: 0,
    last: after === undefined ? Infinity : Number(after),
    kills: request.headers["x-crash"] === "now",
    stopped: false,
  }
  if (flow.last === 0) stop(flow)
  return flows.run(flow, () => emitOnServer.call(this, event, request, ...rest))
}

function step(flow, what) {
  if (flow.stopped) return
  flow.steps += 1
  say({ flow: flow.name, what })
  if (flow.steps >= flow.last) stop(flow)
}

function stop(flow) {
  flow.stopped = true
  if (flow.kills) process.kill(process.pid, "SIGKILL")
}

const gone = () => new Error("The process has died here.")

// --- what PostgreSQL has committed

const load = Module._load
const followed = new WeakSet()
Module._load = function (request, ...rest) {
  const exported = load.call(this, request, ...rest)
  // Medusa and its ORM each bring a driver of their own.
  if (request === "pg" && !followed.has(exported.Client)) {
    followed.add(exported.Client)
    followQueries(exported.Client.prototype)
  }
  return exported
}

function followQueries(client) {
  const query = client.query
  client.query = function (config, ...rest) {
    const text = typeof config === "string" ? config : config?.text
    const flow = flows.getStore()
    if (typeof text !== "string" || !flow || opensConnection(text)) return query.call(this, config, ...rest)
    const callback = typeof rest.at(-1) === "function" ? rest.pop() : undefined
    if (flow.stopped && wordOf(text) !== "rollback") return refuse(this, query, callback)
    const hear = (result) => {
      const what = committed(this, text, result)
      if (what) step(flow, what)
    }
    if (!callback) return query.call(this, config, ...rest).then((result) => (hear(result), result))
    return query.call(this, config, ...rest, (error, result) => {
      if (!error) hear(result)
      callback(error, result)
    })
  }
}

/** What was written and not committed is rolled back, as when a connection is lost; then the caller is told. */
function refuse(client, query, callback) {
  client[open] = undefined
  const told = query.call(client, "rollback").then(() => Promise.reject(gone()))
  if (!callback) return told
  told.catch((error) => callback(error))
}

/**
 * A new connection belongs to nobody: the pool opens it within whichever request came by, and hands it to whoever waits longest.
 * If it failed because the first of them is cut, the second would be told that its write failed.
 */
const opensConnection = (text) => /^\s*(select version\(\)|set search_path\b)/i.test(text)

const open = Symbol("what the open transaction wrote")

/** What this statement made last, or `undefined`. */
function committed(client, text, result) {
  const word = wordOf(text)
  if (word === "begin" || word === "start") client[open] = []
  else if (word === "rollback" && !/ to /i.test(text)) client[open] = undefined
  else if (word === "commit") {
    const wrote = client[open]
    client[open] = undefined
    if (wrote?.length) return `commit (${[...new Set(wrote)].join(", ")})`
  } else if (result?.rowCount > 0 && writes(text)) {
    if (!client[open]) return written(text).join(", ")
    client[open].push(...written(text))
  }
  return undefined
}

const wordOf = (text) => /^\W*(\w+)/.exec(text)?.[1]?.toLowerCase()
const verbs = /\b(insert into|update|delete from)\s+(?:"?public"?\.)?"?(\w+)/gi
const writes = (text) => /^\s*(insert|update|delete|with)\b/i.test(text) && text.search(verbs) >= 0
/** `for update` and `do update set` name no table. */
const written = (text) =>
  [...text.matchAll(verbs)].flatMap(([, what, table]) =>
    table === "set" ? [] : `${what.toLowerCase()} ${table}`,
  )

// --- what a gateway has done

const sender = Symbol("the flow that sent it")
const { end, emit } = http.ClientRequest.prototype
http.ClientRequest.prototype.end = function (...args) {
  const flow = flows.getStore()
  if (flow?.stopped) return this.destroy(gone())
  this[sender] = flow
  return end.apply(this, args)
}
http.ClientRequest.prototype.emit = function (event, ...args) {
  const flow = event === "response" ? this[sender] : undefined
  // A query changes nothing there.
  if (flow && !/query/i.test(this.path)) step(flow, `answer of ${this.path.split("?")[0]}`)
  return emit.call(this, event, ...args)
}

// --- what the plugin does for several requests at once

const plugin = path.resolve(__dirname, "../../../.medusa/server/src")

// A statement that is shared would fail for all where one is cut, and count for the first alone: who is followed writes alone.
const { Together } = require(path.join(plugin, "services/ledger/together.js"))
const { add } = Together.prototype
Together.prototype.add = async function (item) {
  return flows.getStore() ? (await this.work([item]))[0] : add.call(this, item)
}

// --- time

// Medusa's scheduler would run the job at every full minute, between a test's act and its look: a test runs it itself.
// Three days off: a delay of more than 24 days overflows the timer of Medusa's scheduler, which then runs without a pause.
const { config } = require(path.join(plugin, "jobs/reconcile-gateway-payments.js"))
config.schedule = `0 0 * * ${(new Date().getUTCDay() + 3) % 7}`

// The plugin's clock goes ahead as a test says; Medusa's own stays.
const { systemClock } = require(path.join(plugin, "services/ledger/clock.js"))
let travelled = 0
systemClock.now = () => new Date(Date.now() + travelled)
process.on("message", (message) => {
  travelled = message.travel
})
process.channel?.unref()
