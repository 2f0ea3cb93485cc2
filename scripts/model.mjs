// Searches the model of the life of a key (model/searches.json) with Spin: every order of the steps of some runs. A
// search passes if everything that must hold does hold, or if it finds the fault that it was made to find.
// docs/key-model.md explains it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MEMORY = 3500; // MB
const DEPTH = 200_000; // steps of one way through a search
const SECONDS = 1800; // for one search
const COMPILER = process.env.CC ?? 'gcc';

const HELP = `npm run model -- [--long] [--trail] [word …]

  (nothing)  the searches that take seconds each, the largest two minutes
  word       instead, those whose names contain one of the words
  --long     all searches: some need hours, and up to ${MEMORY} MB
  --trail    with the way to each fault that a search is made to find
  --help     only this text

docs/key-model.md explains the model.`;

const model = fileURLToPath(new URL('../model', import.meta.url));
const { searches } = JSON.parse(readFileSync(join(model, 'searches.json'), 'utf8'));
const { values, words } = readArguments();
const chosen = searches.filter(({ name, long: takesLong }) =>
  words.length > 0 ? words.some((word) => name.includes(word)) : values.long || !takesLong,
);

const missing = [
  ['Spin', 'spin', '-V'],
  ['a C compiler', COMPILER, '--version'],
].find(([, program, flag]) => spawnSync(program, [flag]).status !== 0);

let passed = 0;
let failed = 0;
for (const search of chosen) {
  if (missing) {
    console.log(`Skipped: ${search.name}: ${missing[0]} is not installed`);
    continue;
  }
  const started = performance.now();
  const { fault, states, incomplete, trail } = run(search);
  const problem = incomplete ?? judge(search, fault);
  if (problem) failed++;
  else passed++;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${problem ? 'FAILED' : 'passed'}  ${search.name}: ${problem ?? fault ?? 'holds'}; ${states} states, ${seconds} s`,
  );
  if (trail && (problem || values.trail)) console.log(trail);
}
const skipped = missing ? `, ${chosen.length} skipped` : '';
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;

/** What was asked for. Where that is help, or no option of these, nothing is searched. */
function readArguments() {
  const options = { long: { type: 'boolean' }, trail: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.help) return { values, words: positionals };
    console.log(HELP);
    process.exit(0);
  } catch ({ message }) {
    console.error(`${message}\n\n${HELP}`);
    process.exit(1);
  }
}

function judge({ finds }, fault) {
  if (finds === undefined) return fault;
  return fault === finds ? undefined : `${fault ?? 'nothing'} was found, not ${finds}`;
}

/** What a search finds: the name of what did not hold, if any. */
function run({ file = 'protocol.pml', set, finds }) {
  const folder = mkdtempSync(join(tmpdir(), 'key-model-'));
  try {
    cpSync(model, folder, { recursive: true });
    const defines = [...set.split(' '), ...(finds ? [`ONLY=${finds}`] : [])].map((define) => `-D${define}`);
    const call = (program, args) => execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    call('spin', ['-a', ...defines, file]);
    // What finds a fault finds it within seconds: it takes longer to compile than to run.
    const optimize = finds ? '-O0' : '-O1';
    call(COMPILER, [
      optimize,
      '-w',
      '-DSAFETY',
      '-DCOLLAPSE',
      '-DVECTORSZ=2048',
      `-DMEMLIM=${MEMORY}`,
      '-o',
      'pan',
      'pan.c',
    ]);
    const searched = spawnSync('./pan', [`-m${DEPTH}`], { cwd: folder, encoding: 'utf8', timeout: SECONDS * 1000 });
    const { stdout: report } = searched;
    const [, condition] = /assertion violated (.*) \(at depth/.exec(report) ?? [];
    const [, states = 'no'] = /(\d+) states, stored/.exec(report) ?? [];
    return {
      states,
      fault: condition && nameOf(condition),
      incomplete: searched.error
        ? `not finished after ${SECONDS} s`
        : searched.signal
          ? `ended by ${searched.signal}`
          : /memory limit|max search depth too small|not completed: \w/.exec(report)?.[0],
      trail: condition && wayTo(call, folder),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The name of what must hold: its number is in the condition. */
function nameOf(condition) {
  const [, number] = /&&\(\d+!=(\d+)\)/.exec(condition) ?? [];
  const [, name] = new RegExp(`^#define (\\w+) ${number} `, 'm').exec(mustHold()) ?? [];
  return name ?? `a bound of the model, ${condition}`;
}

function mustHold() {
  return readFileSync(join(model, 'world.pml'), 'utf8').split('/* --- What must hold --- */')[1];
}

/** What the runs did, from the trail that the search left. */
function wayTo(call) {
  let steps;
  try {
    steps = call('./pan', ['-r']);
  } catch ({ stdout }) {
    steps = stdout;
  }
  return steps
    .split('\n')
    .filter((line) => /^(tick|  (run|key|PUT|the job|a job) )/.test(line))
    .map((line) => `        ${line.trim()}`)
    .join('\n');
}
