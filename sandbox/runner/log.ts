import { linesOf } from './lines';

/** A line as the process printed it, with the command in it if it is one. */
export interface LogLine {
  readonly raw: string;
  readonly command?: { readonly name: string; readonly properties: string; readonly value: string };
}

const COMMAND = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/s;

/** @param platform where the process ran: this system if omitted */
export function parseLog(output: string, platform?: NodeJS.Platform): LogLine[] {
  return linesOf(output, platform)
    .filter(({ text, ending }) => text !== '' || ending !== '')
    .map(({ text: raw }) => {
      const [, name, properties = '', value = ''] = COMMAND.exec(raw) ?? [];
      return name === undefined ? { raw } : { raw, command: { name, properties, value: unescape(value) } };
    });
}

/** The log as a user reads it: commands carried out, and each text masked from the line on that asks for it. */
export function renderLog(lines: readonly LogLine[], masks: Set<string>): string[] {
  return lines.flatMap(({ raw, command }) => {
    if (command === undefined) return [masked(raw, masks)];
    switch (command.name) {
      case 'add-mask':
        masks.add(command.value);
        return [];
      case 'debug':
      case 'endgroup':
        return [];
      case 'group':
        return [masked(`▸ ${command.value}`, masks)];
      default:
        return masked(`${command.name[0]?.toUpperCase() ?? ''}${command.name.slice(1)}: ${command.value}`, masks).split(
          '\n',
        );
    }
  });
}

/** Renders a log as it is printed: each line once it is whole. */
export class LiveLog {
  #begun = '';

  constructor(
    private readonly masks: Set<string>,
    private readonly print: (line: string) => void,
  ) {}

  add(text: string): void {
    const printed = this.#begun + text;
    const end = printed.lastIndexOf('\n') + 1;
    this.#begun = printed.slice(end);
    this.#render(printed.slice(0, end));
  }

  end(): void {
    this.#render(this.#begun);
  }

  #render(text: string): void {
    renderLog(parseLog(text), this.masks).forEach(this.print);
  }
}

/** The log with its groups closed, as GitHub shows it first: of each, its heading with how many lines are in it. */
export function withClosedGroups(lines: readonly LogLine[]): LogLine[] {
  const shown: LogLine[] = [];
  let group: { readonly name: string; readonly lines: LogLine[] } | undefined;
  const close = () => {
    if (!group) return;
    // They mask what follows.
    const masks = group.lines.filter(({ command }) => command?.name === 'add-mask');
    const count = group.lines.length - masks.length;
    const value = `${group.name} (${count} ${count === 1 ? 'line' : 'lines'})`;
    shown.push(...masks, { raw: value, command: { name: 'group', properties: '', value } });
    group = undefined;
  };
  for (const line of lines) {
    if (line.command?.name === 'group') {
      close();
      group = { name: line.command.value, lines: [] };
    } else if (line.command?.name === 'endgroup') close();
    else (group?.lines ?? shown).push(line);
  }
  close();
  return shown;
}

/** The text with every masked part replaced, the longest first, as the runner does. */
export function masked(text: string, masks: ReadonlySet<string>): string {
  return [...masks].sort((a, b) => b.length - a.length).reduce((rest, mask) => rest.replaceAll(mask, '***'), text);
}

function unescape(value: string): string {
  return value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
