import type { PolicyDocument } from './document';

const allow = (...Action: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource: '*' },
});
const allowBut = (...NotAction: string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', NotAction, Resource: '*' },
});
/** To read a service. */
const read = (service: string) => allow(`${service}:Get*`, `${service}:List*`, `${service}:Describe*`);
/** To write logs, as every Lambda function must. */
const WRITE_LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const USE_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
];
const PULL_IMAGES = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
];
const READ_ALL = ['*:Get*', '*:List*', '*:Describe*', '*:BatchGet*', '*:View*', '*:Search*'];

/**
 * The AWS managed policies that the sandbox knows, by path and name: those that public workflows and templates name
 * most. In outline only: AWS's list thousands of actions.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export const awsManagedPolicies: Readonly<Record<string, PolicyDocument>> = {
  AdministratorAccess: allow('*'),
  PowerUserAccess: allowBut('iam:*', 'organizations:*', 'account:*'),
  ReadOnlyAccess: allow(...READ_ALL),
  SecurityAudit: allow('*:Describe*', '*:List*', '*:GetPolicy*', 'iam:Get*'),
  IAMFullAccess: allow('iam:*', 'organizations:DescribeAccount', 'organizations:ListPolicies'),
  IAMReadOnlyAccess: allow('iam:Get*', 'iam:List*', 'iam:Generate*', 'iam:Simulate*'),
  IAMUserChangePassword: allow('iam:ChangePassword', 'iam:GetAccountPasswordPolicy'),
  AWSCloudFormationFullAccess: allow('cloudformation:*'),
  AWSCloudFormationReadOnlyAccess: read('cloudformation'),
  AWSLambda_FullAccess: allow('lambda:*', 'cloudwatch:*', 'logs:*', 'iam:PassRole'),
  AWSLambda_ReadOnlyAccess: read('lambda'),
  'service-role/AWSLambdaBasicExecutionRole': allow(...WRITE_LOGS),
  'service-role/AWSLambdaVPCAccessExecutionRole': allow(...WRITE_LOGS, ...USE_INTERFACES),
  AWSXRayDaemonWriteAccess: allow('xray:Put*', 'xray:Get*'),
  AmazonAPIGatewayAdministrator: allow('apigateway:*'),
  AmazonDynamoDBFullAccess: allow('dynamodb:*'),
  AmazonDynamoDBReadOnlyAccess: read('dynamodb'),
  AmazonEC2ContainerRegistryFullAccess: allow('ecr:*'),
  AmazonEC2ContainerRegistryPowerUser: allow(
    ...PULL_IMAGES,
    'ecr:Describe*',
    'ecr:List*',
    'ecr:*LayerUpload',
    'ecr:UploadLayerPart',
    'ecr:PutImage',
  ),
  AmazonEC2ContainerRegistryReadOnly: allow(...PULL_IMAGES, 'ecr:Describe*', 'ecr:List*'),
  AmazonEC2FullAccess: allow('ec2:*', 'elasticloadbalancing:*', 'cloudwatch:*', 'autoscaling:*'),
  AmazonEC2ReadOnlyAccess: read('ec2'),
  AmazonECS_FullAccess: allow('ecs:*', 'ec2:Describe*', 'elasticloadbalancing:*', 'logs:*', 'iam:PassRole'),
  'service-role/AmazonECSTaskExecutionRolePolicy': allow(...PULL_IMAGES, 'logs:CreateLogStream', 'logs:PutLogEvents'),
  AmazonEKSClusterPolicy: allow('ec2:*', 'elasticloadbalancing:*', 'autoscaling:*', 'kms:DescribeKey'),
  AmazonEKSWorkerNodePolicy: allow('ec2:Describe*', 'eks:DescribeCluster', 'eks-auth:AssumeRoleForPodIdentity'),
  AmazonEKS_CNI_Policy: allow(...USE_INTERFACES, 'ec2:AssignPrivateIpAddresses', 'ec2:CreateTags'),
  AmazonRDSFullAccess: allow('rds:*', 'ec2:Describe*', 'cloudwatch:Get*', 'logs:*'),
  AmazonRoute53FullAccess: allow('route53:*', 'route53domains:*'),
  AmazonS3FullAccess: allow('s3:*', 's3-object-lambda:*'),
  AmazonS3ReadOnlyAccess: read('s3'),
  AmazonSNSFullAccess: allow('sns:*'),
  AmazonSQSFullAccess: allow('sqs:*'),
  AmazonSSMFullAccess: allow('ssm:*', 'ec2messages:*', 'ssmmessages:*', 'cloudwatch:PutMetricData'),
  AmazonSSMManagedInstanceCore: allow(
    'ssm:UpdateInstanceInformation',
    'ssm:GetParameter*',
    'ssmmessages:*',
    'ec2messages:*',
  ),
  AmazonSSMReadOnlyAccess: read('ssm'),
  AmazonVPCFullAccess: allow('ec2:*'),
  CloudFrontFullAccess: allow('cloudfront:*', 's3:ListAllMyBuckets', 'acm:ListCertificates'),
  CloudWatchAgentServerPolicy: allow('cloudwatch:PutMetricData', 'ec2:DescribeTags', ...WRITE_LOGS),
  CloudWatchFullAccess: allow('cloudwatch:*', 'logs:*', 'sns:*'),
  CloudWatchLogsFullAccess: allow('logs:*'),
  CloudWatchReadOnlyAccess: read('cloudwatch'),
  SecretsManagerReadWrite: allow('secretsmanager:*', 'kms:Describe*', 'kms:List*', 'lambda:ListFunctions'),
  'job-function/Billing': allow('aws-portal:*Billing', 'budgets:*', 'ce:*', 'cur:*'),
  'job-function/NetworkAdministrator': allow('ec2:*', 'route53:*', 'elasticloadbalancing:*', 'directconnect:*'),
  'job-function/SystemAdministrator': allow('cloudwatch:*', 'logs:*', 'ec2:*', 'rds:*', 's3:*', 'sns:*', 'sqs:*'),
  'job-function/ViewOnlyAccess': allow('*:List*', '*:Describe*', 's3:GetBucketLocation'),
};
