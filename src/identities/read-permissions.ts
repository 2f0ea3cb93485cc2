import { accountOfArn, iamArn, isPolicyArn, namesPolicy, partitionOfArn, wholeAccount } from '../aws/arn';
import type { PolicyDocument } from '../policy/policy-document';
import { nearest } from '../text/did-you-mean';
import { quoted } from '../text/value';
import type { DeclaredUser, PolicyReference } from './declaration';
import type { DocumentPart, DocumentReading } from './document-part';
import { readPolicyDocument } from './read-policies';
import { readTags } from './read-tags';
import type { SoundUser } from './structure';
import { distinctItems, namedParts } from './unique-parts';

type GivenPermissions = Omit<SoundUser, 'require-mfa' | 'mfa-device' | 'access-key'>;
type Permissions = Pick<DeclaredUser, 'path' | 'tags' | 'policies' | 'inlinePolicies' | 'permissionsBoundary'>;

/**
 * AWS's own policies whose ARN has a path, and that are often named.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const AWS_POLICY_PATHS: Readonly<Record<string, readonly string[]>> = {
  'job-function/': [
    'Billing',
    'DatabaseAdministrator',
    'DataScientist',
    'NetworkAdministrator',
    'SupportUser',
    'SystemAdministrator',
    'ViewOnlyAccess',
  ],
  'service-role/': [
    'AmazonAPIGatewayPushToCloudWatchLogs',
    'AmazonEBSCSIDriverPolicy',
    'AmazonEC2ContainerServiceforEC2Role',
    'AmazonEC2RoleforSSM',
    'AmazonECSTaskExecutionRolePolicy',
    'AmazonRDSEnhancedMonitoringRole',
    'AWSBatchServiceRole',
    'AWSGlueServiceRole',
    'AWSLambdaBasicExecutionRole',
    'AWSLambdaDynamoDBExecutionRole',
    'AWSLambdaKinesisExecutionRole',
    'AWSLambdaRole',
    'AWSLambdaSQSQueueExecutionRole',
    'AWSLambdaVPCAccessExecutionRole',
  ],
};

/** What users and roles have in common. */
export function readPermissions(part: DocumentPart<GivenPermissions>): Permissions {
  const policies = distinctItems(part.at('policies'), 'names', (text) => declaredName(text, part.reading) ?? text);
  return {
    path: part.given.path ?? '/',
    tags: readTags(part.at('tags')),
    policies: policies.flatMap((policy) => readPolicyReference(policy) ?? []),
    inlinePolicies: readInlinePolicies(part.at('inline-policies')),
    permissionsBoundary: readPolicyReference(part.at('permissions-boundary')),
  };
}

function readInlinePolicies(
  part: DocumentPart<GivenPermissions['inline-policies']>,
): Readonly<Record<string, PolicyDocument>> {
  const policies = namedParts(part).flatMap(([name, source]) => {
    const policy = readPolicyDocument(source, 'inline');
    return policy ? [[name, policy] as const] : [];
  });
  return Object.fromEntries(policies);
}

/** The name of the policy that an ARN means, if the document declares it. One of another account cannot be attached. */
function declaredName(arn: string, { document: { policies = {} } }: DocumentReading): string | undefined {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (!arn.startsWith('arn:') || accountOfArn(arn) === 'aws' || !Object.hasOwn(policies, name)) return undefined;
  return arn.endsWith(`:policy${policies[name]?.path ?? '/'}${name}`) ? name : undefined;
}

/** A managed policy, by the name of one that the document declares or by its ARN. */
function readPolicyReference(part: DocumentPart<string | undefined>): PolicyReference | undefined {
  const { given: written, reading } = part;
  const { partition, isForAws } = reading.settings;
  if (written === undefined) return undefined;
  const asArn = written.replace(/^arn:/i, 'arn:');
  if (!asArn.startsWith('arn:')) {
    if (reading.policyNames.includes(written)) return { declared: written };
    const close = nearest(written, reading.policyNames);
    const own = isForAws ? `; if AWS's own is meant, it is ${arnOfAwsPolicy(written, partition)}` : '';
    const should = close === undefined ? `the name of one, or an ARN${own}` : `${quoted(close)}, perhaps, or an ARN`;
    part.wrong(`is ${quoted(written)}, which is no policy of this document; it should be ${should}`);
    return undefined;
  }
  const isPolicy = isForAws ? isPolicyArn : namesPolicy;
  const actual = partitionOfArn(written);
  if (!isPolicy(written)) {
    const whole = wholeAccount(asArn) ?? asArn;
    const example = isPolicy(whole) ? whole : `arn:${partition}:iam::123456789012:policy/name`;
    part.wrong(`is ${quoted(written)}; it should be the ARN of a policy, such as ${example}`);
  } else if (isForAws && actual !== partition) {
    part.wrong(`is of the partition ${actual}; it should be of that of the region, ${partition}`);
  }
  return { arn: written };
}

/** The ARN of AWS's own policy of a name, as far as AWS can have one of it. */
function arnOfAwsPolicy(name: string, partition: string): string {
  const [path = ''] = Object.entries(AWS_POLICY_PATHS).find(([, names]) => names.includes(name)) ?? [];
  return iamArn({ partition, account: 'aws' }, `policy/${path}${name}`);
}
