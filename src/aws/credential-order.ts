/**
 * The variable of the credentials that other tools prefer to the profile that AWS_PROFILE names; undefined where all use
 * the same. The SDK for JavaScript takes the profile first; the AWS CLI and the SDKs for Python, Go, Java and Rust take
 * keys first, and most of them also a token file.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function preferredToProfile(env: NodeJS.ProcessEnv): string | undefined {
  if (!env.AWS_PROFILE) return undefined;
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return 'AWS_ACCESS_KEY_ID';
  return env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN ? 'AWS_WEB_IDENTITY_TOKEN_FILE' : undefined;
}
