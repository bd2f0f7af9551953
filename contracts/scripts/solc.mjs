/**
 * A front end over npm's `solc` that speaks the native compiler's command line.
 *
 * Why not `solcjs`: it prints a line before its JSON, refuses `--allow-paths` (forge) and `--combined-json` (slither), and
 * cuts output at 128 KiB because it exits on an undrained pipe. Knows --version, --standard-json [FILE], --combined-json,
 * --base-path, --include-path, --allow-paths and nothing else.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'

const solc = createRequire(import.meta.url)('solc')
const VALUED = new Set(['--base-path', '--include-path', '--allow-paths', '--combined-json', '--evm-version', '--optimize-runs'])

const options = read(process.argv.slice(2))
if (options.has('--version')) {
  say(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`)
} else if (options.has('--standard-json')) {
  const input = options.files[0] ? fs.readFileSync(options.files[0], 'utf8') : await hear()
  say(solc.compile(input, { import: open }))
} else if (options.has('--combined-json')) {
  combined()
} else {
  fail('expected --version, --standard-json or --combined-json')
}

/** Splits the arguments into flags (with their values), source files and the `name=path` remappings. */
function read(args) {
  const found = new Map()
  found.files = []
  found.remappings = []
  for (let i = 0; i < args.length; i++) {
    const [name, glued] = args[i].startsWith('--') ? args[i].split(/=(.*)/s) : [args[i]]
    if (VALUED.has(name)) found.set(name, [...(found.get(name) ?? []), glued ?? args[++i]])
    else if (name.startsWith('--')) found.set(name, [])
    else if (name.includes('=')) found.remappings.push(name)
    else if (name !== '-') found.files.push(name)
  }
  return found
}

/** Finds an imported source under the base path, then each include path, then as it was written. */
function open(name) {
  const roots = [...(options.get('--base-path') ?? ['']), ...(options.get('--include-path') ?? []), '']
  for (const root of roots) {
    const file = path.resolve(root, name)
    if (fs.existsSync(file)) return { contents: fs.readFileSync(file, 'utf8') }
  }
  return { error: `File not found: ${name}` }
}

/** The older output form: one object per contract, keyed `file:name`. */
function combined() {
  const wanted = options.get('--combined-json')[0].split(',')
  const sources = Object.fromEntries(options.files.map((f) => [f, { content: fs.readFileSync(f, 'utf8') }]))
  const outputSelection = { '*': { '*': ['abi', 'evm', 'userdoc', 'devdoc', 'metadata'], '': ['ast'] } }
  const settings = { outputSelection, remappings: options.remappings, evmVersion: options.get('--evm-version')?.[0] }
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), { import: open }))
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error')
  if (errors.length) fail(errors.map((e) => e.formattedMessage).join('\n'))
  const contracts = {}
  for (const [file, named] of Object.entries(output.contracts ?? {})) {
    for (const [name, c] of Object.entries(named)) {
      const all = {
        abi: c.abi, bin: c.evm.bytecode.object, 'bin-runtime': c.evm.deployedBytecode.object, metadata: c.metadata,
        srcmap: c.evm.bytecode.sourceMap, 'srcmap-runtime': c.evm.deployedBytecode.sourceMap,
        hashes: c.evm.methodIdentifiers, userdoc: c.userdoc, devdoc: c.devdoc,
      }
      contracts[`${file}:${name}`] = Object.fromEntries(Object.entries(all).filter(([key]) => wanted.includes(key)))
    }
  }
  const asts = Object.fromEntries(Object.entries(output.sources ?? {}).map(([f, s]) => [f, { AST: s.ast }]))
  say(JSON.stringify({ contracts, sourceList: Object.keys(asts), sources: asts, version: solc.version() }))
}

/** All of standard input; read as a stream, because a synchronous read of an empty pipe answers EAGAIN. */
async function hear() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** Writes all of a text to standard output; a full pipe answers EAGAIN and is tried again. */
function say(text) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at)
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
}

function fail(message) {
  fs.writeSync(2, `Error: ${message}\n`)
  process.exit(1)
}
