import type { ActionError, MessagePart } from '../errors/action-error';

/** What a summary says of a failure that its message does not. */
export interface FailedStep {
  readonly mode: string;
  /** Of whom the step worked as, where that was known. */
  readonly arn: string | undefined;
  /** Where the failure is described: a URL, or the path of the page. */
  readonly page: string;
}

/** Characters that Markdown or HTML give a meaning to. */
const SPECIAL = /[\\`*_{}[\]<>#|~&]/g;
const URL_TEXT = /(https?:\/\/[\w.:/%#?=+~-]+)/;

/** A failure as the job summary shows it: prose that wraps, and what is to be copied in a block. */
export function failureMarkdown({ code, parts }: ActionError, { mode, arn, page }: FailedStep): string[] {
  const as = arn === undefined ? '' : `, as ${escaped(arn)}`;
  const link = page.startsWith('http') ? `[${code}](${page})` : `${code} in ${page}`;
  return [`### AWS ${mode} failed${as}`, ...parts.flatMap(partMarkdown), '', `More about this error: ${link}`];
}

function partMarkdown({ label, text }: MessagePart): string[] {
  const [first = '', ...lines] = text.split('\n');
  const start = label === undefined ? `**${escaped(first)}**` : `**${label}:** ${escaped(first)}`;
  return ['', start, ...blocks(lines)];
}

/** The further lines of a text: indented ones are to be copied, as a policy or a command is; the others are prose. */
function blocks(lines: readonly string[]): string[] {
  const markdown: string[] = [];
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const copied = line.startsWith('  ');
    if (copied && fence === undefined) {
      fence = fenceFor(lines.slice(index));
      markdown.push('', `${fence}text`);
    } else if (!copied && fence !== undefined) {
      markdown.push(fence, '');
      fence = undefined;
    }
    if (copied) markdown.push(line.slice(2));
    else if (line.startsWith('- ')) markdown.push(`- ${escaped(line.slice(2))}`);
    else markdown.push('', escaped(line));
  }
  return fence === undefined ? markdown : [...markdown, fence];
}

/** Longer than any row of backticks in the lines, which may be anyone's. */
function fenceFor(lines: readonly string[]): string {
  const rows = lines.join('\n').match(/`+/g) ?? [];
  return '`'.repeat(Math.max(3, ...rows.map((row) => row.length + 1)));
}

function escaped(text: string): string {
  return text
    .split(URL_TEXT)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(SPECIAL, '\\$&')))
    .join('');
}
