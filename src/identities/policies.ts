import { checkPolicy, policySize } from '../policy/check';
import { isMapping, type PolicyDocument, type PolicyKind } from '../policy/policy-document';
import { jsonFault } from './json-text';
import { keyPathText, type KeyPath } from './key-path';
import type { Reading } from './reading';
import { readWorkspaceFile, shownPath } from './workspace-file';
import { readYaml } from './yaml-text';

/**
 * Characters without white space that AWS takes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MAX_SIZE = { managed: 6144, 'inline, of a user': 2048, 'inline, of a role': 10_240, trust: 4096 } as const;

const MAX_POLICY_BYTES = 100 * 1024;

type PolicySource = string | Readonly<Record<string, unknown>>;

/** A policy from where it stands, in the document or a file of its own. Undefined when there is none, or a broken one. */
export function readPolicy(
  source: PolicySource | undefined,
  path: KeyPath,
  kind: PolicyKind,
  reading: Reading,
): PolicyDocument | undefined {
  if (source === undefined) return undefined;
  if (typeof source === 'string') return readPolicyFile(source, path, kind, reading);
  for (const problem of checkPolicy(source, kind)) reading.problems.addInside(path, placeOf(problem), problem);
  return source;
}

function readPolicyFile(
  source: string,
  path: KeyPath,
  kind: PolicyKind,
  { problems, settings: { workspace } }: Reading,
): PolicyDocument | undefined {
  if (/^\s*\{|\n/.test(source)) {
    problems.add(
      path,
      'holds a text, not a path; a policy should stand here as a mapping, without | or quotes around it',
    );
    return undefined;
  }
  const file = shownPath(workspace, source);
  const found = (sentence: string): void => {
    problems.addInside(path, [], sentence);
  };
  const read = readWorkspaceFile(source, { workspace, maxBytes: MAX_POLICY_BYTES });
  if ('wrong' in read) {
    found(`${file} ${read.wrong}`);
    return undefined;
  }
  const broken = file.toLowerCase().endsWith('.json') ? jsonFault(read.text) : undefined;
  const { value, faults, locate } = readYaml(read.text);
  for (const { position, path: part = [], wrong } of broken ? [broken] : faults) {
    found(`${file}:${position.line}:${position.column}: ${`${keyPathText(part)} ${wrong}`.trim()}`);
  }
  if (broken || value === undefined) return undefined;
  for (const problem of checkPolicy(value, kind)) {
    const { line, column } = locate(placeOf(problem));
    found(`${file}:${line}:${column}: ${problem}`);
  }
  return isMapping(value) ? value : undefined;
}

/** Notes when policies together are larger than AWS takes. */
export function limitSize(
  policies: readonly PolicyDocument[],
  limit: keyof typeof MAX_SIZE,
  path: KeyPath,
  { problems }: Reading,
): void {
  const size = policies.reduce((sum, policy) => sum + policySize(policy), 0);
  if (size <= MAX_SIZE[limit]) return;
  problems.add(
    path,
    `has ${size} characters, white space not counted; it should have at most ${MAX_SIZE[limit]} (${limit})`,
  );
}

/** The place that a policy's problem begins with: `Statement[1].Effect: …`. */
function placeOf(problem: string): KeyPath {
  const [place = ''] = problem.split(': ');
  return [...place.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([text, index]) =>
    index === undefined ? text : Number(index),
  );
}
