import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, inJob, type Action, type Contender, type StepInput } from './contenders';
import type { RemoteSandbox } from './remote-sandbox';

/** One step that assumes every role and writes each to a profile. */
export function oneStep({ name, folder }: Action, input: StepInput, sandbox: RemoteSandbox): Contender {
  const roles = profilesOf(sandbox).map(([profile, roleArn]) => `${profile}: ${roleArn}`);
  return stepsOf(name, folder, [{ ...input.with, roles: roles.join('\n') }], input.env, sandbox);
}

/** A step for each role, one after the other, that writes it to a profile. */
export function stepForEach({ name, folder }: Action, input: StepInput, sandbox: RemoteSandbox): Contender {
  const steps = profilesOf(sandbox).map(([profile, roleArn]) => ({
    ...input.with,
    'role-to-assume': roleArn,
    'aws-profile': profile,
  }));
  return stepsOf(name, folder, steps, input.env, sandbox);
}

function profilesOf({ world }: RemoteSandbox): [profile: string, roleArn: string][] {
  return world.roleArns.map((roleArn, index) => [`account-${index + 1}`, roleArn]);
}

/** The wall time of the mains alone: what a runner does between steps is not counted. */
function stepsOf(
  name: string,
  folder: string,
  steps: readonly StepInput['with'][],
  variables: StepInput['env'],
  sandbox: RemoteSandbox,
): Contender {
  return {
    name,
    run: (env) =>
      inJob(variables, async (job) => {
        await sandbox.takeCalls();
        let ms = 0;
        for (const inputs of steps) {
          const main = await job.step({ with: inputs, env, uses: folder });
          check(true, `The main of ${name}`, main);
          ms += main.duration;
        }
        const calls = await sandbox.takeCalls();
        const written = readFileSync(join(job.home, '.aws/credentials'), 'utf8').match(/^\[account-\d+\]$/gm) ?? [];
        if (written.length !== sandbox.world.roleArns.length) {
          throw new Error(`${name} wrote ${written.length} profiles`);
        }
        return { ms, calls };
      }),
  };
}
