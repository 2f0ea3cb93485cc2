import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

/** The line of the part at this path, such as `jobs`, `deploy`, `steps`, 2; of the nearest part around it, if it has none. */
export type LineOf = (...path: readonly (string | number)[]) => number;

/** What GitHub's parser says of a file. */
interface Template {
  readonly context: {
    readonly errors: {
      getErrors(): { readonly rawMessage: string; readonly range?: { readonly start: Place } | undefined }[];
    };
  };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * What stands in the file of a workflow or an action, and where.
 *
 * @param name of the file, for what is wrong
 * @throws Error with the place when it is no YAML
 */
export function parseWritten(name: string, content: string): { readonly value: unknown; readonly lineOf: LineOf } {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const [wrong] = document.errors;
  if (wrong) {
    // Those after the first mostly come of it.
    const [message = wrong.message] = wrong.message.split(/ at line \d/);
    const [{ line, col }] = wrong.linePos ?? [{ line: 1, col: 1 }];
    throw new Error(`${name}:${line}:${col}: ${message}${fixOf(wrong.code, content.split('\n')[line - 1] ?? '')}`);
  }
  return { value: document.toJS() as unknown, lineOf: (...path) => lineOf(document.contents, path, lines) };
}

/** How to correct what workflows often have in a line that is no YAML; empty where that is not known. */
function fixOf(code: string, line: string): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && /:\s.*:(\s|$)/.test(line)) {
    return '. Put a text that has a colon and a space in it into quotes, or on lines of its own after "|"';
  }
  return /[[{,:]\s*\$\{\{/.test(line) ? '. Put a ${{ … }} that is in braces or brackets into quotes' : '';
}

/** @throws Error with each problem that GitHub's parser has found in a file, one a line */
export function requireSound(name: string, { context }: Template): void {
  const problems = context.errors.getErrors().map(({ rawMessage, range }) => {
    const place = range ? `:${range.start.line}:${range.start.column}` : '';
    return `${name}${place}: ${rawMessage}`;
  });
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
}

function lineOf(root: Node | null, path: readonly (string | number)[], lines: LineCounter): number {
  let [node, offset]: [unknown, number] = [root, root?.range?.[0] ?? 0];
  for (const part of path) {
    let key: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      [key, node] = [pair?.key, pair?.value];
    } else if (isSeq(node)) node = node.items[Number(part)];
    else break;
    const start = ((key ?? node) as Node | undefined)?.range?.[0];
    if (start === undefined) break;
    offset = start;
  }
  return lines.linePos(offset).line;
}
