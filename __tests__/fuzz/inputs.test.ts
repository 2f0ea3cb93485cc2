import fc from 'fast-check';
import { ActionError } from '../../src/errors/action-error';
import { readRequest } from '../../src/inputs/read-request';
import { holds } from './cases';
import { given, misspelt, SECRET_INPUTS, wrongInput, type Given } from './inputs';
import { treacherousWorkspace } from './workspace';

const workspace = treacherousWorkspace();

function environmentOf({ inputs, env }: Given): Record<string, string> {
  const variables = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  return { GITHUB_WORKSPACE: workspace, ...env, ...(Object.fromEntries(variables) as Record<string, string>) };
}

/** What is wrong with the inputs, or what came of them; never anything else. */
async function read(all: Given): Promise<string> {
  try {
    const { request, warnings } = await readRequest(environmentOf(all));
    expect(request.mode).toBeTruthy();
    return warnings.join('\n');
  } catch (error) {
    if (error instanceof ActionError && error.code === 'invalid-input') return error.message;
    throw error;
  }
}

test('whatever the inputs, they are read or refused, and no secret is in what is said of them', () =>
  holds(
    0.2,
    fc.asyncProperty(given, async (all) => {
      const said = await read(all);
      for (const name of SECRET_INPUTS) {
        const secret = all.inputs[name]?.trim() ?? '';
        const elsewhere = Object.entries(all.inputs).some(([other, text]) => other !== name && text.includes(secret));
        if (secret.length >= 16 && !elsewhere) expect(said).not.toContain(secret);
      }
    }),
  ));

test('a misspelt input is no reason for anything else, and its value is not in what is said', () =>
  holds(
    0.1,
    fc.asyncProperty(given, misspelt, async ({ inputs, env }, { name, value }) => {
      expect(await read({ inputs: { ...inputs, [name]: value }, env })).not.toContain(value);
    }),
  ));

test('an input that is wrong is named, whatever is given together with it', () =>
  holds(
    0.1,
    fc.asyncProperty(given, wrongInput, async ({ inputs, env }, { name, value }) => {
      const asked: Record<string, string> = name.startsWith('mfa-') || name === 'mode' ? {} : { mode: 'assume-role' };
      const said = await read({ inputs: { ...inputs, ...asked, [name]: value }, env });
      expect(said).toContain(name);
      expect(said).toContain('Nothing was sent to AWS');
    }),
  ));
