import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Scenario } from '../scenarios/scenario';
import { holds } from './cases';
import { given, SECRET_INPUTS, soundInputs, type Given } from './inputs';

let scenario: Scenario;
beforeAll(async () => (scenario = await Scenario.start({ asProcesses: true })));
afterAll(() => scenario.end());

/** What fits into the environment of a process. */
function fitting(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.replaceAll('\0', '').slice(0, 100_000)]),
  );
}

function run({ inputs, env }: Given) {
  const { url } = scenario.sandbox;
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_IAM: url, GITHUB_API_URL: `${url}/api/v3` } });
  writeFileSync(join(job.workspace, 'token'), 'e30.e30.c2ln');
  symlinkSync('/etc/passwd', join(job.workspace, 'link'));
  // Waits between attempts are real here.
  return job.step({ with: { ...fitting(inputs), 'disable-retry': 'true' }, env: fitting(env) });
}

test('whatever the inputs, the process ends in order: nothing on stderr, no stack trace, no secret, no half success', () =>
  holds(
    0.004,
    fc.asyncProperty(fc.oneof(given, soundInputs), async (all) => {
      const { exitCode, stderr, log, lines, summary, state, outputs, exported } = await run(all);
      const requests = scenario.calls();
      const text = log.join('\n');
      expect(stderr).toBe('');
      expect(text + summary).not.toMatch(/\n\s+at .*:\d+:\d+/);
      const said = [...lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw), summary];
      const others = Object.entries(all.inputs).filter(
        ([name]) => !(SECRET_INPUTS as readonly string[]).includes(name),
      );
      for (const secret of SECRET_INPUTS.map((name) => all.inputs[name]?.trim() ?? '')) {
        if (secret.length < 16 || others.some(([, value]) => value.includes(secret))) continue;
        expect([...said, JSON.stringify(state)].join('\n')).not.toContain(secret);
      }
      if (exitCode === 0) return;
      // unset-current-credentials empties variables, whatever comes of the rest.
      expect({ exitCode, outputs, handedOn: Object.values(exported).filter(Boolean) }).toEqual({
        exitCode: 1,
        outputs: {},
        handedOn: [],
      });
      expect(text).toMatch(/Error: Could not [^]*Fix: [^]*More: .*#[a-z-]+/);
      expect(text).not.toContain('#unexpected');
      if (text.includes('#invalid-input')) expect(requests).toEqual([]);
    }),
  ));
