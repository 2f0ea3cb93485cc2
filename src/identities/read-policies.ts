import { audienceProblems } from '../policy/check-audiences';
import { checkPolicy, notAPolicy, policySize, resemblesPolicy } from '../policy/check-policy';
import { trustWarnings } from '../policy/check-trust';
import { POLICY_ELEMENTS, STATEMENT_ELEMENTS, type PolicyDocument, type PolicyKind } from '../policy/policy-document';
import { jsonProblem } from '../text/json';
import { keyPathText, type KeyPath, type PartProblem } from '../text/problem';
import { isMapping } from '../text/value';
import { readWorkspaceFile, shownPath } from '../text/workspace-file';
import { alteredScalars, readYaml, type YamlText } from '../text/yaml';
import type { DeclaredPolicy } from './declaration';
import type { DocumentPart, DocumentReading } from './document-part';
import { readTags } from './read-tags';
import type { SoundDocument } from './structure';
import { namedParts } from './unique-parts';

/**
 * Characters without white space that AWS takes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MAX_SIZE = { managed: 6144, 'inline, of a user': 2048, 'inline, of a role': 10_240, trust: 4096 } as const;

const MAX_POLICY_BYTES = 100 * 1024;

/** Stands for the account where only the size of a policy matters, which is the same in all. */
export const SOME_ACCOUNT = '123456789012';

/** A path to a file in the workspace, or the policy itself. */
type PolicySource = string | Readonly<Record<string, unknown>>;

/** The customer managed policies of a document. */
export function readDeclaredPolicies(policies: DocumentPart<SoundDocument['policies']>): DeclaredPolicy[] {
  return namedParts(policies).flatMap(([name, part]) => {
    const { path = '/', description } = part.given;
    const document = readPolicyDocument(part.at('document'), 'managed');
    const tags = readTags(part.at('tags'));
    if (!document) return [];
    limitSize([document], 'managed', part.at('document'));
    return { name, path, description, document, tags };
  });
}

/** A policy from the document or a file of its own. Undefined when there is none, or a broken one. */
export function readPolicyDocument(
  part: DocumentPart<PolicySource | undefined>,
  kind: PolicyKind,
): PolicyDocument | undefined {
  const { given: source, path, reading } = part;
  if (source === undefined) return undefined;
  if (typeof source === 'string') return readPolicyFile(part.as(source), kind);
  const { problems, yaml } = reading;
  const within = (problem: PartProblem) => [[...path, ...problem.path], problem.message] as const;
  const { wrong, warnings } = checkSource(source, kind, reading, (at) => yaml.written([...path, ...at]));
  for (const problem of wrong) problems.add(...within(problem));
  for (const warning of warnings) problems.warn(...within(warning));
  return source;
}

function readPolicyFile(part: DocumentPart<string>, kind: PolicyKind): PolicyDocument | undefined {
  const { problems, settings, files } = part.reading;
  if (/^\s*\{|\n/.test(part.given)) {
    part.wrong('holds a text, not a path; a policy should stand here as a mapping, without | or quotes around it');
    return undefined;
  }
  const { workspace } = settings;
  const file = shownPath(workspace, part.given);
  files.push(file);
  const read = readWorkspaceFile(part.given, { workspace, maxBytes: MAX_POLICY_BYTES, namedIn: problems.file });
  if ('wrong' in read) {
    part.wrong(`names ${file}, which ${read.wrong}`);
    return undefined;
  }
  const broken = file.toLowerCase().endsWith('.json') ? jsonProblem(read.text) : undefined;
  const { value, problems: inText, locate, written } = readYaml(read.text);
  if (!broken && value !== undefined && !resemblesPolicy(value)) {
    problems.addInFile(file, { ...notAPolicy(value), line: 1, column: 1 }, part.path);
    return undefined;
  }
  for (const problem of broken ? [broken] : inText) problems.addInFile(file, problem, part.path);
  if (broken || value === undefined) return undefined;
  const { wrong, warnings } = checkSource(value, kind, part.reading, written);
  for (const problem of wrong) problems.addInFile(file, { ...problem, ...locate(problem.path) }, part.path);
  for (const warning of warnings) problems.warnInFile(file, { ...warning, ...locate(warning.path) }, part.path);
  return isMapping(value) ? value : undefined;
}

/** What is wrong with a policy as it is written, or worth saying about it. */
function checkSource(policy: unknown, kind: PolicyKind, reading: DocumentReading, written: YamlText['written']) {
  const { isForAws } = reading.settings;
  const altered = isMapping(policy) ? alteredScalars(policy, written).filter(({ path }) => isOfPolicy(path)) : [];
  const paths = new Set(altered.map(({ path }) => keyPathText(path)));
  const trust = kind === 'trust' && isMapping(policy) ? policy : undefined;
  const ofAudiences = trust ? audienceProblems(trust, reading.audiences) : [];
  const problems = [...checkPolicy(policy, kind, { isForAws }), ...ofAudiences];
  const others = problems.filter(({ path }) => !paths.has(keyPathText(path)));
  return { wrong: [...altered, ...others], warnings: trust ? [...trustWarnings(trust)] : [] };
}

/** Whether a path leads to a part that policies have: nobody can say what is in others, and whether it is secret. */
function isOfPolicy(path: KeyPath): boolean {
  const [element, ...rest] = path;
  const inStatement = rest.find((key) => typeof key === 'string');
  return (
    POLICY_ELEMENTS.some((known) => known === element) &&
    (inStatement === undefined || STATEMENT_ELEMENTS.some((known) => known === inStatement))
  );
}

/** Notes when policies together are larger than AWS takes. */
export function limitSize(
  policies: readonly PolicyDocument[],
  limit: keyof typeof MAX_SIZE,
  part: DocumentPart<unknown>,
): void {
  const size = policies.reduce((sum, policy) => sum + policySize(policy), 0);
  if (size <= MAX_SIZE[limit]) return;
  part.wrong(`has ${size} characters, white space not counted; it should have at most ${MAX_SIZE[limit]} (${limit})`);
}
