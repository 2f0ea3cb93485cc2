import type { ErrorCode, MessagePart } from '../errors/action-error';
import { escaped, fenceFor } from '../text/markdown';

/** What a summary says of a failure, without what must not be seen. */
export interface FailedStep {
  readonly code: ErrorCode;
  /** The message in its parts. */
  readonly parts: readonly MessagePart[];
  /** What people tell the step by. */
  readonly title: string;
  /** Of whom the step worked as, where that was known. */
  readonly arn: string | undefined;
  /** Where the failure is described: a URL, or the path of the page. */
  readonly page: string;
}

/** A failure as the job summary shows it: prose that wraps, and what is to be copied in a block. */
export function failureMarkdown({ code, parts, title, arn, page }: FailedStep): string[] {
  const as = arn === undefined ? '' : `, as ${escaped(arn)}`;
  const link = page.startsWith('http') ? `[${code}](${page})` : `${code} in ${page}`;
  return [`### ❌ ${escaped(title)}${as}`, ...parts.flatMap(partMarkdown), '', `More about this error: ${link}`];
}

function partMarkdown({ label, text }: MessagePart): string[] {
  const [first = '', ...lines] = text.split('\n');
  const start = label === undefined ? `**${escaped(first)}**` : `**${label}:** ${escaped(first)}`.trimEnd();
  return ['', start, ...blocks(lines)];
}

/**
 * The further lines of a text. Indented ones belong to the item of a list above them; else they are to be copied, as a
 * policy or a command is. The others are prose.
 */
function blocks(lines: readonly string[]): string[] {
  const markdown: string[] = [];
  for (let from = 0; from < lines.length;) {
    const line = lines[from] ?? '';
    const end = lines.findIndex((other, index) => index > from && !other.startsWith('  '));
    const indented = (first: number) => lines.slice(first, end < 0 ? lines.length : end).map((other) => other.slice(2));
    if (line.startsWith('  ')) {
      const copied = indented(from);
      const fence = fenceFor(copied);
      markdown.push('', `${fence}${languageOf(copied)}`, ...copied, fence, '');
      from += copied.length;
    } else if (line.startsWith('- ')) {
      const item = indented(from + 1);
      markdown.push(`- ${prose(line.slice(2))}`, ...blocks(item).map((each) => (each === '' ? '' : `  ${each}`)));
      from += 1 + item.length;
    } else {
      markdown.push('', prose(line));
      from += 1;
    }
  }
  return markdown;
}

/** A line to read. Where it begins a part of a message that a list has in one of its items, that part is named. */
function prose(line: string): string {
  return escaped(line).replace(/^(?:Answer|Cause|Fix):(?= |$)/, '**$&**');
}

/** By which GitHub colours what is to be copied: a policy is JSON. */
function languageOf([first = '']: readonly string[]): string {
  return first.startsWith('{') ? 'json' : 'text';
}
