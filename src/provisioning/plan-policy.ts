import type { DeclaredPolicy } from '../identities/declaration';
import { difference } from '../policy/difference';
import { sameMeaning } from '../policy/meaning';
import { policyText } from '../policy/policy-document';
import type { ExistingPolicy } from './account';
import { policyArn } from './arns';
import {
  changeOf,
  NO_DIFFERENCE,
  newSettings,
  newTags,
  notOurs,
  pathSetting,
  tagChanges,
  tagList,
  wantedTags,
  type Difference,
  type Rules,
} from './plan-changes';
import type { Planned } from './plan';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html */
const MAX_VERSIONS = 5;

/** Makes a managed policy say what is declared. */
export function planPolicy(declared: DeclaredPolicy, existing: ExistingPolicy | undefined, rules: Rules): Planned {
  const { name, path, description, document, tags } = declared;
  const arn = policyArn(declared, rules.place);
  if (!existing) {
    const input = {
      PolicyName: name,
      Path: path,
      PolicyDocument: policyText(document),
      ...(description !== undefined && { Description: description }),
      Tags: tagList(wantedTags(tags, rules)),
    };
    return {
      change: {
        action: 'create',
        kind: 'policy',
        name,
        details: [
          ...newSettings({
            path: pathSetting(path),
            description: description === undefined ? undefined : JSON.stringify(description),
          }),
          ...difference({}, document),
          ...newTags(tags, rules),
        ],
        stages: [[{ operation: 'CreatePolicy', input }]],
        creates: { kind: 'policy', arn },
      },
    };
  }
  const obstacle = notOurs('policy', arn, existing.tags, rules);
  if (obstacle) return { obstacle };
  const kept = changeOf('policy', name, [
    documentChanges(declared, existing),
    tagChanges(existing.tags, tags, rules, {
      tag: (Tags) => ({ operation: 'TagPolicy', input: { PolicyArn: arn, Tags } }),
      untag: (TagKeys) => ({ operation: 'UntagPolicy', input: { PolicyArn: arn, TagKeys } }),
    }),
    descriptionNote(declared, existing),
  ]);
  return { change: kept };
}

function documentChanges(
  { document }: DeclaredPolicy,
  { arn, document: before, versions }: ExistingPolicy,
): Difference {
  if (sameMeaning(before, document)) return NO_DIFFERENCE;
  const oldest = versions.find(({ isDefault }) => !isDefault);
  const full = versions.length >= MAX_VERSIONS && oldest;
  return {
    details: [
      ...difference(before, document),
      ...(full ? [`- version ${oldest.id}, the oldest of ${MAX_VERSIONS}`] : []),
    ],
    removing: full ? [{ operation: 'DeletePolicyVersion', input: { PolicyArn: arn, VersionId: oldest.id } }] : [],
    adding: [
      {
        operation: 'CreatePolicyVersion',
        input: { PolicyArn: arn, PolicyDocument: policyText(document), SetAsDefault: true },
      },
    ],
  };
}

/** A policy has its description for life. */
function descriptionNote({ description = '' }: DeclaredPolicy, existing: ExistingPolicy): Difference {
  if (description === existing.description) return NO_DIFFERENCE;
  return { details: [`the description stays ${JSON.stringify(existing.description)}: AWS does not change it`] };
}
