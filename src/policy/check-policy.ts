import { wholeAccount } from '../aws/arn';
import { nearest } from '../text/did-you-mean';
import { type KeyPath, keyPathText, type PartProblem } from '../text/problem';
import { isMapping, kindOf } from '../text/value';
import { certificateProblems } from './check-certificates';
import { characterProblems } from './check-characters';
import { conditionProblems } from './check-conditions';
import { principalProblems } from './check-principals';
import { trustProblems } from './check-trust';
import {
  fitsPattern,
  POLICY_ELEMENTS,
  policyText,
  STATEMENT_ELEMENTS,
  type PolicyDocument,
  type PolicyKind,
  type Statement,
} from './policy-document';
import { members, textProblems, unknownName, wrong, type PolicyProblems, type TextRule } from './policy-problem';

const VERSION = '2012-10-17';
const OLD_VERSION = '2008-10-17';
const STATEMENTS = 'a statement or a list of statements';

/** Elements that are misplaced in a trust policy, or in another, and why they are. */
const MISPLACED = {
  inTrust: {
    elements: ['Resource', 'NotResource'],
    why: 'does not belong in a trust policy, whose resource is the role itself',
  },
  inOthers: {
    elements: ['Principal', 'NotPrincipal'],
    why: 'does not belong in a policy of a user or role, who is its principal',
  },
};

/**
 * What someone who assumes a role does to it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
const TRUST_ACTIONS = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
const ACTION: TextRule = {
  fits: (text) => text === '*' || /^[\w*?-]+:[\w*?-]+$/.test(text),
  should: 'service:Name, with wildcards if need be, or *',
};

const TRUST_ACTION: TextRule = { fits: meansTrustAction, should: `one of ${TRUST_ACTIONS.join(', ')}, or sts:*` };

const RESOURCE: TextRule = {
  // A wildcard in the last part may stand for the parts that are omitted. An account of fewer digits is nobody's.
  fits: (text) =>
    text === '*' || (/^arn:([^:]*:){4}|^arn:.*\*$/s.test(text) && !/^arn:([^:]*:){3}\d{1,11}:/.test(text)),
  should: 'an ARN (arn:partition:service:region:account:resource), with wildcards if need be, or *',
  meant: wholeAccount,
};

/** Of another vendor, whose accounts have forms of their own. */
const OTHER_RESOURCE: TextRule = { fits: (text) => text === '*' || text.startsWith('arn:'), should: 'an ARN, or *' };

/**
 * Everything for which AWS would refuse a policy, and what makes a trust policy unsafe; empty if there is nothing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 *
 * @param isForAws whether accounts and ARNs must have the forms of AWS
 */
export function checkPolicy(
  policy: unknown,
  kind: PolicyKind,
  { isForAws } = { isForAws: true },
): readonly PartProblem[] {
  return isMapping(policy)
    ? [...policyProblems(policy, kind, isForAws), ...characterProblems(policy)]
    : [notAPolicy(policy)];
}

/** Whether a value has anything of a policy: what has not may be anything, and secret. */
export function resemblesPolicy(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const keys = Object.keys(value);
  return (
    keys.length === 0 ||
    POLICY_ELEMENTS.some((element) => element in value) ||
    keys.some((key) => nearest(key, POLICY_ELEMENTS) === 'Statement')
  );
}

/** What to say of a value that does not resemble a policy: of what kind it is, and nothing that it holds. */
export function notAPolicy(value: unknown): PartProblem {
  return { path: [], message: `is ${kindOf(value)}; it should be a mapping with Version and Statement` };
}

/** Characters of a policy as AWS's quotas count them: without white space. */
export function policySize(policy: PolicyDocument): number {
  return policyText(policy).replace(/\s/g, '').length;
}

function* policyProblems(policy: PolicyDocument, kind: PolicyKind, isForAws: boolean): PolicyProblems {
  yield* elementProblems(policy, POLICY_ELEMENTS, []);
  yield* versionProblems(policy, kind);
  const { Id, Statement } = policy;
  if (Id !== undefined && typeof Id !== 'string') yield wrong(['Id'], Id, 'text');
  if (Statement === undefined) {
    if (!means(policy, POLICY_ELEMENTS, 'Statement')) yield wrong(['Statement'], Statement, STATEMENTS);
    return;
  }
  const sids = new Map<string, KeyPath>();
  for (const [path, statement] of members(Statement, ['Statement'])) {
    if (isMapping(statement)) {
      yield* statementProblems(statement, path, kind, isForAws);
      yield* sidProblems(statement.Sid, path, sids, kind);
    } else {
      yield wrong(path, statement, path.length === 1 ? STATEMENTS : 'a statement');
    }
  }
  if (kind === 'trust') yield* certificateProblems(policy);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html */
function* versionProblems(policy: PolicyDocument, kind: PolicyKind): PolicyProblems {
  const { Version } = policy;
  if (Version === VERSION || (Version === undefined && means(policy, POLICY_ELEMENTS, 'Version'))) return;
  if (kind === 'managed') yield wrong(['Version'], Version, `${VERSION}, as AWS takes no other in a managed policy`);
  else if (Version !== undefined && Version !== OLD_VERSION) {
    yield wrong(['Version'], Version, `${VERSION} (or the old ${OLD_VERSION})`);
  }
}

function* statementProblems(statement: Statement, path: KeyPath, kind: PolicyKind, isForAws: boolean): PolicyProblems {
  yield* elementProblems(statement, STATEMENT_ELEMENTS, path);
  yield* effectProblems(statement, path);
  const isTrust = kind === 'trust';
  const { elements, why } = isTrust ? MISPLACED.inTrust : MISPLACED.inOthers;
  for (const element of elements) {
    if (statement[element] !== undefined) yield { path: [...path, element], message: `${why}; it should not be there` };
  }
  yield* eitherProblems(statement, 'Action', path, (value, at) =>
    textProblems(value, at, isTrust ? TRUST_ACTION : ACTION),
  );
  yield* isTrust
    ? eitherProblems(statement, 'Principal', path, (value, at) => principalProblems(value, at, isForAws))
    : eitherProblems(statement, 'Resource', path, (value, at) =>
        textProblems(value, at, isForAws ? RESOURCE : OTHER_RESOURCE),
      );
  yield* conditionProblems(statement.Condition, [...path, 'Condition'], isForAws);
  if (isTrust && statement.Effect === 'Allow') yield* trustProblems(statement, path);
}

/** Elements that AWS does not know; it minds their case. */
function* elementProblems(mapping: Statement, known: readonly string[], path: KeyPath): PolicyProblems {
  for (const name of Object.keys(mapping)) {
    if (!known.includes(name)) yield unknownName([...path, name], known);
  }
}

function* effectProblems(statement: Statement, path: KeyPath): PolicyProblems {
  const { Effect } = statement;
  if (Effect === 'Allow' || Effect === 'Deny') return;
  if (Effect === undefined && means(statement, STATEMENT_ELEMENTS, 'Effect')) return;
  yield wrong([...path, 'Effect'], Effect, 'Allow or Deny');
}

/** The case of actions does not count. */
function meansTrustAction(text: string): boolean {
  if (!/^sts:[a-z*?]+$/i.test(text)) return false;
  return TRUST_ACTIONS.some((action) => fitsPattern(action.toLowerCase(), text.toLowerCase()));
}

/** An element that must stand in a statement, as it is or negated (`Action` or `NotAction`), and not as both. */
function* eitherProblems(
  statement: Statement,
  element: 'Action' | 'Principal' | 'Resource',
  path: KeyPath,
  problemsOf: (value: unknown, path: KeyPath) => PolicyProblems,
): PolicyProblems {
  const forms = [element, `Not${element}`];
  const given = forms.filter((form) => statement[form] !== undefined);
  if (given.length === 2) yield { path, message: `has both ${forms.join(' and ')}; it should have one of them` };
  else if (!forms.some((form) => means(statement, STATEMENT_ELEMENTS, form))) {
    yield { path, message: `has neither ${forms.join(' nor ')}; it should have one of them` };
  }
  for (const form of given) yield* problemsOf(statement[form], [...path, form]);
}

/**
 * A statement's ID: unique, and with few characters in policies of users and roles.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
 */
function* sidProblems(sid: unknown, statement: KeyPath, sids: Map<string, KeyPath>, kind: PolicyKind): PolicyProblems {
  // The IAM console writes empty ones, which AWS takes for none.
  if (sid === undefined || sid === '') return;
  const path = [...statement, 'Sid'];
  if (typeof sid !== 'string') {
    yield wrong(path, sid, 'text');
    return;
  }
  if (kind !== 'trust' && !/^[A-Za-z0-9]+$/.test(sid)) {
    yield wrong(path, sid, 'of the letters A-Z, a-z and digits only');
  }
  const first = sids.get(sid);
  if (first === undefined) sids.set(sid, statement);
  else yield wrong(path, sid, `unique, and ${keyPathText(first)} has the same`);
}

/** Whether the mapping has the element, or one that was probably meant to be it and is reported as unknown. */
function means(mapping: Statement, known: readonly string[], element: string): boolean {
  return Object.entries(mapping).some(([name, value]) => value !== undefined && nearest(name, known) === element);
}
