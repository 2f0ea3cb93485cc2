import { actionRule } from './check-actions';
import { characterProblems } from './check-characters';
import { conditionProblems } from './check-conditions';
import { principalProblems } from './check-principals';
import { trustProblems } from './check-trust';
import {
  isMapping,
  POLICY_ELEMENTS,
  policyText,
  STATEMENT_ELEMENTS,
  type PolicyDocument,
  type PolicyKind,
} from './policy-document';
import { members, missing, nearest, textProblems, unknownName, wrong, type Problems, type Rule } from './problem';

type Statement = Readonly<Record<string, unknown>>;

const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17'];
const VERSION = '2012-10-17 (or the old 2008-10-17)';
const STATEMENTS = 'a statement or a list of statements';
const EFFECT = 'Allow or Deny';

/** Misplaced elements by kind, and why they are. */
const FOREIGN: Readonly<Record<PolicyKind, { readonly elements: readonly string[]; readonly why: string }>> = {
  identity: {
    elements: ['Principal', 'NotPrincipal'],
    why: 'does not belong in a policy of a user or role, who is its principal',
  },
  trust: {
    elements: ['Resource', 'NotResource'],
    why: 'does not belong in a trust policy, whose resource is the role itself',
  },
};

// A wildcard in the last part may stand for the parts that are left out.
const RESOURCE: Rule = {
  fits: (text) => text === '*' || /^arn:([^:]*:){4}.+$/s.test(text) || /^arn:.*\*$/s.test(text),
  should: 'an ARN (arn:partition:service:region:account:resource), with wildcards if need be, or *',
};

/**
 * Everything for which AWS would refuse a policy, and what makes a trust policy unsafe; empty if there is nothing. Each
 * problem is a sentence that begins with its place: `Statement[1].Effect: is "allow"; it should be Allow or Deny`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function checkPolicy(policy: unknown, kind: PolicyKind): readonly string[] {
  return isMapping(policy)
    ? [...policyProblems(policy, kind), ...characterProblems(policy)]
    : [wrong('policy', policy, 'a mapping with Version and Statement')];
}

/** Characters of a policy as AWS's quotas count them: without white space. */
export function policySize(policy: PolicyDocument): number {
  return policyText(policy).replace(/\s/g, '').length;
}

function* policyProblems(policy: PolicyDocument, kind: PolicyKind): Problems {
  yield* elementProblems(policy, POLICY_ELEMENTS);
  const { Version, Id, Statement } = policy;
  if (Version !== undefined && !VERSIONS.includes(Version)) yield wrong('Version', Version, VERSION);
  if (Id !== undefined && typeof Id !== 'string') yield wrong('Id', Id, 'text');
  if (Statement === undefined) {
    if (!means(policy, POLICY_ELEMENTS, 'Statement')) yield missing('Statement', STATEMENTS);
    return;
  }
  const sids = new Map<string, string>();
  for (const [place, statement] of members(Statement, 'Statement')) {
    if (isMapping(statement)) {
      yield* statementProblems(statement, place, kind);
      yield* sidProblems(statement.Sid, place, sids, kind);
    } else {
      yield wrong(place, statement, place === 'Statement' ? STATEMENTS : 'a statement');
    }
  }
}

function* statementProblems(statement: Statement, place: string, kind: PolicyKind): Problems {
  yield* elementProblems(statement, STATEMENT_ELEMENTS, place);
  yield* effectProblems(statement, place);
  yield* foreignProblems(statement, place, kind);
  yield* eitherProblems(statement, 'Action', place, (value, where) => textProblems(value, where, actionRule(kind)));
  yield* kind === 'trust'
    ? eitherProblems(statement, 'Principal', place, principalProblems)
    : eitherProblems(statement, 'Resource', place, (value, where) => textProblems(value, where, RESOURCE));
  yield* conditionProblems(statement.Condition, `${place}.Condition`);
  if (kind === 'trust' && statement.Effect === 'Allow') yield* trustProblems(statement, place);
}

/** Elements that AWS does not know; it minds their case. */
function* elementProblems(mapping: Statement, known: readonly string[], place?: string): Problems {
  for (const name of Object.keys(mapping)) {
    if (known.includes(name)) continue;
    yield unknownName(place === undefined ? name : `${place}.${name}`, known, nearest(name, known));
  }
}

function* effectProblems(statement: Statement, place: string): Problems {
  const { Effect } = statement;
  if (Effect === 'Allow' || Effect === 'Deny') return;
  if (Effect !== undefined) yield wrong(`${place}.Effect`, Effect, EFFECT);
  else if (!means(statement, STATEMENT_ELEMENTS, 'Effect')) yield missing(`${place}.Effect`, EFFECT);
}

function* foreignProblems(statement: Statement, place: string, kind: PolicyKind): Problems {
  const { elements, why } = FOREIGN[kind];
  for (const element of elements) {
    if (statement[element] !== undefined) yield `${place}.${element}: ${why}; it should not be there`;
  }
}

/** An element that must stand in a statement, as it is or negated (`Action` or `NotAction`), and not as both. */
function* eitherProblems(
  statement: Statement,
  element: 'Action' | 'Principal' | 'Resource',
  place: string,
  problemsOf: (value: unknown, place: string) => Problems,
): Problems {
  const forms = [element, `Not${element}`];
  const given = forms.filter((form) => statement[form] !== undefined);
  if (given.length === 2) yield `${place}: has both ${forms.join(' and ')}; it should have one of them`;
  else if (!forms.some((form) => means(statement, STATEMENT_ELEMENTS, form))) {
    yield `${place}: has neither ${forms.join(' nor ')}; it should have one of them`;
  }
  for (const form of given) yield* problemsOf(statement[form], `${place}.${form}`);
}

/**
 * A statement's ID: unique, and with few characters in policies of users and roles.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
 */
function* sidProblems(sid: unknown, place: string, sids: Map<string, string>, kind: PolicyKind): Problems {
  // The IAM console writes empty ones, which AWS takes for none.
  if (sid === undefined || sid === '') return;
  if (typeof sid !== 'string') {
    yield wrong(`${place}.Sid`, sid, 'text');
    return;
  }
  if (kind === 'identity' && !/^[A-Za-z0-9]+$/.test(sid)) {
    yield wrong(`${place}.Sid`, sid, 'of the letters A-Z, a-z and digits only');
  }
  const first = sids.get(sid);
  if (first === undefined) sids.set(sid, place);
  else yield wrong(`${place}.Sid`, sid, `unique, and ${first} has the same`);
}

/** Whether the mapping has the element, or one that was probably meant to be it and is reported as unknown. */
function means(mapping: Statement, known: readonly string[], element: string): boolean {
  return Object.entries(mapping).some(([name, value]) => value !== undefined && nearest(name, known) === element);
}
