import type { User } from '../accounts/account';
import type { LoginProfile } from '../accounts/user-credentials';
import { Refusal } from '../http/refusal';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { entityAlreadyExists, noSuchEntity } from './errors';
import { authorizedUser } from './named-identity';
import { required } from './request';

export const loginProfiles: SignedOperations = {
  CreateLoginProfile(call) {
    const { Password } = required(call.params, 'Password');
    const user = authorizedUser(call);
    if (user.loginProfile) throw entityAlreadyExists(`Login Profile for user ${user.name} already exists.`);
    checkPassword(Password);
    return { LoginProfile: profileFields(user, user.createLoginProfile(call.params.PasswordResetRequired === 'true')) };
  },

  GetLoginProfile(call) {
    const user = authorizedUser(call);
    return { LoginProfile: profileFields(user, profileOf(user)) };
  },

  UpdateLoginProfile(call) {
    const { Password, PasswordResetRequired } = call.params;
    const profile = profileOf(authorizedUser(call));
    if (Password !== undefined) checkPassword(Password);
    if (PasswordResetRequired !== undefined) profile.passwordResetRequired = PasswordResetRequired === 'true';
  },

  DeleteLoginProfile(call) {
    const user = authorizedUser(call);
    profileOf(user);
    user.loginProfile = undefined;
  },
};

/** @throws Refusal NoSuchEntity */
function profileOf({ name, loginProfile }: User): LoginProfile {
  if (!loginProfile) throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
  return loginProfile;
}

/**
 * Holds a password to the policy of an account that has set none of its own: 8 to 128 characters of three kinds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
 * @throws Refusal PasswordPolicyViolation
 */
function checkPassword(password: string): void {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password));
  if (password.length < 8 || password.length > 128 || kinds.length < 3) {
    throw new Refusal(
      400,
      'PasswordPolicyViolation',
      'Password does not conform to the account password policy: it must have 8 to 128 characters, of at least three ' +
        'of upper case, lower case, numbers and symbols.',
    );
  }
}

function profileFields({ name }: User, { createdAt, passwordResetRequired }: LoginProfile): XmlFields {
  return {
    UserName: name,
    CreateDate: isoSeconds(createdAt),
    PasswordResetRequired: String(passwordResetRequired),
  };
}
