/**
 * What the runner takes of one step, in bytes. It drops all of a summary that is larger.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const MAX_BYTES = 1024 * 1024;

const REST = '**The summary ends here, as a step has room for 1 MiB. The rest is in the log of the step.**';

/**
 * The Markdown, or as many of its lines as have room, and a sentence that says so. Blocks that are open there are closed.
 *
 * @param taken how many bytes the summary of the step has already
 */
export function fittingSummary(markdown: string, taken: number): string {
  const room = MAX_BYTES - taken;
  if (Buffer.byteLength(markdown) <= room) return markdown;
  const open: string[] = [];
  let [at, bytes, cut, end] = [0, 0, 0, ''];
  for (const line of markdown.split('\n')) {
    at += line.length + 1;
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > room) break;
    follow(line, open);
    const closing = [...open.toReversed(), '', REST, ''].join('\n');
    if (bytes + Buffer.byteLength(closing) <= room) [cut, end] = [at, closing];
  }
  return markdown.slice(0, cut) + end;
}

/** Notes what closes the block that a line opens, or that the line closes one. */
function follow(line: string, open: string[]): void {
  const last = open.at(-1);
  const inFence = last?.includes('```') === true;
  const [fence] = /^\s*`{3,}/.exec(line) ?? [];
  if (line === last) open.pop();
  else if (fence !== undefined && !inFence) open.push(fence);
  else if (/^<details\b/.test(line) && !inFence) open.push('</details>');
}
