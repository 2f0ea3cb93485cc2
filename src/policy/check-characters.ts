import type { KeyPath } from '../text/problem';
import type { PolicyProblems } from './policy-problem';

const REFUSED = /[^\t\n\r\u0020-\u00ff]/u;
const ALLOWED = 'tab, line feed, carriage return and U+0020 to U+00FF';

/**
 * Texts and names with characters that AWS takes in no policy, such as typographic quotes.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 */
export function* characterProblems(value: unknown, path: KeyPath = []): PolicyProblems {
  if (typeof value === 'string') yield* foreignCharacter(value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (typeof key === 'string') yield* foreignCharacter(key, [...path, key]);
    yield* characterProblems(member, [...path, key]);
  }
}

function* foreignCharacter(text: string, path: KeyPath): PolicyProblems {
  const character = REFUSED.exec(text)?.[0];
  if (character === undefined) return;
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  yield { path, message: `has the character U+${code}; it should have none but ${ALLOWED}` };
}
