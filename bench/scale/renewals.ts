import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pMap from 'p-map';
import { commandOf, sessionsOf } from '../../__tests__/scenarios/renewing-profile';
import { Job } from '../../sandbox/runner/job';
import { startSandbox } from '../../sandbox/sandbox';
import type { KeptSession } from '../../src/credential-process/session-file';
import { createRole } from '../role';
import { ACCOUNT } from './documents';
import { weigh } from './weigh';

/** Processes that run at a time: what a machine can bear. */
const AT_ONCE = 20;

/** So many processes ask for the session of a profile, which has ended. */
export async function renewals(count: number): Promise<Readonly<Record<string, number>>> {
  const sandbox = await startSandbox();
  const account = sandbox.account(ACCOUNT);
  const role = createRole(account, account.createUser('mona')).arn;
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, ...sandbox.github.environment() });
  try {
    const inputs = { 'aws-region': 'eu-central-1', 'aws-profile': 'ours', 'refresh-credentials': 'true' };
    await weigh(job, { ...inputs, 'role-to-assume': role, 'role-duration-seconds': '900' }, sandbox);
    endSessions(sessionsOf(job, 'ours'));
    const [program = '', ...words] = commandOf(job, 'ours').split(' ');
    const before = sandbox.requests.length;
    const started = performance.now();
    const answers = await pMap(Array.from({ length: count }), () => ask(program, words, job.env), {
      concurrency: AT_ONCE,
    });
    const seconds = (performance.now() - started) / 1000;
    const sessions = new Set(answers.map((text) => (JSON.parse(text) as { SessionToken: string }).SessionToken));
    return { calls: sandbox.requests.length - before, 'sessions given': sessions.size, seconds };
  } finally {
    job.remove();
    await sandbox.close();
  }
}

/** As if they had been obtained an hour ago. */
function endSessions(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => /^\d+\.json$/.test(file))) {
    const path = join(folder, name);
    const session = JSON.parse(readFileSync(path, 'utf8')) as KeptSession;
    const { time, uptime } = session.obtained;
    const obtained = { time: time - 3_600_000, uptime: uptime - 3_600_000 };
    writeFileSync(path, JSON.stringify({ ...session, obtained }));
  }
}

function ask(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return new Promise((resolve) =>
    child.on('close', () => {
      resolve(text);
    }),
  );
}
