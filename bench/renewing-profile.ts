import { spawn } from 'node:child_process';
import { commandOf } from '../__tests__/scenarios/renewing-profile';
import { check, inJob, type Action, type Contender, type StepInput } from './contenders';
import type { RemoteSandbox } from './remote-sandbox';

/** The program behind a profile that renews itself, asked while the session is far from its end. */
export function answerFromCache({ name, folder }: Action, input: StepInput, sandbox: RemoteSandbox): Contender {
  const inputs = { ...input.with, 'aws-profile': 'bench', 'refresh-credentials': 'true' };
  return {
    name,
    run: (env) =>
      inJob(input.env, async (job) => {
        check(true, `The main of ${name}`, await job.step({ with: inputs, uses: folder }));
        const [program = '', ...args] = commandOf(job, 'bench').split(' ');
        await sandbox.takeCalls();
        const { ms, stdout } = await timed(program, args, { ...job.env, ...env });
        const { SessionToken } = JSON.parse(stdout) as { SessionToken?: string };
        if (!SessionToken) throw new Error(`The program of ${name} gave no session`);
        return { ms, calls: await sandbox.takeCalls() };
      }),
  };
}

async function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  await new Promise((done) => child.on('close', done));
  return { ms: performance.now() - started, stdout };
}
