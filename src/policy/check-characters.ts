import { isMapping } from './policy-document';
import type { Problems } from './problem';

const FOREIGN = /[^\t\n\r\u0020-\u00ff]/u;
const ALLOWED = 'tab, line feed, carriage return and U+0020 to U+00FF';

/**
 * Texts and names with characters that AWS takes in no policy, such as typographic quotes.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
 */
export function* characterProblems(value: unknown, place = ''): Problems {
  if (typeof value === 'string') yield* foreignCharacter(value, place);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* characterProblems(item, `${place}[${index}]`);
  }
  if (isMapping(value)) {
    for (const [name, member] of Object.entries(value)) {
      const inside = place === '' ? name : `${place}.${name}`;
      yield* foreignCharacter(name, inside);
      yield* characterProblems(member, inside);
    }
  }
}

function* foreignCharacter(text: string, place: string): Problems {
  const character = FOREIGN.exec(text)?.[0];
  if (character === undefined) return;
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  yield `${place}: has the character U+${code}; it should have none but ${ALLOWED}`;
}
