/** The account that is changed, and for whose repository. */
export interface TargetAccount {
  readonly partition: string;
  /** 12 digits. */
  readonly account: string;
  /** `owner/name` */
  readonly repository: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
export function iamArn({ partition, account }: TargetAccount, resource: string): string {
  return `arn:${partition}:iam::${account}:${resource}`;
}
