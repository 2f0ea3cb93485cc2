import { checkPolicy, policySize } from '../policy/check-policy';
import { isMapping, type PolicyDocument, type PolicyKind } from '../policy/policy-document';
import { jsonProblem } from '../text/json';
import type { KeyPath } from '../text/problem';
import { readWorkspaceFile, shownPath } from '../text/workspace-file';
import { readYaml } from '../text/yaml';
import type { DocumentReading } from './document-reading';

/**
 * Characters without white space that AWS takes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MAX_SIZE = { managed: 6144, 'inline, of a user': 2048, 'inline, of a role': 10_240, trust: 4096 } as const;

const MAX_POLICY_BYTES = 100 * 1024;

/** A path to a file in the workspace, or the policy itself. */
type PolicySource = string | Readonly<Record<string, unknown>>;

/** A policy from the document or a file of its own. Undefined when there is none, or a broken one. */
export function readPolicyDocument(
  source: PolicySource | undefined,
  path: KeyPath,
  kind: PolicyKind,
  reading: DocumentReading,
): PolicyDocument | undefined {
  if (source === undefined) return undefined;
  if (typeof source === 'string') return readPolicyFile(source, path, kind, reading);
  for (const problem of checkPolicy(source, kind)) reading.problems.add([...path, ...problem.path], problem.message);
  return source;
}

function readPolicyFile(
  source: string,
  path: KeyPath,
  kind: PolicyKind,
  { problems, settings: { workspace } }: DocumentReading,
): PolicyDocument | undefined {
  if (/^\s*\{|\n/.test(source)) {
    problems.add(
      path,
      'holds a text, not a path; a policy should stand here as a mapping, without | or quotes around it',
    );
    return undefined;
  }
  const file = shownPath(workspace, source);
  const read = readWorkspaceFile(source, { workspace, maxBytes: MAX_POLICY_BYTES });
  if ('wrong' in read) {
    problems.add(path, `names ${file}, which ${read.wrong}`);
    return undefined;
  }
  const broken = file.toLowerCase().endsWith('.json') ? jsonProblem(read.text) : undefined;
  const { value, problems: inText, locate } = readYaml(read.text);
  for (const problem of broken ? [broken] : inText) problems.addInFile(file, problem, path);
  if (broken || value === undefined) return undefined;
  for (const problem of checkPolicy(value, kind)) {
    problems.addInFile(file, { ...problem, ...locate(problem.path) }, path);
  }
  return isMapping(value) ? value : undefined;
}

/** Notes when policies together are larger than AWS takes. */
export function limitSize(
  policies: readonly PolicyDocument[],
  limit: keyof typeof MAX_SIZE,
  path: KeyPath,
  { problems }: DocumentReading,
): void {
  const size = policies.reduce((sum, policy) => sum + policySize(policy), 0);
  if (size <= MAX_SIZE[limit]) return;
  problems.add(
    path,
    `has ${size} characters, white space not counted; it should have at most ${MAX_SIZE[limit]} (${limit})`,
  );
}
