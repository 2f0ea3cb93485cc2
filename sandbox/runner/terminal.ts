const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Style = keyof typeof CODES;

const OF_SIGN: Readonly<Record<string, Style>> = {
  '+': 'green',
  '-': 'red',
  '~': 'yellow',
  '!': 'yellow',
  W: 'yellow',
};
const OF_COMMAND: Readonly<Record<string, Style>> = { Error: 'red', Warning: 'yellow', Notice: 'cyan' };

export function title(text: string): void {
  print(`\n${styled('bold', text)}`);
}

/** @param width in columns, at most */
export function note(text: string, width?: number): void {
  for (const line of wrapped(text, width)) print(styled('dim', line));
}

/**
 * Shows lines as they are, a little indented: of a log or a summary in the colours that GitHub gives them.
 *
 * @param width in columns, at most
 */
export function show(lines: readonly string[], width?: number): void {
  lines.forEach(printer(width));
}

/** What shows the lines of one text, one after the other, as {@link show} does. */
export function printer(width?: number): (line: string) => void {
  const styleOf = styles();
  return (line) => {
    const style = styleOf(line);
    for (const part of wrapped(`  ${line}`, width)) print(style === undefined ? part : styled(style, part));
  };
}

/** How the lines of one text look, from first to last: errors and the like, and in a plan what is added or goes. */
export function styles(): (line: string) => Style | undefined {
  let inPlan = false;
  let isHeading = false;
  return (line) => {
    if (/^(▸ Plan|```diff)/.test(line)) {
      inPlan = true;
      return undefined;
    }
    // It goes on for as long as lines have a sign, a widening or are indented; what follows an empty line is a heading.
    inPlan &&= isHeading || /^([+\-~!=] | |$|WIDENS ACCESS)/.test(line);
    isHeading = line === '';
    const [, sign = ''] = (inPlan ? /^ *([+\-~!](?= )|W(?=IDENS ACCESS))/.exec(line) : undefined) ?? [];
    const [, command = ''] = /^(Error|Warning|Notice): /.exec(line) ?? [];
    return OF_SIGN[sign] ?? OF_COMMAND[command];
  };
}

/**
 * The lines that a line becomes where it is too long: broken between words, where it can be, and further indented, in a
 * plan after the sign.
 */
export function wrapped(line: string, width = Infinity): string[] {
  const [{ length }] = /^\s*(?:[+\-~!=] +)?/.exec(line) ?? [''];
  const indent = ' '.repeat(length + 2);
  const parts: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > indent.length ? space : width;
    parts.push(rest.slice(0, end));
    rest = indent + rest.slice(end).trimStart();
  }
  return [...parts, rest];
}

/** Whether to colour: where there is a terminal that can, unless the variables that many programs know say else. */
export function inColour(
  env: NodeJS.ProcessEnv = process.env,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'hasColors'> = process.stdout,
): boolean {
  const { FORCE_COLOR, NO_COLOR } = env;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  return !NO_COLOR && stream.isTTY && stream.hasColors(env);
}

export function styled(style: Style, text: string): string {
  return inColour() ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
