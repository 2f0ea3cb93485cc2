// Preloaded into a process of a job, it lets it wait in moved time: see process-time.ts, to which it reports until when the
// process waits, and which reports by how much time was moved.
const { subscribe } = require('node:diagnostics_channel');
const { connect } = require('node:net');
const { join } = require('node:path');
const { shareCompiledCode } = require('./compiled-code.cjs');

/** How long nothing must have come about until the process counts as one that only waits, in milliseconds. */
const QUIET_MS = 5;
/** The same while a request is under way: as a rule its answer comes sooner. */
const QUIET_WITH_REQUESTS_MS = 50;

/** What a process has open while nothing is done for it. */
const IDLE = new Set(['Timeout', 'TCPSocketWrap', 'TLSWrap', 'PipeWrap', 'TTYWrap', 'MessagePort']);

const { setTimeout, clearTimeout } = globalThis;
const realTime = Date.now.bind(Date);
const realNow = performance.now.bind(performance);
const { port, nodeOptions, project, ...start } = JSON.parse(process.env.MOVED_TIME);
let { movedMs } = start;

/** The process finds what its job gave it, and nothing of this. */
function hide() {
  delete process.env.MOVED_TIME;
  if (nodeOptions === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = nodeOptions;
}

const time = () => realTime() + movedMs;

function moveClocks() {
  Date.now = time;
  performance.now = () => realNow() + movedMs;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [time()] : args, self),
  });
}

/** Timers that are not due yet. */
const timers = new Map();
const requests = new Set();

/** Whether it is all that happens then that a promise is kept: someone does nothing until then. */
function isWait(act) {
  return act.name === '' && /\{ \[native code\] \}$/.test(Function.prototype.toString.call(act));
}

function startTimer(target, self, [act, ms = 0, ...args]) {
  if (typeof act !== 'function') return Reflect.apply(target, self, [act, ms, ...args]);
  const fire = () => {
    timers.delete(timer);
    clearTimeout(timer);
    changed();
    act(...args);
  };
  const timer = setTimeout(fire, ms);
  timers.set(timer, { due: time() + (Number(ms) || 0), fire, isWait: isWait(act) });
  changed();
  return timer;
}

function stopTimer(target, self, [timer]) {
  if (timers.delete(timer)) changed();
  Reflect.apply(target, self, [timer]);
}

function followRequests() {
  subscribe('http.client.request.start', ({ request }) => {
    requests.add(request);
    changed();
    request.once('close', () => {
      requests.delete(request);
      changed();
    });
  });
}

let look;
let isTold = false;

/** Whatever the process does now, it waits no longer. */
function changed() {
  if (isTold) connection.write('"busy"\n');
  isTold = false;
  clearTimeout(look);
  if (requests.size > 0 || someoneWaits()) {
    look = setTimeout(reportIfIdle, requests.size > 0 ? QUIET_WITH_REQUESTS_MS : QUIET_MS).unref();
  }
}

function someoneWaits() {
  return [...timers.values()].some((timer) => timer.isWait);
}

function reportIfIdle() {
  if (timers.size === 0) return;
  if (!isIdle()) {
    changed();
    return;
  }
  const ports = [...requests].map(({ socket }) => socket?.localPort ?? 0);
  const due = Math.min(...[...timers.values()].map((timer) => timer.due));
  connection.write(`${JSON.stringify({ due, ports })}\n`);
  isTold = true;
}

/** Nothing is under way but requests, and timers that are known. */
function isIdle() {
  const active = process.getActiveResourcesInfo();
  const known = [...timers.keys()].filter((timer) => timer.hasRef()).length;
  return active.every((name) => IDLE.has(name)) && active.filter((name) => name === 'Timeout').length <= known;
}

function connected() {
  const socket = connect(port, '127.0.0.1').unref();
  let rest = '';
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) moveTo(JSON.parse(line));
  });
  // Without it, time passes as it does elsewhere.
  return socket.on('error', () => undefined);
}

function moveTo({ isDue, ...reported }) {
  movedMs = reported.movedMs ?? movedMs;
  const [next] = [...timers.values()].sort((a, b) => a.due - b.due);
  if (isDue && next && next.due <= time()) next.fire();
}

hide();
const [mode = 'inferred'] = /^[a-z-]+$/.exec(process.env.INPUT_MODE) ?? [];
shareCompiledCode(join(project, 'dist'), join(project, '.cache/dist', mode));
moveClocks();
globalThis.setTimeout = new Proxy(setTimeout, { apply: startTimer });
globalThis.clearTimeout = new Proxy(clearTimeout, { apply: stopTimer });
followRequests();
const connection = connected();
