import { isMapping } from '../policy/policy-document';
import type { Declaration } from './declaration';
import { Deliveries } from './deliveries';
import { DocumentProblems } from './document-problems';
import { readDocumentText } from './document-text';
import { readOidcProviders } from './oidc-providers';
import type { DocumentSettings, Reading } from './reading';
import { readPolicies, readRoles, readUsers } from './sections';
import { readStructure } from './structure';
import { readYaml } from './yaml-text';

export type { DocumentSettings } from './reading';

export interface ReadDocument {
  readonly declaration: Declaration;
  /** What is worth saying although nothing is wrong with it. */
  readonly warnings: readonly string[];
}

/**
 * Reads an identity document, from the value of the input `identities`: a path in the workspace or the document itself.
 * Everything that is wrong with it is found at once, each problem on a line: where it is, what is wrong and what it should
 * be. Only where the text is no YAML at all, its syntax is all that is told.
 */
export function readDocument(
  input: string,
  settings: DocumentSettings,
): ReadDocument | { readonly problems: readonly string[] } {
  const given = readDocumentText(input, settings.workspace);
  if ('wrong' in given) return { problems: [given.wrong] };
  const yaml = readYaml(given.text);
  const problems = new DocumentProblems(yaml, given.file);
  for (const fault of yaml.faults) problems.addFault(fault);
  if (yaml.value === undefined) return { problems: problems.lines() };
  const { sound, wrongs } = readStructure(yaml.value);
  for (const { path, wrong } of wrongs) problems.add(path, wrong);
  const reading: Reading = {
    settings,
    document: sound,
    policyNames: isMapping(yaml.value) && isMapping(yaml.value.policies) ? Object.keys(yaml.value.policies) : [],
    yaml,
    problems,
    warnings: [],
    deliveries: new Deliveries(problems),
  };
  const declaration = readDeclaration(reading);
  if (!problems.any && isEmpty(declaration)) {
    problems.add([], 'declares nothing; it should have at least one of policies, users, roles and oidc-providers');
  }
  return problems.any ? { problems: problems.lines() } : { declaration, warnings: reading.warnings };
}

function readDeclaration(reading: Reading): Declaration {
  return {
    oidcProviders: readOidcProviders(reading),
    policies: readPolicies(reading),
    users: readUsers(reading),
    roles: readRoles(reading),
  };
}

function isEmpty({ oidcProviders, policies, users, roles }: Declaration): boolean {
  return [oidcProviders, policies, users, roles].every((section) => section.length === 0);
}
