import { isSecretInput, INPUTS, variableOf, type InputName } from '../../src/inputs/input-names';
import { Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const PEM_LINE = 'a+line+of+a+private+key+EXAMPLE';

/** Of an input whose secret is not the whole of what is given, what is given, and the secret. */
const PARTS: Partial<Record<InputName, { readonly given: string; readonly secret: string }>> = Object.fromEntries(
  ['certificate', 'certificate-private-key'].map((name) => [
    name,
    { given: `-----BEGIN PRIVATE KEY-----\n${PEM_LINE}\n-----END PRIVATE KEY-----`, secret: PEM_LINE },
  ]),
);

test.each(INPUTS.filter((name) => isSecretInput(variableOf(name))))(
  '%s is masked before anything is said, also where inputs are wrong',
  async (name) => {
    const { given, secret } = PARTS[name] ?? { given: `${name}-EXAMPLE`, secret: `${name}-EXAMPLE` };
    const main = await scenario.job().step({ with: { mode: 'no-mode', [name]: given } });
    expectFailed(main, 'invalid-input');
    const firstWords = main.lines.findIndex(({ command }) => command?.name !== 'add-mask');
    const masks = main.lines.slice(0, firstWords).map(({ command }) => command?.value);
    expect(masks).toContain(secret);
    const others = main.lines.slice(firstWords).map(({ raw }) => raw);
    expect([...others, main.summary].join('\n')).not.toContain(secret);
    expect(scenario.calls()).toEqual([]);
  },
);
