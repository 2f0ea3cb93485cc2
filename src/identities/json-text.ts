import type { Fault, Position } from './yaml-text';

const NEEDED = {
  value: 'a value',
  'value or ]': 'a value or ]',
  key: 'a key in double quotes',
  'key or }': 'a key in double quotes, or }',
  colon: 'a colon',
  'end of value': 'a comma or the end of what is open',
} as const;

/** What may come next. */
type State = keyof typeof NEEDED;
type Bracket = '{' | '[';

const WORD =
  /"(?:[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/;
const TOKEN = new RegExp(`[ \\t\\r\\n]*([{}[\\],:]|${WORD.source})`, 'y');
const SPACE = /[ \t\r\n]*/y;

/**
 * Where a text first breaks the rules of JSON, or undefined when it keeps them. A file named .json is read by other
 * tools too, so what only YAML allows (comments, a comma after the last entry) is wrong in it. JSON.parse does not always
 * tell where it stopped.
 */
export function jsonFault(text: string): Fault | undefined {
  const open: Bracket[] = [];
  let state: State = 'value';
  let offset = 0;
  for (;;) {
    TOKEN.lastIndex = offset;
    const [match, token] = TOKEN.exec(text) ?? [];
    const next: State | undefined = match === undefined || token === undefined ? undefined : after(token, state, open);
    if (match === undefined || next === undefined) break;
    state = next;
    offset += match.length;
  }
  SPACE.lastIndex = offset;
  const stopped = offset + (SPACE.exec(text)?.[0].length ?? 0);
  const ended = stopped === text.length;
  if (ended && state === 'end of value' && open.length === 0) return undefined;
  const needed = state === 'end of value' && open.length === 0 ? 'nothing more' : NEEDED[state];
  const found = ended ? 'it ends' : `it has ${JSON.stringify(String.fromCodePoint(text.codePointAt(stopped) ?? 0))}`;
  return { position: positionIn(text, stopped), wrong: `is not JSON: ${found} where there should be ${needed}` };
}

/** What may come after a token, or undefined where the token itself may not come. */
function after(token: string, state: State, open: Bracket[]): State | undefined {
  const isText = token.startsWith('"');
  switch (state) {
    case 'value':
    case 'value or ]':
      if (token === '{' || token === '[') {
        open.push(token);
        return token === '{' ? 'key or }' : 'value or ]';
      }
      if (token === ']') return state === 'value or ]' ? close(open) : undefined;
      return /^[},:]$/.test(token) ? undefined : 'end of value';
    case 'key':
    case 'key or }':
      if (token === '}') return state === 'key or }' ? close(open) : undefined;
      return isText ? 'colon' : undefined;
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'end of value': {
      const inside = open.at(-1);
      if (token === ',' && inside) return inside === '{' ? 'key' : 'value';
      return (token === '}' && inside === '{') || (token === ']' && inside === '[') ? close(open) : undefined;
    }
  }
}

function close(open: Bracket[]): State {
  open.pop();
  return 'end of value';
}

function positionIn(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
