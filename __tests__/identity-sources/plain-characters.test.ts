import { withPlainCharacters } from '../../src/identity-sources/plain-characters';
import type { SessionSettings } from '../../src/inputs/request';
import type { StsSession } from '../../src/sts/answer';

const asked = (plainCharacters: boolean) => ({ plainCharacters }) as SessionSettings;

/** What comes of sessions with these secrets, how many were obtained, and how often there was a warning. */
async function outcomeOf(secrets: readonly string[], plainCharacters = true) {
  let obtained = 0;
  const warn = jest.fn();
  const session = await withPlainCharacters(asked(plainCharacters), warn, () => {
    const secretAccessKey = secrets[Math.min(obtained, secrets.length - 1)] ?? '';
    obtained += 1;
    return Promise.resolve({ credentials: { accessKeyId: 'id', secretAccessKey } } as StsSession);
  });
  return [session.credentials.secretAccessKey, obtained, warn.mock.calls.length];
}

test.each([
  ['letters and digits', ['abc123'], ['abc123', 1, 0]],
  ['special characters first', ['a/b', 'a+b', 'ab'], ['ab', 3, 0]],
  ['special characters always', ['a/b'], ['a/b', 60, 1]],
])('a secret with %s', async (_, secrets, outcome) => {
  expect(await outcomeOf(secrets)).toEqual(outcome);
});

test('where it is not asked for, the first will do', async () => {
  expect(await outcomeOf(['a/b', 'ab'], false)).toEqual(['a/b', 1, 0]);
});
