import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '../../sandbox/runner/job';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { askSimulator } from '../fleet/simulation';
import { createRole } from '../role';
import { ACCOUNT, createAdmin, documentOf } from './documents';
import { renewals } from './renewals';
import type { Limited, Served } from './simulator';
import { weigh, type Weight } from './weigh';

/** Work that can be small or large. */
export interface Work {
  readonly name: string;
  /** What the sizes count. */
  readonly unit: string;
  readonly sizes: readonly number[];
  /** @returns figures by name */
  readonly run: (size: number) => Promise<Readonly<Record<string, number>>>;
}

const SIZES = [1, 10, 100, 1000] as const;
const REGION = { 'aws-region': 'eu-central-1' } as const;

/** What IAM serves an account a second: AWS publishes no number, so this is a cautious guess. */
const IAM_PER_SECOND = 20;
const LATENCY_MS = 50;

export const WORKS: readonly Work[] = [
  { name: 'a document, provisioned', unit: 'users and roles', sizes: SIZES, run: (size) => ofDocument(size, []) },
  {
    name: 'the same, unchanged',
    unit: 'users and roles',
    sizes: SIZES,
    run: (size) => ofDocument(size, ['provision']),
  },
  {
    name: 'the same, deprovisioned',
    unit: 'users and roles',
    sizes: SIZES,
    run: (size) => ofDocument(size, ['provision'], 'deprovision'),
  },
  { name: `a document, ${IAM_PER_SECOND} requests a second`, unit: 'users and roles', sizes: SIZES, run: limited },
  { name: 'roles', unit: 'roles', sizes: [1, 20, 200, 1000], run: ofRoles },
  { name: 'a profile', unit: 'MB in each file', sizes: [0.1, 1, 10], run: ofProfileFiles },
  { name: 'a session renewed', unit: 'processes', sizes: [10, 100, 1000], run: renewals },
];

function figuresOf({ calls, cpuS, memory }: Weight): Readonly<Record<string, number>> {
  return { calls, 'processor, s': cpuS, 'memory, MiB': memory };
}

async function inSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox();
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** @param before the modes of steps that were there before */
function ofDocument(count: number, before: readonly string[], mode = 'provision') {
  return inSandbox(async (sandbox) => {
    const inputs = { ...createAdmin(sandbox), identities: 'identities.json' };
    const step = async (name: string) => {
      const job = new Job({ AWS_ENDPOINT_URL: sandbox.url });
      writeFileSync(join(job.workspace, 'identities.json'), JSON.stringify(documentOf(count)));
      const weight = await weigh(job, { ...inputs, mode: name }, sandbox);
      job.remove();
      return weight;
    };
    for (const name of before) await step(name);
    return figuresOf(await step(mode));
  });
}

async function limited(count: number): Promise<Readonly<Record<string, number>>> {
  const order: Limited = { count, perSecond: IAM_PER_SECOND, latencyMs: LATENCY_MS };
  const { calls, throttled, seconds, error } = await askSimulator<Served>(join(__dirname, 'simulator.ts'), order);
  if (error !== undefined) throw new Error(error);
  return { calls, 'refused for now': throttled, seconds, 'of the shortest': (seconds * IAM_PER_SECOND) / calls };
}

function ofRoles(count: number) {
  return inSandbox(async (sandbox) => {
    const user = sandbox.account(ACCOUNT).createUser('mona');
    const arns = Array.from({ length: count }, (_, index) => {
      const account = sandbox.account(String(200_000_000_001 + index));
      return createRole(account, user).arn;
    });
    const job = jobIn(sandbox);
    const roles = arns.map((arn, index) => `account-${index}: ${arn}`).join('\n');
    const weight = await weigh(job, { ...REGION, roles }, sandbox);
    job.remove();
    return figuresOf(weight);
  });
}

/** A profile is written to files of so many megabytes, and removed. */
function ofProfileFiles(megabytes: number) {
  return inSandbox(async (sandbox) => {
    const account = sandbox.account(ACCOUNT);
    const role = createRole(account, account.createUser('mona')).arn;
    const job = jobIn(sandbox);
    const folder = join(job.home, '.aws');
    mkdirSync(folder);
    const section = (index: number) => `[theirs-${index}]\n# No. ${index}\nregion = eu-west-1\nrole_arn = ${role}\n\n`;
    const sections = Array.from({ length: Math.ceil((megabytes * 1e6) / section(9999).length) }, (_, index) => index);
    const text = sections.map(section).join('');
    const files = ['credentials', 'config'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, text);
    const inputs = { ...REGION, 'role-to-assume': role, 'aws-profile': 'ours' };
    const weight = await weigh(job, inputs, sandbox);
    await job.finish();
    if (files.some((file) => readFileSync(file, 'utf8') !== text)) throw new Error('The files are not as they were');
    job.remove();
    return figuresOf(weight);
  });
}

function jobIn(sandbox: Sandbox): Job {
  return new Job({ AWS_ENDPOINT_URL: sandbox.url, ...sandbox.github.environment() });
}
