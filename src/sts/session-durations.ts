/*
 * How long sessions last, in seconds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
 */

export const MIN_DURATION = 900;
/** Of a role's session. */
export const MAX_ROLE_DURATION = 43_200;
/** Of a role's session that was assumed with temporary credentials. */
export const MAX_CHAINED_DURATION = 3_600;
/** Of a session of a user's own keys, federated ones included. */
export const MAX_USER_DURATION = 129_600;
