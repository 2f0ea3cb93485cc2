import fc from 'fast-check';
import { stringify } from 'yaml';
import { readRequest } from '../../src/inputs/read-request';
import { KEY_INPUTS, REGION } from '../scenarios/scenario';
import { holds } from './cases';
import { SOUND_USERS, soundDocument } from './documents';
import { given, SECRET_INPUTS, soundInputs, wrongInput, type Given } from './inputs';
import { StepRecorder, type Recorded } from './recorded-step';
import { treacherousWorkspace } from './workspace';

const workspace = treacherousWorkspace();
let recorder: StepRecorder;
beforeAll(async () => (recorder = await StepRecorder.start()));
afterAll(() => recorder.end());

function within({ inputs, env }: Given): Given {
  return { inputs, env: { GITHUB_WORKSPACE: workspace, ...env } };
}

async function isValid(all: Given): Promise<boolean> {
  return readRequest(recorder.environment(within(all))).then(
    () => true,
    () => false,
  );
}

/** Succeeded, or failed with what a person can fix; and nothing that was masked, or should have been, is shown. */
function expectDecent({ failure, said, masked, maskedFirst }: Recorded, { inputs }: Given): void {
  if (failure !== undefined) {
    expect(failure).toMatch(/^Could not [^]*\nFix: [^]*\nMore: .*#[a-z-]+$/);
    expect(failure).not.toMatch(/\n\s+at |#unexpected$/);
  }
  const others = Object.entries(inputs).filter(([name]) => !(SECRET_INPUTS as readonly string[]).includes(name));
  // An ARN is hidden for those who ask, and by the runner alone.
  const isPublic = (text: string) => text.startsWith('arn:') || others.some(([, value]) => value.includes(text));
  // What is shorter than a secret can be is left in sight.
  const texts = SECRET_INPUTS.map((name) => inputs[name]?.trim() ?? '').filter(({ length }) => length >= 16);
  const given = texts.flatMap((text) => text.split(/\r?\n/));
  for (const line of given.filter((text) => text.trim() !== '')) expect(maskedFirst).toContain(line);
  for (const secret of [...masked].filter((text) => text.length >= 16 && !isPublic(text))) {
    expect(said).not.toContain(secret);
  }
}

test('whatever the inputs, the step succeeds or says what to do, shows no secret, and asks nobody if they are wrong', () =>
  holds(
    0.04,
    fc.asyncProperty(fc.oneof(given, soundInputs), async (all) => {
      const recorded = await recorder.run(within(all));
      expectDecent(recorded, all);
      if (await isValid(all)) return;
      expect(recorded).toMatchObject({
        failure: expect.stringContaining('#invalid-input'),
        requests: [],
        outputs: {},
        exported: {},
      });
    }),
  ));

test('one wrong input among right ones is named, and nothing is asked of anyone', () =>
  holds(
    0.02,
    fc.asyncProperty(soundInputs, wrongInput, async ({ inputs, env }, { name, value }) => {
      const { failure, requests } = await recorder.run(
        within({ inputs: { ...inputs, mode: 'assume-role', 'role-to-assume': 'deploy', [name]: value }, env }),
      );
      expect(failure).toContain(name);
      expect(requests).toEqual([]);
    }),
  ));

test('a document that was applied has nothing left to change, and nothing is left once it was taken down', () => {
  const places = Object.values(SOUND_USERS);
  const writers = recorder.writers(places);
  return holds(
    0.003,
    fc.asyncProperty(soundDocument, async (document) => {
      const identities = stringify(document);
      const step = (mode: string) =>
        recorder.run({ inputs: { mode, identities, 'aws-region': REGION, ...KEY_INPUTS, ...writers }, env: {} });
      const { account } = recorder;
      const before = [...account.users.keys(), ...account.roles.keys()];
      const steps = [
        await step('provision'),
        await step('provision'),
        await step('deprovision'),
        await step('deprovision'),
      ];
      expect(steps.map(({ failure, outputs }) => failure ?? outputs.changed)).toEqual([
        'true',
        'false',
        'true',
        'false',
      ]);
      expect(steps[1]?.requests.filter((action) => !/^(Get|List|GET )/.test(action))).toEqual([]);
      expect([...account.users.keys(), ...account.roles.keys(), ...recorder.delivered(places)]).toEqual(before);
    }),
  );
});
