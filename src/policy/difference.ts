import { structuredPatch } from 'diff';
import type { PolicyDocument } from './policy-document';
import { rewritten } from './rewritten';

const CONTEXT_LINES = 2;

/**
 * What changes from one policy to another, as lines of JSON for people: each begins with `+ `, `- ` or two spaces, and
 * `…` stands for lines omitted between changes. Empty when both have the same meaning. The new policy is shown as it was
 * written, and the old one in the same way as far as both mean the same.
 */
export function difference(before: PolicyDocument, after: PolicyDocument): readonly string[] {
  if (isEmpty(before)) return isEmpty(after) ? [] : jsonLines(after).map((line) => `+ ${line}`);
  const wanted = jsonLines(after);
  const present = jsonLines(rewritten(before, after));
  const { hunks } = structuredPatch('', '', comparable(present), comparable(wanted), '', '', {
    context: CONTEXT_LINES,
  });
  return hunks.flatMap(({ oldStart, newStart, lines }, index) => {
    let [old, now] = [oldStart - 1, newStart - 1];
    const shown = lines.map((line) => {
      const sign = line.slice(0, 1);
      if (sign === '-') return `- ${present[old++] ?? ''}`;
      if (sign === ' ') old++;
      return `${sign} ${wanted[now++] ?? ''}`;
    });
    return index === 0 ? shown : ['…', ...shown];
  });
}

function jsonLines(policy: PolicyDocument): readonly string[] {
  return isEmpty(policy) ? [] : JSON.stringify(policy, undefined, 2).split('\n');
}

/** Lines to compare: the comma at the end of one comes or goes with whatever follows it, which is no change of the line. */
function comparable(lines: readonly string[]): string {
  return lines.map((line) => `${line.replace(/,$/, '')}\n`).join('');
}

function isEmpty(policy: PolicyDocument): boolean {
  return Object.keys(policy).length === 0;
}
