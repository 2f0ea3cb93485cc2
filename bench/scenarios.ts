import { join } from 'node:path';
import { emptyNode, mainOf, postOf, type Action, type Contender, type StepInput } from './contenders';
import { oneStep, stepForEach } from './many-roles';
import type { RemoteSandbox } from './remote-sandbox';
import { answerFromCache } from './renewing-profile';
import { awsCommands, provisioningStep } from './runbook-1';

/** A piece of work that is timed. */
export interface Scenario {
  readonly name: string;
  readonly latencyMs: number;
  /** Run in turn, this project's first. The others are what it is measured against. */
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly targets: Targets;
}

interface Targets {
  /** Wall time as a part of that of another contender, by the other's name; at the most. */
  readonly ratios?: Readonly<Record<string, number>>;
  /** Calls of any kind, at the most. */
  readonly calls?: number;
}

const REGION = 'eu-central-1';

/** What is measured, and against what. */
export interface Field {
  readonly ours: Action;
  /** Another action that obtains credentials, if there is one. */
  readonly other: Action | undefined;
  /** Whether the `aws` command is installed. */
  readonly awsCli: boolean;
}

export function scenarios(sandbox: RemoteSandbox, { ours, other, awsCli }: Field): Scenario[] {
  const { url, oidc, key, roleArn } = sandbox.world;
  const endpoint = { AWS_ENDPOINT_URL_STS: url };
  const withOidc: StepInput = {
    with: { 'aws-region': REGION, 'role-to-assume': roleArn },
    env: { ...endpoint, ...oidc },
  };
  const withKeys: StepInput = {
    with: {
      'aws-region': REGION,
      'role-to-assume': roleArn,
      'aws-access-key-id': key.accessKeyId,
      'aws-secret-access-key': key.secretAccessKey,
    },
    env: endpoint,
  };
  const against = (contender: (action: Action) => Contender) => (other ? [contender(other)] : []);
  const mains = (input: StepInput): Scenario['contenders'] => [
    mainOf(ours, input, sandbox),
    ...against((action) => mainOf(action, input, sandbox)),
  ];
  const inAnyRole: StepInput = { with: { 'aws-region': REGION }, env: withOidc.env };
  const ratio = (atMost: number) => (other ? { ratios: { [other.name]: atMost } } : {});
  const provisioning: Scenario['contenders'] = [
    provisioningStep(ours, REGION, sandbox),
    ...(awsCli ? [awsCommands(REGION, sandbox)] : []),
  ];
  return [
    {
      name: 'OIDC to credentials',
      latencyMs: 0,
      contenders: mains(withOidc),
      targets: { ...ratio(0.75), calls: 2 },
    },
    {
      name: 'OIDC to credentials',
      latencyMs: 50,
      contenders: mains(withOidc),
      targets: { ...ratio(0.6), calls: 2 },
    },
    { name: 'keys to role', latencyMs: 0, contenders: mains(withKeys), targets: { calls: 1 } },
    { name: 'keys to role', latencyMs: 50, contenders: mains(withKeys), targets: { calls: 1 } },
    {
      name: '20 roles in one step',
      latencyMs: 50,
      contenders: [oneStep(ours, inAnyRole, sandbox), ...against((action) => stepForEach(action, inAnyRole, sandbox))],
      targets: { ...ratio(0.1), calls: 21 },
    },
    {
      name: 'post after OIDC',
      latencyMs: 0,
      contenders: [
        postOf(ours, withOidc, sandbox),
        emptyNode(join(__dirname, 'empty')),
        ...against((action) => postOf(action, withOidc, sandbox)),
      ],
      targets: { ratios: { 'empty Node': 1.3 }, calls: 0 },
    },
    {
      name: 'renewal answered from cache',
      latencyMs: 0,
      contenders: [answerFromCache(ours, withOidc, sandbox), emptyNode(join(__dirname, 'empty'))],
      targets: { ratios: { 'empty Node': 1.3 }, calls: 0 },
    },
    { name: 'provisioning runbook 1', latencyMs: 0, contenders: provisioning, targets: {} },
    {
      name: 'provisioning runbook 1',
      latencyMs: 50,
      contenders: provisioning,
      targets: { ratios: { 'aws commands': 0.2 } },
    },
  ];
}
