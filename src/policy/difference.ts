import { structuredPatch } from 'diff';
import { canonicalPolicy, type Spelling } from './meaning';
import type { PolicyDocument } from './policy-document';

const CONTEXT_LINES = 2;

/**
 * What changes from one policy to another, as lines for people: each begins with `+ `, `- ` or two spaces, and `…`
 * stands for lines omitted between changes. Empty when both have the same meaning; from an empty policy, all is new.
 */
export function difference(before: PolicyDocument, after: PolicyDocument): readonly string[] {
  const spelling = firstSpelling();
  const wanted = lines(canonicalPolicy(after, spelling));
  const present = lines(canonicalPolicy(before, spelling));
  const { hunks } = structuredPatch('', '', present, wanted, '', '', { context: CONTEXT_LINES });
  return hunks.flatMap((hunk, index) => [
    ...(index === 0 ? [] : ['…']),
    ...hunk.lines.map((line) => `${line.slice(0, 1)} ${line.slice(1)}`),
  ]);
}

/** Writes a name the way it was first written, so that spelling alone makes no difference and people see their own. */
function firstSpelling(): Spelling {
  const spellings = new Map<string, string>();
  return (name, written = name) => {
    const spelling = spellings.get(name.toLowerCase()) ?? written;
    spellings.set(name.toLowerCase(), spelling);
    return spelling;
  };
}

/** JSON without the commas at the ends of lines: one would come or go with whatever follows it. */
function lines(policy: PolicyDocument): string {
  if (Object.keys(policy).length === 0) return '';
  return `${JSON.stringify(policy, undefined, 2).replaceAll(/,$/gm, '')}\n`;
}
